"""SQL of the claim: everything about a whole batch in one statement each, whatever the size of the campaigns."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ARRAY, TextClause, Uuid, any_, bindparam, cast, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from control_plane.calls.line_repository import ON_A_LINE, TAKE_TURNS
from control_plane.calls.repository import ADD_VERDICTS
from control_plane.campaigns.enrollment_repository import CLAIMED
from control_plane.db.driver import rows_of, rows_of_each, sent
from control_plane.db.models import (
    Call,
    Campaign,
    CampaignNumber,
    CampaignSpend,
    Contact,
    Number,
    Trunk,
    UsageAccount,
    Workspace,
)
from control_plane.db.rows import as_json, insert_of
from control_plane.dialer.claim_rows import (
    Begun,
    ClaimingAccount,
    ClaimingCampaign,
    ClaimingNumber,
    ClaimingTrunk,
    ClaimingWorkspace,
    Pace,
    PastCall,
    Running,
    Taken,
    array_of,
    callee_of,
    read_heartbeats,
    read_live,
    read_running,
    read_taken,
)
from control_plane.dialer.giving_way_repository import OF_ENROLLMENT, bounds_of_enrollments
from control_plane.domain.pacing import URGENT, Priority, Share, WorkerReport
from control_plane.webhooks.outbox_repository import LISTENERS_OF

_IS_URGENT = f"call.priority < {int(Priority.SINGLE)}"
"""As ix_call_due_urgent has it, in plain text, so that a prepared statement finds the index."""
_URGENT = [int(p) for p in Priority if p <= URGENT]
_OTHERS = [int(p) for p in Priority if p > URGENT]
AT_ONCE = 8
"""Contacts looked at first by one claim, and so the most calls of campaigns that it makes: it holds the claim lock, and none may make the
next wait for long. Half of a claim's time is the same whatever its size, so smaller ones would make fewer calls a second."""
LOOKED_AT = 24
"""As many where all of the first had to wait. In the statements as a number, not as a parameter, for PostgreSQL plans each time anew where
it does not know how many rows a limit leaves."""


Way = tuple[uuid.UUID, uuid.UUID, bool]
"""What a single call would go out by: its workspace, its trunk, and whether the trunk may be chosen anew."""


@dataclass(frozen=True, slots=True)
class Full:
    """What single calls that stay due wait for: a way that has no line free, or the end of another call of the campaign that they name."""

    ways: set[Way] = field(default_factory=set)
    campaigns: set[uuid.UUID] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.ways) + len(self.campaigns)


