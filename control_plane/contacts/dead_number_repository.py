"""SQL of numbers of which the network has said that nobody is to be reached there: known by workspace and number from the calls themselves,
so that it holds for whoever comes to have the number later too.

It holds until a person says that the number is right. That is an amendment in the ledgers of those calls, and so a later call that hears
the same of the number is believed again.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, CallEventRecord, ContactPhone
from control_plane.domain.retry_policy import DEAD_NUMBER
from control_plane.kit.ids import new_id

CONFIRMED = "number_confirmed"
"""In a call's ledger: a person has made sure of the number since."""
_RESULTS = ", ".join(f"'{result}'" for result in DEAD_NUMBER)


def dead_number(q: str) -> str:
    """SQL of the network's last such word about a number that `q` of the statement has as `workspace_id` and `e164`; NULL without any. By
    ix_call_number_dialed."""
    return f"""(
        select c.network_result from call c where c.workspace_id = {q}.workspace_id and c.to_e164 = {q}.e164
            and c.dialing_at is not null and c.network_result in ({_RESULTS})
            and not exists (select from call_event v where v.call_id = c.id and v.source = 'operator' and v.source_event_id = '{CONFIRMED}')
        order by c.dialing_at desc limit 1)"""  # noqa: S608


_AMONG = text(
    f"""
    select q.e164 from (select cast(:workspace_id as uuid) as workspace_id, e164 from unnest(cast(:numbers as text[])) as n(e164)) as q
    where {dead_number("q")} is not null
    """  # noqa: S608
)


class DeadNumberRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def among(self, numbers: Sequence[str]) -> set[str]:
        """Those of the numbers that are dead."""
        given = {"workspace_id": self._workspace_id, "numbers": list(numbers)}
        return set(await self._session.scalars(_AMONG, given)) if numbers else set()

    async def confirm(self, numbers: Sequence[str], now: datetime) -> None:
        """Somebody has made sure of these, which are dead: whoever has one may be called again."""
        said = (Call.network_result.in_(DEAD_NUMBER), Call.dialing_at.is_not(None))
        calls = select(Call.id).where(Call.workspace_id == self._workspace_id, Call.to_e164.in_(numbers), *said).order_by(Call.id)
        confirmed = select(CallEventRecord.call_id).where(CallEventRecord.source_event_id == CONFIRMED)
        known = {"workspace_id": self._workspace_id, "source": "operator", "source_event_id": CONFIRMED, "kind": CONFIRMED, "at": now}
        found = await self._session.scalars(calls.where(Call.id.not_in(confirmed.where(CallEventRecord.call_id == Call.id))))
        events = [{"id": new_id(), "call_id": call_id, "data": {}, "effect": "noted", **known} for call_id in found]
        if events:
            await self._session.execute(insert(CallEventRecord), events)
        mine = (ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164.in_(numbers))
        await self._session.execute(update(ContactPhone).where(*mine, ContactPhone.dead_reason != "").values(dead_reason=""))
