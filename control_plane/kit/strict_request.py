"""JSON bodies are taken at their word: Litestar would read 0 as false and "5" as 5, which the description does not allow."""

from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException


class StrictRequest(Request[Any, Any, Any]):
    async def json(self) -> Any:
        """The body. Raises `ValidationException` where only a lax reading of it fits the handler's type; what fits in no reading is
        Litestar's to say, field by field."""
        value = await super().json()
        field = self.route_handler.parsed_data_field
        complaint = _complaint(value, field.annotation) if field is not None else ""
        if field is None or not complaint or _complaint(value, field.annotation, strict=False):
            return value
        message, _, path = complaint.partition(" - at `$")
        raise ValidationException(message, extra=[{"message": message, "key": path.strip("`.") or "data", "source": "body"}])


def _complaint(value: Any, kind: Any, *, strict: bool = True) -> str:
    """What is wrong with `value` as a `kind`; empty for nothing. JSON has no whole numbers of its own: 9.0 is one."""
    try:
        msgspec.convert(_whole(value) if strict else value, kind, strict=strict)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value
