"""SQL of the claim: everything about a whole batch in one statement each, whatever the size of the campaigns."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.leases import PLACE_OF_LOST
from control_plane.db.base import Base
from control_plane.db.models import (
    AssistantVersion,
    Call,
    Campaign,
    CampaignNumber,
    Contact,
    Enrollment,
    GateVerdict,
    Number,
    Trunk,
    Workspace,
)
from control_plane.domain.pacing import URGENT, Priority, Share
from sip_config.contract import NetworkResult

CLAIM_LOCK = 0x63_6C_61_6D  # "clam": one claiming transaction at a time, so that counted limits hold
DEAD = (NetworkResult.INVALID_NUMBER, NetworkResult.NUMBER_CHANGED)
_URGENT = [int(p) for p in Priority if p <= URGENT]
_OTHERS = [int(p) for p in Priority if p > URGENT]

# After the lock and in a statement of its own: its snapshot must be younger than the former holder's commit.
_BEGUN = text(
    """
    select clock_timestamp() as now, coalesce((select is_halted from installation where id = 1), false) as is_halted,
        (select count(*) from (
            select id from call where holds_slot
            union
            select unnest(calls)::uuid from agent_worker where heartbeat_at > clock_timestamp() - interval '10 seconds'
        ) as taken) as slots_taken
    """
)
_LIVE = text(
    """
    select workspace_id, trunk_id, campaign_id, state in ('queued', 'dispatched', 'ready') as is_waiting, count(*) as calls
    from call where holds_number and (state <> 'lost' or ended_at > clock_timestamp() - make_interval(secs => :place_of_lost_s))
    group by 1, 2, 3, 4
    """
)
# One descent of ix_enrollment_due per campaign and class of priority: due_at is no prefix of the index without its priority. The order
# is what makes PostgreSQL take the index: without it, an empty class would be looked for in the whole table.
_DUE = text(
    """
    select c.id, count(*) filter (where d.is_urgent) as urgent, count(*) filter (where not d.is_urgent) as others
    from unnest(cast(:campaigns as uuid[])) as c(id)
    cross join unnest(cast(:priorities as int[])) as p(priority)
    cross join lateral (
        select p.priority <= :urgent as is_urgent from enrollment e
        where e.campaign_id = c.id and e.priority = p.priority and e.state = 'waiting' and e.due_at <= :now
        order by e.due_at, e.id limit :most) as d
    group by c.id
    """
)
_ENROLLMENTS = text(
    """
    select d.* from unnest(cast(:campaigns as uuid[]), cast(:quotas as int[]), cast(:are_urgent as bool[]))
        as q(campaign_id, quota, is_urgent)
    cross join lateral (
        select e.* from unnest(case when q.is_urgent then cast(:urgent as int[]) else cast(:others as int[]) end) as p(priority)
        cross join lateral (
            select * from enrollment w
            where w.campaign_id = q.campaign_id and w.priority = p.priority and w.state = 'waiting' and w.due_at <= :now
            order by w.due_at, w.id limit q.quota for no key update skip locked) as e
        limit q.quota) as d
    order by q.is_urgent desc, d.priority, d.due_at, d.id
    """
)
_HELD = text(
    """
    select c.workspace_id, c.to_e164, c.contact_id
    from unnest(cast(:workspaces as uuid[]), cast(:numbers as text[])) as q(workspace_id, e164)
    join call c on c.holds_number and c.workspace_id = q.workspace_id and c.to_e164 = q.e164
    union all
    select workspace_id, to_e164, contact_id from call where holds_number and contact_id = any(cast(:contacts as uuid[]))
    """
)
_HISTORY = text(
    """
    select contact_id, enrollment_id, to_e164, network_result = any(cast(:dead as text[])) as is_dead, state <> 'released' as counts
    from call where contact_id = any(cast(:contacts as uuid[]))
    """
)
_SERVED = text(
    """
    update campaign set served = s.served, warm_since = s.warm_since
    from unnest(cast(:ids as uuid[]), cast(:served as float8[]), cast(:warm as timestamptz[])) as s(id, served, warm_since)
    where campaign.id = s.id
    """
)


def _add(model: type[Base], columns: str) -> TextClause:
    """INSERT of any number of rows as one parameter, so that the statement is the same each time and is prepared once."""
    names = columns.split()
    table = model.__table__
    typed = ", ".join(f"{name} {table.c[name].type.compile(dialect=_DIALECT)}" for name in names)
    listed = ", ".join(names)
    return text(
        f"insert into {model.__tablename__} ({listed}) select {listed} from jsonb_to_recordset(cast(:rows as jsonb)) as r({typed})"  # noqa: S608
        " on conflict do nothing returning id"
    )


_DIALECT = postgresql.dialect()
_ADD_VERDICTS = _add(GateVerdict, "id workspace_id enrollment_id decision reasons inputs pack decided_at")
_ADD_CALLS = _add(
    Call,
    "id workspace_id purpose campaign_id enrollment_id contact_id assistant_id assistant_version_id trunk_id is_rehearsal from_number_id"
    " from_e164 caller_choice to_e164 attempt request state due_at claimed_at lease_until holds_number holds_slot verdict_id"
    " ringing_timeout_s max_duration_s usage",
)


@dataclass(frozen=True, slots=True)
class Begun:
    now: datetime
    is_halted: bool
    slots_taken: int


@dataclass(frozen=True, slots=True)
class LiveCount:
    """Calls that hold their number (lost ones for `PLACE_OF_LOST`), by everything that limits them; `is_waiting` before the dial."""

    workspace_id: uuid.UUID
    trunk_id: uuid.UUID
    campaign_id: uuid.UUID | None
    is_waiting: bool
    calls: int


@dataclass(frozen=True, slots=True)
class PastCall:
    contact_id: uuid.UUID
    enrollment_id: uuid.UUID | None
    e164: str
    is_dead: bool
    counts: bool


class ClaimRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self) -> Begun:
        """Wait for the other claims; then the instant of this one, and the slots in use: calls that hold one, and jobs that workers
        still report although their call has given its slot back."""
        await self._session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": CLAIM_LOCK})
        return Begun(*(await self._session.execute(_BEGUN)).one())

    async def live(self) -> list[LiveCount]:
        given = {"place_of_lost_s": PLACE_OF_LOST.total_seconds()}
        return [LiveCount(*row) for row in await self._session.execute(_LIVE, given)]

    async def running(self) -> Sequence[Campaign]:
        """Running campaigns, locked; one that somebody changes right now has its turn at the next claim."""
        query = select(Campaign).where(Campaign.execution_status == "running").order_by(Campaign.id)
        return (await self._session.scalars(query.with_for_update(key_share=True, skip_locked=True))).all()

    async def due(self, campaigns: Sequence[uuid.UUID], now: datetime, most: int) -> Mapping[uuid.UUID, tuple[int, int]]:
        """Due contacts per campaign, promised ones and others, counted up to `most` per class."""
        given = {"campaigns": list(campaigns), "priorities": _URGENT + _OTHERS, "urgent": int(URGENT), "now": now, "most": most}
        return {row.id: (row.urgent, row.others) for row in await self._session.execute(_DUE, given)}

    async def take(self, shares: Mapping[uuid.UUID, Share], now: datetime) -> Sequence[Enrollment]:
        """The first due contacts of each campaign, locked, best first; those that another transaction holds are passed over."""
        wanted = [(c, s.urgent, True) for c, s in shares.items() if s.urgent] + [
            (c, s.others, False) for c, s in shares.items() if s.others
        ]
        campaigns, quotas, are_urgent = zip(*wanted, strict=True)
        given = {"campaigns": list(campaigns), "quotas": list(quotas), "are_urgent": list(are_urgent), "now": now}
        query = select(Enrollment).from_statement(_ENROLLMENTS)
        return (await self._session.scalars(query, given | {"urgent": _URGENT, "others": _OTHERS})).all()

    async def singles(self, now: datetime, limit: int) -> Sequence[Call]:
        """Single calls that are due and hold nothing yet. Those of a halted workspace stay due."""
        query = select(Call).where(Call.state == "queued", Call.claimed_at.is_(None), Call.due_at <= now)
        query = query.where(Call.workspace_id.not_in(select(Workspace.id).where(Workspace.is_halted)))
        return (await self._session.scalars(query.order_by(Call.due_at, Call.id).limit(limit).with_for_update(skip_locked=True))).all()

    async def contacts(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Contact]:
        if not ids:
            return {}
        return {row.id: row for row in await self._session.scalars(select(Contact).where(Contact.id.in_(ids)))}

    async def workspaces(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Workspace]:
        return {row.id: row for row in await self._session.scalars(select(Workspace).where(Workspace.id.in_(ids)))}

    async def campaigns(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Campaign]:
        return {row.id: row for row in await self._session.scalars(select(Campaign).where(Campaign.id.in_(ids)))} if ids else {}

    async def trunks(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Trunk]:
        return {row.id: row for row in await self._session.scalars(select(Trunk).where(Trunk.id.in_(ids)))}

    async def versions(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, AssistantVersion]:
        return {row.id: row for row in await self._session.scalars(select(AssistantVersion).where(AssistantVersion.id.in_(ids)))}

    async def callers(self, campaigns: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[tuple[Number, Trunk]]]:
        """Caller IDs per campaign with their trunks, in a stable order."""
        query = select(CampaignNumber.campaign_id, Number, Trunk).join(Number, CampaignNumber.number_id == Number.id)
        query = query.join(Trunk, Trunk.id == Number.trunk_id).where(CampaignNumber.campaign_id.in_(campaigns)).order_by(Number.id)
        found: dict[uuid.UUID, list[tuple[Number, Trunk]]] = {}
        for campaign_id, number, trunk in await self._session.execute(query):
            found.setdefault(campaign_id, []).append((number, trunk))
        return found

    async def held(
        self, numbers: Sequence[tuple[uuid.UUID, str]], contacts: set[uuid.UUID]
    ) -> tuple[set[tuple[uuid.UUID, str]], set[uuid.UUID]]:
        """Numbers and contacts with a call under way (or lost and perhaps still ringing)."""
        given = {"workspaces": [w for w, _ in numbers], "numbers": [n for _, n in numbers], "contacts": list(contacts)}
        rows = (await self._session.execute(_HELD, given)).all()
        return {(row.workspace_id, row.to_e164) for row in rows}, {row.contact_id for row in rows if row.contact_id is not None}

    async def history(self, contacts: set[uuid.UUID]) -> list[PastCall]:
        """Earlier calls to these contacts."""
        rows = await self._session.execute(_HISTORY, {"contacts": list(contacts), "dead": [str(result) for result in DEAD]})
        return [PastCall(*row) for row in rows]

    async def add_verdicts(self, verdicts: Sequence[Mapping[str, Any]]) -> None:
        if verdicts:
            await self._session.execute(_ADD_VERDICTS, {"rows": msgspec.json.encode(verdicts).decode()})

    async def add_calls(self, calls: Sequence[Mapping[str, Any]]) -> set[uuid.UUID]:
        """Insert those that collide with no live call to the same number, contact or enrollment; returns their ids."""
        if not calls:
            return set()
        return set((await self._session.scalars(_ADD_CALLS, {"rows": msgspec.json.encode(calls).decode()})).all())

    async def save_pace(self, campaigns: Sequence[tuple[uuid.UUID, float, datetime | None]]) -> None:
        """What each campaign has been served, and since when it warms up. Not a change that `updated_at` tells of."""
        ids, served, warm = zip(*campaigns, strict=True)
        await self._session.execute(_SERVED, {"ids": list(ids), "served": list(served), "warm": list(warm)})
