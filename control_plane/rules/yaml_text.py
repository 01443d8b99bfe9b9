"""Reads YAML as written: 08:00 is text and not 480 minutes, NO is Norway and not false, days are text that the reader checks itself."""

import re
from pathlib import Path
from typing import Any

import yaml
import yaml.resolver

from control_plane.domain.errors import Invalid

_MOST_BYTES = 1_000_000


# The C parser is some ten times as fast; a few builds of PyYAML lack it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """Knows true and false, whole numbers and null; everything else is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"0|[1-9][0-9]{0,8}", "0123456789"),
    ("null", r"~|null", "~n"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))


def read_yaml(path: Path) -> Any:
    """The plain values of a file. Raises `Invalid` with a sentence when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(data) > _MOST_BYTES:
        raise Invalid(f"{path.name} is larger than {_MOST_BYTES} bytes.")
    try:
        # The loader is a safe one with fewer types.
        return yaml.load(data, _Loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"{path.name} is not YAML: {' '.join(str(error).split())[:300]}") from error
