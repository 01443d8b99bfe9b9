"""SQL of pacing and sweeping."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

import msgspec
from sqlalchemy import Uuid, func, select, text, union
from sqlalchemy import cast as as_type
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.driver import LET_GO_BY_THE_SILENT, rows_of, sent
from control_plane.db.models import AgentWorker, Call, Campaign, Contact, Enrollment, Trunk, Workspace
from control_plane.dialer.claim_rows import Callee, ClaimingCampaign, ClaimingTrunk, ClaimingWorkspace, array_of, callee_of
from control_plane.domain.pacing import LEAD, Turn, WorkerReport, ahead
from control_plane.trunks.repository import lock_trunk

MOST_WANTED = 10_000
"""Due contacts are counted up to this many: a campaign of a million wants no more workers than one of ten thousand."""

_LINE = sent(
    """
    select clock_timestamp() as now, call.state, call.campaign_id, campaign.calls_per_minute,
        trunk.id as trunk_id, trunk.next_send_at, trunk.calls_per_second, trunk.rate_factor, trunk.throttled_at
    from call join trunk on trunk.id = call.trunk_id left join campaign on campaign.id = call.campaign_id where call.id = :call
    """
)
# In one statement, on the clock as it is once the row is ours, and only at the pace that it was asked for at.
_TAKE_TURN = sent(
    f"""
    update trunk set next_send_at = greatest(next_send_at, clock_timestamp() + :lead) + :spacing
    where id = :trunk and next_send_at <= clock_timestamp() + :ahead
        and calls_per_second = :calls_per_second and rate_factor = :rate_factor and throttled_at is not distinct from :throttled_at
    returning next_send_at, clock_timestamp() as now, {LET_GO_BY_THE_SILENT}
    """  # noqa: S608
)
_NOW = sent(f"select clock_timestamp(), {LET_GO_BY_THE_SILENT}")


_GATE_ROWS = sent(
    f"""
    select clock_timestamp(), json_build_array({array_of(ClaimingWorkspace, "w")}, {array_of(ClaimingTrunk, "t")},
        case when c.id is not null then {array_of(ClaimingCampaign, "c")} end, {callee_of(":contact")})::text
    from workspace w join trunk t on t.id = :trunk left join campaign c on c.id = :campaign where w.id = :workspace
    """  # noqa: S608
)
_read_gate_rows = msgspec.json.Decoder(tuple[ClaimingWorkspace, ClaimingTrunk, ClaimingCampaign | None, Callee | None]).decode


@dataclass(frozen=True, slots=True)
class Line:
    """What a call waits in before its INVITE, at the database's `now`: its trunk's turns, and those of a campaign with its own pace."""

    now: datetime
    state: str
    campaign_id: uuid.UUID | None
    calls_per_minute: int | None
    trunk_id: uuid.UUID
    next_send_at: datetime
    calls_per_second: Decimal
    rate_factor: Decimal
    throttled_at: datetime | None
    read_at: float = 0.0
    """This process's monotonic clock at `now`, where it was asked for."""


@dataclass(frozen=True, slots=True)
class GateRows:
    """The rows around a call, for reading, and the database's clock when they were read."""

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
        return [WorkerReport(w.slots, w.draining, w.registered, now - w.heartbeat_at, len(w.calls)) for w in rows]

    async def slots_taken(self, now: datetime) -> int:
        """Calls that hold a slot, and jobs that workers still report although their call has given its slot back."""
        held = select(Call.id).where(Call.holds_slot)
        jobs = select(as_type(func.unnest(AgentWorker.calls), Uuid)).where(AgentWorker.heartbeat_at > now - timedelta(seconds=10))
        both = union(held, jobs).subquery()
        return await self._session.scalar(select(func.count()).select_from(both)) or 0

    async def campaign(self, campaign_id: uuid.UUID) -> Campaign:
        return await self._session.get_one(Campaign, campaign_id)

    async def workspace(self, workspace_id: uuid.UUID) -> Workspace:
        return await self._session.get_one(Workspace, workspace_id)

    async def contact(self, contact_id: uuid.UUID) -> Contact:
        return await self._session.get_one(Contact, contact_id)

    async def trunk(self, trunk_id: uuid.UUID, *, lock: bool = False) -> Trunk:
        return await (lock_trunk(self._session, trunk_id) if lock else self._session.get_one(Trunk, trunk_id))

    async def gate_rows(self, call: Call) -> GateRows:
        """What the last gate asks about, unlocked, in one statement."""
        around = {"workspace": call.workspace_id, "trunk": call.trunk_id, "campaign": call.campaign_id, "contact": call.contact_id}
        ((now, found),) = await rows_of(self._session, _GATE_ROWS, around)
        # They have all that gate and dial read of such rows.
        return GateRows(now, *cast(tuple[Workspace, Trunk, Campaign | None, Contact | None], _read_gate_rows(found)))

    async def line(self, call_id: uuid.UUID) -> Line | None:
        found = await rows_of(self._session, _LINE, {"call": call_id})
        return Line(*found[0]) if found else None

    async def next_turn(self, line: Line, spacing: timedelta) -> tuple[Turn, datetime] | None:
        """Take the trunk's next turn, the one after it being `spacing` later, and read the clock; None when it is not near, or the trunk's
        pace is no longer what `line` says. Everybody who dials by the trunk waits for its row: whoever then stands still for seconds
        loses it."""
        pace = {"calls_per_second": line.calls_per_second, "rate_factor": line.rate_factor, "throttled_at": line.throttled_at}
        given = pace | {"trunk": line.trunk_id, "lead": LEAD, "ahead": ahead(spacing), "spacing": spacing}
        for next_send_at, now, _ in await rows_of(self._session, _TAKE_TURN, given):
            return Turn(next_send_at - spacing, next_send_at), now
        return None

    async def now_locked(self) -> datetime:
        """The database's clock, once a trunk's row is locked; as by `next_turn`, whoever then stands still loses it."""
        ((now, _),) = await rows_of(self._session, _NOW, {})
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
