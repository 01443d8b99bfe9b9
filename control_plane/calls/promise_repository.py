"""SQL of promises as calls make them."""

import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Promise
from control_plane.kit.ids import new_id

_QUIET = {"synchronize_session": False}


class PromiseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, call: Call, seq: int, *, what: str, owner: str, due_at: datetime | None, quote: str) -> None:
        """Keep a promise; said again under the same number it stays as it was."""
        row = {"id": new_id(), "workspace_id": call.workspace_id, "call_id": call.id, "contact_id": call.contact_id, "seq": seq}
        row |= {"what": what, "owner": owner, "due_at": due_at, "quote": quote}
        await self._session.execute(insert(Promise).values(row).on_conflict_do_nothing(index_elements=["call_id", "seq"]))

    async def move_callback(self, call: Call, due_at: datetime | None, now: datetime, quote: str = "") -> None:
        """Another time was said, in these words, or none any more, while the callback is open."""
        mine = update(Promise).where(Promise.call_id == call.id, Promise.seq == 0, Promise.state == "open")
        gone = {"state": "dropped", "closed_at": now, "closed_by": "call"}
        changed = {"due_at": due_at, "overdue_at": None, "quote": quote} if due_at is not None else gone
        await self._session.execute(mine.values(**changed).execution_options(**_QUIET))

    async def quote_callback(self, call: Call, quote: str) -> None:
        """The words in which it was promised, where none are known."""
        unquoted = update(Promise).where(Promise.call_id == call.id, Promise.seq == 0, Promise.quote == "")
        await self._session.execute(unquoted.values(quote=quote).execution_options(**_QUIET))

    async def forget_quotes(self, call_id: uuid.UUID) -> None:
        """The callee does not want to be recorded: that something was promised stays, the words go."""
        of_call = update(Promise).where(Promise.call_id == call_id).values(quote="")
        await self._session.execute(of_call.execution_options(**_QUIET))
