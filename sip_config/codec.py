"""Messages of the contract as JSON and back: plain dataclasses by their type hints, and a refusal of whatever they do not know."""

import dataclasses
import enum
import json
import types
import typing
from datetime import UTC, datetime

Message = typing.TypeVar("Message")


class ContractError(ValueError):
    """A message that does not fit the contract; the text names the field."""


def encode(message: typing.Any) -> str:
    """One JSON object for a message of the contract; datetimes become UTC ISO-8601 with `Z`."""
    return json.dumps(_plain(message), separators=(",", ":"))


def decode(kind: type[Message], text: str | bytes) -> Message:
    """The message of type `kind` in `text`. Raises `ContractError` naming what is missing, unknown or of the wrong type."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise ContractError(f"{kind.__name__}: not JSON") from error
    return from_plain(kind, raw)


def _plain(value: typing.Any) -> typing.Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def from_plain(kind: typing.Any, raw: typing.Any, path: str = "") -> typing.Any:
    """Build `kind` from decoded JSON; `path` names the place in error messages."""
    origin, where = typing.get_origin(kind), path or getattr(kind, "__name__", str(kind))
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast(type, kind), raw, where)
    if origin in (types.UnionType, typing.Union):
        inner = [arg for arg in typing.get_args(kind) if arg is not type(None)]
        return None if raw is None else from_plain(inner[0], raw, where)
    if origin is tuple:
        _expect(isinstance(raw, list), where, "a list")
        return tuple(from_plain(typing.get_args(kind)[0], item, f"{where}[{i}]") for i, item in enumerate(raw))
    if origin is dict:
        _expect(isinstance(raw, dict), where, "an object")
        return {key: from_plain(typing.get_args(kind)[1], item, f"{where}.{key}") for key, item in raw.items()}
    return _scalar(kind, raw, where)


def _object(kind: type, raw: typing.Any, where: str) -> typing.Any:
    _expect(isinstance(raw, dict), where, "an object")
    hints = typing.get_type_hints(kind)
    unknown = raw.keys() - hints.keys()
    _expect(not unknown, where, f"no field {', '.join(sorted(unknown))}")
    values = {name: from_plain(hints[name], item, f"{where}.{name}") for name, item in raw.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise ContractError(f"{where}: {error}") from error


def _scalar(kind: typing.Any, raw: typing.Any, where: str) -> typing.Any:
    if kind is typing.Any:
        return raw
    if kind is datetime:
        _expect(isinstance(raw, str), where, "a time")
        try:
            time = datetime.fromisoformat(raw)
        except ValueError as error:
            raise ContractError(f"{where}: not a time") from error
        _expect(time.tzinfo is not None, where, "a time with its zone")
        return time
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        try:
            return kind(raw)
        except ValueError as error:
            raise ContractError(f"{where}: {raw!r} is not one of {', '.join(str(m.value) for m in kind)}") from error
    if kind is float:
        _expect(isinstance(raw, int | float) and not isinstance(raw, bool), where, "a number")
        return float(raw)
    _expect(isinstance(raw, kind) and not (kind is int and isinstance(raw, bool)), where, f"of type {kind.__name__}")
    return raw


def _expect(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise ContractError(f"{where}: expected {what}")
