"""`ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1): who would overwrite what somebody else has changed meanwhile is told and does not.

A tag stands for what a PATCH can change and for nothing else: figures and states that the platform writes by itself are no reason to
load a form again.
"""

from hashlib import sha256
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Response
from litestar.params import HeaderParameter

from control_plane.domain.errors import Conflict

View = TypeVar("View", bound=msgspec.Struct)

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", max_length=1000, description="The ETag that was seen; another one by now is a 409.")
]
_LENGTH = 32


def etag_of(view: msgspec.Struct, patch: type[msgspec.Struct]) -> str:
    """The tag of what `patch` can change of `view`."""
    changeable: dict[str, Any] = {name: getattr(view, name) for name in ("id", *patch.__struct_fields__) if hasattr(view, name)}
    return f'"{sha256(msgspec.json.encode(changeable, order="deterministic")).hexdigest()[:_LENGTH]}"'


def tagged(view: View, patch: type[msgspec.Struct]) -> Response[View]:
    """The answer with its tag."""
    return Response(view, headers={"ETag": etag_of(view, patch)})


def require_match(if_match: str | None, view: msgspec.Struct, patch: type[msgspec.Struct]) -> None:
    """Once the row is locked: raises `Conflict` when the caller has seen another version than `view`, which is the present one."""
    if if_match is None:
        return
    seen = {tag.strip() for tag in if_match.split(",")}
    if not seen & {"*", etag_of(view, patch)}:
        raise Conflict("Somebody changed this meanwhile; load it again, then change it.", code="changed_meanwhile")
