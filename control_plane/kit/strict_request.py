"""Requests are taken at their word: Litestar would read 0 as false and "5" as 5 in a body, and in an address `null` as nothing, 0.5 as half
a second after the beginning of 1970 and the first of two values as the only one; the description allows none of it.

No text may hold the character NUL, because PostgreSQL keeps none; here it can still be said in which field it stands.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, get_args

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.typing import FieldDefinition

_NUL = b"\\u0000"
"""As JSON has to write it."""


class StrictRequest(Request[Any, Any, Any]):
    async def json(self) -> Any:
        """The body. Raises `ValidationException` where only a lax reading of it fits the handler's type; what fits in no reading is
        Litestar's to say, field by field."""
        value = await super().json()
        if _NUL in await self.body() and (where := _place_of_nul(value)) is not None:
            raise _refused(where, "holds the character NUL, which no text may")
        field = self.route_handler.parsed_data_field
        complaint = _complaint(value, field.annotation) if field is not None else ""
        if field is None or not complaint or _complaint(value, field.annotation, strict=False):
            return value
        message, _, path = complaint.partition(" - at `$")
        raise _refused(path.strip("`."), message)


async def refuse_lax_query(request: Request[Any, Any, Any]) -> None:
    """For Litestar's `before_request`. Raises `ValidationException` where only a lax reading of the address fits."""
    for name, field in _looked_for(request.route_handler):
        values = request.query_params.getall(name, [])
        if len(values) > 1 and not field.is_non_string_sequence:
            raise _refused(name, "may be given once", "query")
        kinds = get_args(field.annotation) or (field.annotation,)
        if str not in kinds and any(value.lower() == "null" for value in values):
            raise _refused(name, "cannot be null; leave it out", "query")
        if datetime in kinds and any(_is_number(value) for value in values):
            raise _refused(name, "Expected `datetime`, got `number`", "query")


@cache
def _looked_for(handler: BaseRouteHandler) -> tuple[tuple[str, FieldDefinition], ...]:
    """What the handler and whatever it may be given look for in the address, by the names that it has there."""
    signatures = [handler.parsed_fn_signature, *(given.parsed_fn_signature for given in handler.resolve_dependencies().values())]
    return tuple(found for signature in signatures for found in _in_address(signature.parameters))


def _in_address(parameters: dict[str, FieldDefinition]) -> Iterator[tuple[str, FieldDefinition]]:
    for name, field in parameters.items():
        if isinstance(field.kwarg_definition, QueryParameter):
            yield field.kwarg_definition.name or name, field


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refused(field: str, message: str, source: str = "body") -> ValidationException:
    return ValidationException(message, extra=[{"message": message, "key": field or "data", "source": source}])


def _place_of_nul(value: Any, at: str = "") -> str | None:
    """The field whose name or text holds the character, as a path; None when it was written and not meant (`\\\\u0000`)."""
    if isinstance(value, str):
        return at if "\0" in value else None
    if isinstance(value, list):
        inside = [(f"{at}[{i}]", one) for i, one in enumerate(value)]
    elif isinstance(value, dict):
        if any("\0" in name for name in value):
            return at
        inside = [(f"{at}.{name}".lstrip("."), one) for name, one in value.items()]
    else:
        return None
    return next((found for where, one in inside if (found := _place_of_nul(one, where)) is not None), None)


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
