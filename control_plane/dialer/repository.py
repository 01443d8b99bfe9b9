"""SQL of pacing and sweeping."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Uuid, cast, func, select, text, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from control_plane.db.models import AgentWorker, Call, Campaign, Contact, Enrollment, Trunk, Workspace
from control_plane.domain.pacing import WorkerReport

MOST_WANTED = 10_000
"""Due contacts are counted up to this many: a campaign of a million wants no more workers than one of ten thousand."""

TRUNK_LOCK: Any = {"key_share": True}
"""Excludes everybody else who locks a trunk, and nobody whose row only names it: a transaction that writes a call's row twice has its
foreign keys checked, and would wait here for whoever waits for it at the workspace's account."""


@dataclass(frozen=True, slots=True)
class GateRows:
    """The rows around a call, and the database's clock when they were read."""

    now: datetime
    workspace: Workspace
    trunk: Trunk
    campaign: Campaign | None
    contact: Contact | None


class DialerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def workers(self, now: datetime) -> list[WorkerReport]:
        rows = await self._session.scalars(select(AgentWorker).where(AgentWorker.heartbeat_at > now - timedelta(minutes=1)))
        return [WorkerReport(w.slots, w.draining, w.registered, now - w.heartbeat_at) for w in rows]

    async def slots_taken(self, now: datetime) -> int:
        """Calls that hold a slot, and jobs that workers still report although their call has given its slot back."""
        held = select(Call.id).where(Call.holds_slot)
        jobs = select(cast(func.unnest(AgentWorker.calls), Uuid)).where(AgentWorker.heartbeat_at > now - timedelta(seconds=10))
        both = union(held, jobs).subquery()
        return await self._session.scalar(select(func.count()).select_from(both)) or 0

    async def campaign(self, campaign_id: uuid.UUID) -> Campaign:
        return await self._session.get_one(Campaign, campaign_id)

    async def workspace(self, workspace_id: uuid.UUID) -> Workspace:
        return await self._session.get_one(Workspace, workspace_id)

    async def contact(self, contact_id: uuid.UUID) -> Contact:
        return await self._session.get_one(Contact, contact_id)

    async def trunk(self, trunk_id: uuid.UUID, *, lock: bool = False) -> Trunk:
        return await self._session.get_one(Trunk, trunk_id, with_for_update=TRUNK_LOCK if lock else None, populate_existing=lock)

    async def gate_rows(self, call: Call) -> GateRows:
        """What the last gate asks about, unlocked, in one statement."""
        # One instant for all rows of the join, or the contact's phones would make them different answers.
        now = select(func.clock_timestamp()).scalar_subquery()
        query = select(now, Workspace, Trunk, Campaign, Contact).select_from(Workspace)
        query = query.join(Trunk, Trunk.id == call.trunk_id)
        query = query.outerjoin(Campaign, Campaign.id == call.campaign_id).outerjoin(Contact, Contact.id == call.contact_id)
        query = query.where(Workspace.id == call.workspace_id).options(joinedload(Contact.phones))
        return GateRows(*(await self._session.execute(query)).unique().one())

    async def lock_turns(self, trunk: Trunk) -> datetime:
        """Lock the trunk's row, which is brought up to date, and read the clock afterwards."""
        await self._session.refresh(trunk, with_for_update=TRUNK_LOCK)
        now = await self._session.scalar(select(func.clock_timestamp()))
        assert now is not None
        return now

    async def send_no_sooner(self, trunk_id: uuid.UUID, at: datetime) -> None:
        """The trunk's next INVITE leaves at `at` or later. Not a change that `updated_at` tells of."""
        await self._session.execute(text("update trunk set next_send_at = :at where id = :id"), {"at": at, "id": trunk_id})

    async def paced_campaign(self, campaign_id: uuid.UUID | None) -> Campaign | None:
        """The campaign, locked, if it has a pace of its own."""
        if campaign_id is None:
            return None
        query = select(Campaign).where(Campaign.id == campaign_id, Campaign.calls_per_minute.is_not(None))
        return await self._session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))

    async def start_no_sooner(self, campaign_id: uuid.UUID, at: datetime) -> None:
        """The campaign's next INVITE leaves at `at` or later. Not a change that `updated_at` tells of."""
        await self._session.execute(text("update campaign set next_start_at = :at where id = :id"), {"at": at, "id": campaign_id})

    async def trunk_of(self, call_id: uuid.UUID) -> uuid.UUID | None:
        return await self._session.scalar(select(Call.trunk_id).where(Call.id == call_id))

    async def expired(self, now: datetime, limit: int) -> Sequence[Call]:
        query = select(Call).where(Call.lease_until < now).order_by(Call.lease_until).limit(limit)
        return (await self._session.scalars(query)).all()

    async def unnudged(self, before: datetime) -> Sequence[Call]:
        """Claimed calls that nobody has dispatched, and ready ones that nobody has placed, for a while."""
        waiting = ((Call.state == "queued") & (Call.claimed_at < before) & (Call.agent_generation == 0)) | (
            (Call.state == "ready") & (Call.ready_at < before)
        )
        return (await self._session.scalars(select(Call).where(Call.lease_until.is_not(None), waiting))).all()

    async def wanted_slots(self, now: datetime) -> int:
        """Slots in use and slots that due work could use now."""
        due = select(Enrollment.id).join(Campaign, Campaign.id == Enrollment.campaign_id)
        due = due.where(Campaign.execution_status == "running", Enrollment.state == "waiting", Enrollment.due_at <= now)
        singles = select(Call.id).where(Call.state == "queued", Call.claimed_at.is_(None), Call.due_at <= now)
        waiting = [await self._session.scalar(select(func.count()).select_from(q.limit(MOST_WANTED).subquery())) for q in (due, singles)]
        return await self.slots_taken(now) + sum(count or 0 for count in waiting)
