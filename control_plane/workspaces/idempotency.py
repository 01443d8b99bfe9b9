"""`Idempotency-Key`: the same creating request sent twice is carried out once, and both senders get the first answer.

The key is claimed by an insert at the start of the request's own transaction: whoever comes second waits on that row, and then finds the
answer, or, when the first one failed and so changed nothing, takes its turn. Answers are sealed: they hold what the request held.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import ClientException

from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid
from control_plane.kit.secrets import SecretBox, digest
from control_plane.workspaces.idempotency_repository import IdempotencyRepository
from control_plane.workspaces.principal import Principal

HEADER = "idempotency-key"
NOT_IDEMPOTENT = {"idempotent": False}
"""`opt` of routes whose body is too large to be compared."""
KEPT = timedelta(hours=24)
_KEY = re.compile("[!-~]{1,255}")


@dataclass(slots=True)
class AnswerKeeper:
    """Keeps the answer of one request under its key, in the request's own transaction."""

    unit: Unit
    key: str
    box: SecretBox
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def keep(self) -> None:
        answer = {"headers": self.headers, "body": self.body.decode()}
        sealed = {"sealed": self.box.seal(msgspec.json.encode(answer).decode())}
        await IdempotencyRepository(self.unit.session).answer(self.key, self.status, sealed)


class AnsweredBefore(Exception):
    """Ends the request early: the answer is known."""

    def __init__(self, status: int, headers: dict[str, str], body: str) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.body = body


def repeat_answer(_: Request[Any, Any, Any], earlier: AnsweredBefore) -> Response[bytes]:
    """Litestar's handler for `AnsweredBefore`."""
    headers = {**earlier.headers, "Idempotency-Replayed": "true"}
    media_type = headers.pop("content-type", "application/json")
    return Response(earlier.body.encode(), status_code=earlier.status, headers=headers, media_type=media_type)


async def claim(request: Request[Any, Any, Any], unit: Unit, principal: Principal, box: SecretBox) -> AnswerKeeper | None:
    """Claim the request's key, if it has one. Raises `AnsweredBefore`, or 422 when the key came with another body."""
    client_key = request.headers.get(HEADER)
    if client_key is None or request.method != "POST" or not request.route_handler.opt.get("idempotent", True):
        return None
    if not _KEY.fullmatch(client_key):
        raise Invalid.field("Idempotency-Key", "The Idempotency-Key must have 1 to 255 letters, digits and signs, without spaces.")
    key = f"{principal.workspace_id}:{request.scope['path']}:{client_key}"
    body_hash = digest((await request.body()).hex())
    repository = IdempotencyRepository(unit.session)
    if await repository.claim(key, principal.workspace_id, body_hash, unit.now):
        return AnswerKeeper(unit, key, box)
    record = await repository.get(key)
    if record.body_hash != body_hash:
        raise ClientException("This Idempotency-Key came before with a different body; use a new key for a new request.", status_code=422)
    answer = msgspec.json.decode(box.open((record.answer or {})["sealed"]))
    raise AnsweredBefore(record.status or 200, answer["headers"], answer["body"])
