"""The program's files of rules and places, read from the disk as they are written (domain/strict_yaml)."""

from pathlib import Path
from typing import Any

from control_plane.domain.errors import Invalid
from control_plane.domain.strict_yaml import read_strictly


def read_yaml(path: Path) -> Any:
    """The plain values of a file. Raises `Invalid` with a sentence when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror}.") from error
    return read_strictly(data, path.name)
