"""Reads YAML as written: 08:00 is text and not 480 minutes, NO is Norway and not false, a day is text that the reader checks itself."""

import re
from typing import Any

import yaml
import yaml.resolver

from control_plane.domain.errors import Invalid

MOST_BYTES = 1_000_000
MOST_DEPTH = 50
"""Lists and mappings in each other. The C parser builds them by recursion and ends the process where the stack does."""

# The C parser is some ten times as fast; a few builds of PyYAML lack it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """Knows true and false, numbers in decimal and null, which is also what nothing at all means; everything else is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for tag, pattern, first in (
    ("bool", r"true|false", ("t", "f")),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", tuple("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]{0,16})\.[0-9]{1,17}", tuple("-0123456789")),
    ("null", r"~|null|", ("~", "n", "")),
    ("merge", r"<<", ("<",)),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))


def read_strictly(data: bytes, name: str) -> Any:
    """The plain values of a file called `name`. Raises `Invalid` with a sentence when it cannot be read."""
    if len(data) > MOST_BYTES:
        raise Invalid(f"{name} is larger than {MOST_BYTES} bytes.")
    try:
        if not _is_shallow(data):
            raise Invalid(f"{name} is nested deeper than {MOST_DEPTH} levels.")
        # The loader is a safe one with fewer types.
        return yaml.load(data, _Loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"{name} is not YAML: {' '.join(str(error).split())[:300].rstrip('.')}.") from error
    except (ValueError, KeyError, AttributeError) as error:
        # Tags that are written out (!!int "x") reach constructors that take the text for right.
        raise Invalid(f"{name} is not YAML: a value is not of the type that its tag says.") from error


def _is_shallow(data: bytes) -> bool:
    depth = 0
    for event in yaml.parse(data, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            return False
    return True