_HAS_SINGLES = "exists(select from call where state = 'queued' and claimed_at is null and due_at <= statement_timestamp())"
# After the lock and in a statement of its own: its snapshot must be younger than the former holder's commit. Lists travel as JSON. Where
# calls may come in, one slot of several is kept for whoever calls next.
_BEGUN = sent(
    f"""
    select clock_timestamp() as now, coalesce((select is_halted from installation where id = 1), false) as is_halted,
        (select count(*) from (
            select id from call where holds_slot
            union
            select unnest(calls)::uuid from agent_worker where heartbeat_at > clock_timestamp() - interval '10 seconds'
        ) as taken) + (select case when exists(select from number where assistant_id is not null)
            and not exists(select from call where holds_slot and purpose = 'inbound') and coalesce(sum(slots), 0) > 1 then 1 else 0 end
            from agent_worker where heartbeat_at > clock_timestamp() - interval '10 seconds' and registered and not draining
        ) as slots_taken,
        {_HAS_SINGLES} as has_singles,
        (select coalesce(json_agg(json_build_object('slots', slots, 'draining', draining, 'registered', registered,
            'calls', cardinality(calls), 'age_s', extract(epoch from clock_timestamp() - heartbeat_at)::float8)), '[]')::text
            from agent_worker where heartbeat_at > clock_timestamp() - interval '1 minute') as workers,
        (select coalesce(json_agg(live), '[]')::text from (
            select workspace_id, trunk_id, campaign_id, state in ('queued', 'dispatched', 'ready') as is_waiting, count(*) as calls,
                max(dialing_at) filter (where state in ('dialing', 'ringing')) as dialled_at
            from {ON_A_LINE}
            group by 1, 2, 3, 4) as live) as live
    """  # noqa: S608
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
# With the people, their earlier calls and what they give way to: whoever claims needs all at once. What is asked for and what is found
# travel as JSON, which is read at once, and whose number of rows PostgreSQL takes to be the same each time: by an array's length it would
# plan anew each time.
_ENROLLMENTS = sent(
    f"""
    select json_build_array(e.id, e.workspace_id, e.campaign_id, e.contact_id, e.last_from_number_id, e.waiting_codes, e.attempts,
        {callee_of("e.contact_id")},
        (select coalesce(json_agg(json_build_array(contact_id, enrollment_id, to_e164, network_result, state <> 'released', holds_number,
            from_number_id, trunk_id, dialing_at) order by dialing_at desc nulls last), '[]')
            from call where contact_id = e.contact_id),
        ({OF_ENROLLMENT}))::text
    from json_to_recordset(cast(:shares as json)) as q(campaign_id uuid, quota int, is_urgent bool)
    cross join lateral (
        select due.* from unnest(case when q.is_urgent then array{_URGENT} else array{_OTHERS} end) as p(priority)
        cross join lateral (
            select * from enrollment w
            where w.campaign_id = q.campaign_id and w.priority = p.priority and w.state = 'waiting' and w.due_at <= :now
            order by w.due_at, w.id limit q.quota for no key update skip locked) as due
        limit q.quota) as e
    order by q.is_urgent desc, e.priority, e.due_at, e.id
    """  # noqa: S608
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
_PAST = text(
    """
    select contact_id, enrollment_id, to_e164, network_result, state <> 'released' as counts, holds_number,
        from_number_id, trunk_id, dialing_at
    from call where contact_id = any(cast(:contacts as uuid[])) order by dialing_at desc nulls last
    """
)


_ADD_CALLS = insert_of(
    Call,
    "id workspace_id purpose campaign_id enrollment_id contact_id assistant_id assistant_version_id trunk_id is_rehearsal from_number_id"
    " from_e164 caller_choice to_e164 attempt request state due_at claimed_at lease_until holds_number holds_slot verdict_id"
    " ringing_timeout_s max_duration_s usage trace_context",
    "calls",
)
# Verdicts that let a call go are kept for those calls that were made; the foreign key between the two is checked at the statement's end.
_WRITE = sent(
    f"""
    with made as ({_ADD_CALLS} on conflict do nothing returning id, campaign_id, enrollment_id, verdict_id),
    kept as ({ADD_VERDICTS} where decision <> 'dial' or id in (select verdict_id from made)),
    claimed as ({CLAIMED}),
    charged as (
        update campaign set served = p.served + m.calls::float8 / weight, warm_since = p.warm_since
        from json_to_recordset(cast(:paces as json)) as p(campaign_id uuid, served float8, warm_since timestamptz)
        join (select campaign_id, count(*) as calls from made group by 1) as m on m.campaign_id = p.campaign_id
        where campaign.id = p.campaign_id)
    select id from made
    """  # noqa: S608
)


def _count_due(priorities: Sequence[int]) -> str:
    """Due contacts of the campaign `c`, up to `LOOKED_AT` of each priority, found as by `_DUE`."""
    return " + ".join(
        f"""(select count(*) from (select from enrollment e where e.campaign_id = c.id and e.priority = {priority}
            and e.state = 'waiting' and e.due_at <= statement_timestamp() order by e.due_at, e.id limit {LOOKED_AT}) as due_{priority})"""  # noqa: S608
        for priority in priorities
    )


# All that a claim wants to know of the running campaigns, their numbers and who listens included, as one JSON array each (`Running`).
# Asked along with how a claim begins; but single calls come first, and their rows are locked before campaigns'.
_RUNNING = sent(
    f"""
    select json_build_array({array_of(ClaimingCampaign, "c")}, {array_of(ClaimingWorkspace, "w")}, v.config -> 'max_duration_s',
        case when a.workspace_id is not null then {array_of(ClaimingAccount, "a")} end, s.cost, s.currency,
        {_count_due(_URGENT)}, {_count_due(_OTHERS)},
        (select coalesce(json_agg(json_build_array({array_of(ClaimingNumber, "n")}, {array_of(ClaimingTrunk, "t")}) order by n.id), '[]')
            from campaign_number m join number n on n.id = m.number_id join trunk t on t.id = n.trunk_id where m.campaign_id = c.id),
        ({LISTENERS_OF}))::text
    from campaign c
    join workspace w on w.id = c.workspace_id
    left join assistant_version v on v.id = c.assistant_version_id
    left join usage_account a on a.workspace_id = c.workspace_id
    left join campaign_spend s on s.campaign_id = c.id
    where c.execution_status = 'running' and (:after_singles or not {_HAS_SINGLES})
    order by c.id for no key update of c skip locked
    """  # noqa: S608
)
_CALLERS = (
    select(CampaignNumber.campaign_id, Number, Trunk)
    .join(Number, CampaignNumber.number_id == Number.id)
    .join(Trunk, Trunk.id == Number.trunk_id)
    .where(CampaignNumber.campaign_id == any_(bindparam("campaigns", type_=ARRAY(Uuid))))
    .order_by(Number.id)
)


class ClaimRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, event_type: str) -> Begun:
        """Wait for the other claims; then the instant of this one, and the slots in use: calls that hold one, and jobs that workers
        still report although their call has given its slot back; and what `running` gives, unless single calls are due. Whoever then
        stands still for seconds loses the connection, and everything that it has claimed."""
        asked = (TAKE_TURNS, {}), (_BEGUN, {}), (_RUNNING, {"type": event_type, "after_singles": False})
        _, ((now, is_halted, slots_taken, has_singles, heartbeats, live),), found = await rows_of_each(self._session, *asked)
        beats = read_heartbeats(heartbeats)
        workers = [WorkerReport(h.slots, h.draining, h.registered, timedelta(seconds=h.age_s), h.calls) for h in beats]
        return Begun(now, is_halted, slots_taken, has_singles, workers, read_live(live), [read_running(row) for (row,) in found])

    async def running(self, event_type: str) -> list[Running]:
        """Running campaigns, locked, with their due contacts, promised ones and others, counted up to `LOOKED_AT` per class and priority,
        and with who is to be told of events of this type; a campaign that somebody changes right now has its turn at the next claim."""
        return [read_running(row) for (row,) in await rows_of(self._session, _RUNNING, {"type": event_type, "after_singles": True})]

    async def due(self, campaigns: Sequence[uuid.UUID], now: datetime) -> Mapping[uuid.UUID, tuple[int, int]]:
        """Due contacts per campaign, promised ones and others, counted as by `running`, for another look."""
        given = {"campaigns": list(campaigns), "priorities": _URGENT + _OTHERS, "urgent": int(URGENT), "now": now, "most": LOOKED_AT}
        return {row.id: (row.urgent, row.others) for row in await self._session.execute(_DUE, given)}

    async def take(self, shares: Mapping[uuid.UUID, Share], now: datetime) -> Taken:
        """The first due contacts of each campaign; those that another transaction holds are passed over."""
        wanted = [(c, s.urgent, True) for c, s in shares.items() if s.urgent]
        wanted += [(c, s.others, False) for c, s in shares.items() if s.others]
        asked = msgspec.json.encode([{"campaign_id": c, "quota": quota, "is_urgent": urgent} for c, quota, urgent in wanted]).decode()
        found = [read_taken(row) for (row,) in await rows_of(self._session, _ENROLLMENTS, bounds_of_enrollments(now) | {"shares": asked})]
        callees = {one.contact_id: one.callee for one in found}
        # A contact can be due in two campaigns at once, and has been called as often as before all the same.
        past = {one.contact_id: one.past for one in found}
        return Taken(found, callees, [call for calls in past.values() for call in calls])

    async def singles(self, now: datetime, limit: int, full: Full) -> Sequence[Call]:
        """Single calls that are due and hold nothing yet, crisis follow-ups first, but those that wait for what is full. Those of a halted
        workspace stay due."""
        urgent = await self._singles(now, limit, full, text(_IS_URGENT))
        return [*urgent, *await self._singles(now, limit - len(urgent), full, text(f"not ({_IS_URGENT})"))]

    async def _singles(self, now: datetime, limit: int, full: Full, which: TextClause) -> Sequence[Call]:
        query = select(Call).where(Call.state == "queued", Call.claimed_at.is_(None), Call.due_at <= now, which)
        query = query.where(Call.workspace_id.not_in(select(Workspace.id).where(Workspace.is_halted)))
        if full.ways:
            query = query.where(tuple_(Call.workspace_id, Call.trunk_id, Call.caller_choice != {}).not_in(sorted(full.ways)))
        if full.campaigns:
            query = query.where(or_(Call.campaign_id.is_(None), Call.campaign_id.not_in(sorted(full.campaigns))))
        return (await self._session.scalars(query.order_by(Call.due_at, Call.id).limit(limit).with_for_update(skip_locked=True))).all()

    async def contacts(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Contact]:
        if not ids:
            return {}
        query = select(Contact).where(Contact.id == any_(cast(list(ids), ARRAY(Uuid)))).options(joinedload(Contact.phones))
        return {row.id: row for row in (await self._session.scalars(query)).unique()}

    async def workspaces(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Workspace]:
        return {row.id: row for row in await self._session.scalars(select(Workspace).where(Workspace.id.in_(ids)))}

    async def accounts(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, UsageAccount]:
        query = select(UsageAccount).where(UsageAccount.workspace_id.in_(ids))
        return {row.workspace_id: row for row in await self._session.scalars(query)}

    async def spent(self, campaigns: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, tuple[Decimal, str]]:
        """What calls of these campaigns have cost, and in which currency."""
        query = select(CampaignSpend.campaign_id, CampaignSpend.cost, CampaignSpend.currency)
        found = await self._session.execute(query.where(CampaignSpend.campaign_id.in_(list(campaigns))))
        return {campaign_id: (cost, currency) for campaign_id, cost, currency in found}

    async def campaigns(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Campaign]:
        return {row.id: row for row in await self._session.scalars(select(Campaign).where(Campaign.id.in_(ids)))} if ids else {}

    async def trunks(self, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Trunk]:
        return {row.id: row for row in await self._session.scalars(select(Trunk).where(Trunk.id.in_(ids)))}

    async def callers(self, campaigns: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[tuple[Number, Trunk]]]:
        """Caller IDs per campaign with their trunks, in a stable order."""
        found: dict[uuid.UUID, list[tuple[Number, Trunk]]] = {}
        for campaign_id, number, trunk in await self._session.execute(_CALLERS, {"campaigns": list(campaigns)}):
            found.setdefault(campaign_id, []).append((number, trunk))
        return found

    async def held(
        self, numbers: Sequence[tuple[uuid.UUID, str]], contacts: set[uuid.UUID]
    ) -> tuple[set[tuple[uuid.UUID, str]], set[uuid.UUID]]:
        """Numbers and contacts with a call under way (or lost and perhaps still ringing)."""
        given = {"workspaces": [w for w, _ in numbers], "numbers": [n for _, n in numbers], "contacts": list(contacts)}
        rows = (await self._session.execute(_HELD, given)).all()
        return {(row.workspace_id, row.to_e164) for row in rows}, {row.contact_id for row in rows if row.contact_id is not None}

    async def past(self, contacts: Iterable[uuid.UUID]) -> list[PastCall]:
        """Earlier calls to these contacts, those that were dialled first and newest first."""
        rows = await self._session.execute(_PAST, {"contacts": list(contacts)})
        return [PastCall(*row) for row in rows]

    async def write(
        self, calls: Sequence[Mapping[str, Any]], verdicts: Sequence[Mapping[str, Any]], paces: Sequence[Pace]
    ) -> set[uuid.UUID]:
        """Insert the calls that collide with no live call to the same number, contact or enrollment, claim their enrollments, and insert
        the verdicts; returns the ids of the calls that were made. `paces` are their campaigns' accounts before, on which the calls are
        charged: not a change that `updated_at` tells of."""
        if not calls and not verdicts:
            return set()
        rows = {"calls": calls, "verdicts": verdicts, "paces": paces}
        given = {name: as_json(each) for name, each in rows.items()}
        return {call_id for (call_id,) in await rows_of(self._session, _WRITE, given)}
