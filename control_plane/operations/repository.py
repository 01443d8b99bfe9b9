"""SQL of invariants and figures. An invariant is one small query for the ids of whatever breaks it, and so must return nothing."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.reducer import CARE_RESERVE
from control_plane.calls.rooms import room_of
from control_plane.db.models import Call, CallEventRecord, Trunk
from control_plane.domain.call_state import ANSWERED_STATES, AT_THE_PHONE, FINAL, LIVE
from control_plane.kit.ids import first_id_at

MOST = " limit 100"
SLACK = timedelta(minutes=2)
"""Beyond a call's own limit: the wrap-up, the lease and the sweep."""
LOOK_BACK = timedelta(hours=1)
ROOM_GRACE = timedelta(seconds=10)
"""A room is made and closed within moments of what the row says."""

INVARIANTS: Mapping[str, str] = {
    "call_beyond_its_limit": """
        select id from call where lease_until is not null and state = any(:dialled)
        and coalesce(dialing_at, ringing_at)
            + make_interval(secs => ringing_timeout_s + max_duration_s + :reserve_s) < clock_timestamp()""",
    "call_begun_without_leave": """
        select c.id from call c left join gate_verdict v on v.id = c.verdict_id
        where c.id >= :since and c.dialing_at is not null and c.state <> 'released'
        and (v.id is null or v.decision <> 'dial' or abs(extract(epoch from v.decided_at - c.dialing_at)) > 10)""",
    "two_live_calls_to_a_number": """
        select min(id::text) as id from call where lease_until is not null and claimed_at is not null and state = any(:live)
        and purpose <> 'inbound' group by workspace_id, to_e164 having count(*) > 1""",
    "claimed_and_forgotten": """
        select e.id from enrollment e where e.state = 'claimed'
        and not exists (select from call c where c.enrollment_id = e.id and c.state = any(:live))""",
    "live_call_without_lease": """
        select id from call where id >= :since and state = any(:live) and claimed_at is not null and lease_until is null""",
    "slot_never_given_back": """
        select id from call where holds_slot and state = any(:final) and lease_until is null""",
}


class OperationsRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def violations(self, now: datetime) -> dict[str, list[str]]:
        """Ids of what breaks each invariant, at most a hundred each; calls made in the last hour where history has to be searched."""
        values = {
            "dialled": list(AT_THE_PHONE | ANSWERED_STATES),
            "live": list(LIVE),
            "final": list(FINAL),
            "reserve_s": int((CARE_RESERVE + SLACK).total_seconds()),
            "since": first_id_at(now - LOOK_BACK),
        }
        found = {}
        for name, query in INVARIANTS.items():
            wanted = {key: value for key, value in values.items() if f":{key}" in query}
            rows = await self._session.execute(text(query + MOST), wanted)
            found[name] = [str(row[0]) for row in rows]
        return found

    async def talking(self, now: datetime) -> Sequence[str]:
        """Rooms of calls that have been talking for a while and so must have one."""
        query = select(Call).where(Call.lease_until.is_not(None), Call.state == "in_progress", Call.answered_at < now - ROOM_GRACE)
        return [room_of(call) for call in await self._session.scalars(query)]

    async def may_have_room(self, call_ids: Sequence[uuid.UUID], ended_after: datetime) -> set[uuid.UUID]:
        """Which of these calls are under way, or ended so lately that their agent may still be leaving."""
        query = select(Call.id).where(Call.id.in_(call_ids), Call.state.in_(LIVE) | (Call.ended_at > ended_after))
        return set((await self._session.scalars(query)).all())

    async def claims_since(self, since: datetime) -> int:
        query = select(func.count()).select_from(Call).where(Call.id >= first_id_at(since), Call.claimed_at.is_not(None))
        return await self._session.scalar(query) or 0

    async def dials_since(self, since: datetime) -> dict[str, int]:
        """Calls made and dialled since then by what the network said; "" while it has not said anything."""
        result = func.coalesce(Call.network_result, "")
        query = select(result, func.count()).where(Call.id >= first_id_at(since), Call.dialing_at.is_not(None)).group_by(result)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def answers_since(self, since: datetime) -> dict[str, int]:
        by = func.coalesce(Call.answered_by, "")
        query = select(by, func.count()).where(Call.id >= first_id_at(since), Call.answered_at.is_not(None)).group_by(by)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def pacing_delays_since(self, since: datetime) -> tuple[float, float]:
        """Median and 95th percentile of the seconds from a ready agent to the dial."""
        waited = func.extract("epoch", Call.dialing_at - Call.ready_at)
        both = [func.coalesce(func.percentile_cont(share).within_group(waited), 0.0) for share in (0.5, 0.95)]
        query = select(*both).where(Call.id >= first_id_at(since), Call.dialing_at >= Call.ready_at)
        median, p95 = tuple((await self._session.execute(query)).one())
        return float(median), float(p95)

    async def reconciliations_since(self, since: datetime) -> dict[str, int]:
        """What the sweep had to say about calls, by kind."""
        query = select(CallEventRecord.kind, func.count()).where(
            CallEventRecord.id >= first_id_at(since), CallEventRecord.source == "sweep"
        )
        return {row[0]: row[1] for row in await self._session.execute(query.group_by(CallEventRecord.kind))}

    async def trunks(self) -> dict[str, int]:
        """How many trunks are paused by the breaker, and how many LiveKit does not know."""
        paused, unsynced = func.count().filter(Trunk.paused_reason != ""), func.count().filter(Trunk.sync_state != "synced")
        row = (await self._session.execute(select(paused, unsynced).select_from(Trunk))).one()
        return {"paused": row[0], "unsynced": row[1]}
