"""SQL of calls that come in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Assistant, AssistantVersion, Call, Campaign, Contact, ContactPhone, Number, Trunk, Workspace
from control_plane.domain.call_state import LIVE
from sip_config.contract import CallPurpose

_ARRIVAL_LOCK = 0x61_72_72_69  # "arri": one arrival per number at a time, so that its limits hold
_LONGEST = timedelta(hours=6)
"""Further back no call is looked for that may still be going on."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a number has to bear."""

    live: int
    in_last_minute: int
    of_caller_in_last_minute: int


class ArrivalRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def number(self, number_id: uuid.UUID) -> tuple[Number, Trunk, Workspace] | None:
        """The number with what it belongs to; over all workspaces, because agents serve them all."""
        query = select(Number, Trunk, Workspace).join(Trunk, Trunk.id == Number.trunk_id)
        query = query.join(Workspace, Workspace.id == Number.workspace_id)
        row = (await self._session.execute(query.where(Number.id == number_id))).first()
        return (row[0], row[1], row[2]) if row is not None else None

    async def wait_for_turn(self, number_id: uuid.UUID) -> None:
        """Until the end of the transaction nobody else comes in on this number. A lock of its own, that no claim ever waits for."""
        await self._session.execute(text("select pg_advisory_xact_lock(:lock, :number)"), _keys(number_id))

    async def in_room(self, room: str) -> Call | None:
        """The call that takes place there, locked."""
        return await self._session.scalar(select(Call).where(Call.room == room).with_for_update())

    async def load(self, number_id: uuid.UUID, caller: str, now: datetime) -> Load:
        lately = Call.created_at > now - timedelta(minutes=1)
        query = select(
            func.count().filter(Call.state.in_(LIVE)), func.count().filter(lately), func.count().filter(lately, Call.to_e164 == caller)
        )
        inbound = (Call.from_number_id == number_id, Call.purpose == CallPurpose.INBOUND, Call.created_at > now - _LONGEST)
        row = (await self._session.execute(query.where(*inbound))).one()
        return Load(row[0], row[1], row[2] if caller else 0)

    async def called_from(self, number: Number, e164: str, since: datetime) -> Call | None:
        """The last call from this number to `e164`, whoever has that number."""
        dialled = (Call.workspace_id == number.workspace_id, Call.to_e164 == e164, Call.dialing_at > since)
        query = select(Call).where(*dialled, Call.from_number_id == number.id).order_by(Call.dialing_at.desc())
        return await self._session.scalar(query.limit(1))

    async def assistant(self, workspace_id: uuid.UUID, assistant_id: uuid.UUID) -> AssistantVersion | None:
        """The published version of an assistant that is switched on."""
        query = select(AssistantVersion).join(Assistant, Assistant.published_version_id == AssistantVersion.id)
        mine = (Assistant.workspace_id == workspace_id, Assistant.id == assistant_id, Assistant.is_active)
        return await self._session.scalar(query.where(*mine))

    async def contacts_with(self, workspace_id: uuid.UUID, e164: str) -> Sequence[uuid.UUID]:
        """Contacts who have this number; two are enough to know that nobody knows who is meant."""
        query = select(ContactPhone.contact_id).where(ContactPhone.workspace_id == workspace_id, ContactPhone.e164 == e164)
        return (await self._session.scalars(query.limit(2))).all()

    async def of_call(self, call: Call) -> tuple[AssistantVersion, Campaign | None, Contact | None]:
        """What an earlier call was made of."""
        version = await self._session.get_one(AssistantVersion, call.assistant_version_id)
        campaign = await self._session.get(Campaign, call.campaign_id) if call.campaign_id else None
        return version, campaign, await self._session.get(Contact, call.contact_id) if call.contact_id else None

    async def add(self, call: Call) -> None:
        """Write the call; it keeps the person's number from being dialled meanwhile, unless another call has that number already."""
        if call.holds_number:
            try:
                async with self._session.begin_nested():
                    self._session.add(call)
            except IntegrityError:
                call.holds_number = False
            else:
                return
        self._session.add(call)
        await self._session.flush()


def _keys(number_id: uuid.UUID) -> dict[str, int]:
    return {"lock": _ARRIVAL_LOCK, "number": number_id.int & 0x7FFFFFFF}
