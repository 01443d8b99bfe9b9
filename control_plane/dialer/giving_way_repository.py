"""SQL of who is about to be called, or was called a moment ago, for something that goes before: a look at each person's own rows, by
indexes, however much is planned for others."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.giving_way import APART
from control_plane.calls.meeting_repository import LONGEST_CALL
from control_plane.db.driver import rows_of, sent
from control_plane.domain.pacing import Priority
from control_plane.domain.reminding import LAST_CALL, REMINDED

_LONGEST_YIELD = timedelta(hours=2)
"""After it has first given way a call outside of campaigns does so for no longer."""
_LONGEST_PATIENCE = timedelta(hours=4)
"""A campaign's contact, whom staggered plans of others would keep from being called for good, gives way for no longer."""
AHEAD = APART
"""Nobody is called for something else for so long before a planned call."""
ASKED_FOR = timedelta(minutes=10)
"""A single call that is younger is one that somebody wants now."""
_LOOK_AGAIN = timedelta(minutes=1)
"""After the planned time: the planned call is under way by then, or has been given up."""
_LONGEST_PLANNED = timedelta(days=8)
"""Bounds the scan: a run may begin up to a week after it was planned."""
_OVERDUE = timedelta(minutes=10)
"""A run or a reminder that was wanted so long ago cannot begin, and holds up nothing; a follow-up's step does while it waits."""
_OFTEN = timedelta(hours=2)
"""A schedule that comes again sooner would leave no time for anything else between its calls."""

# Of {who}, with contact_id and workspace_id: schedules by contact and by number, runs that are due, reminders, steps of follow-ups. A
# run that cannot be begun is looked at again and again, which moves its `due_at`: when it was wanted is what its latest start counts from.
_PLANS = """
    select s.next_run_at as at, false as is_crisis from schedule s
    where s.contact_id = {who}.contact_id and s.state = 'active' and s.next_run_at between :overdue and :until and {rarely}
    union all select s.next_run_at, false from contact_phone p
    join schedule s on s.workspace_id = p.workspace_id and s.phone_number = p.e164
    where p.contact_id = {who}.contact_id and s.state = 'active' and s.next_run_at between :overdue and :until and {rarely}
    union all select r.due_at, false from schedule s join schedule_run r on r.schedule_id = s.id
    where s.contact_id = {who}.contact_id and r.state = 'due' and r.planned_at > :planned_since and r.due_at <= :until
        and r.start_by - make_interval(secs => s.latest_start_s) > :overdue
    union all select r.due_at, false from appointment a join appointment_reminder r on r.appointment_id = a.id
    where a.contact_id = {who}.contact_id and a.status = any(:reminded) and r.starts_at = a.starts_at
        and r.state = 'waiting' and r.due_at <= :until and r.starts_at - make_interval(secs => r.offset_s) > :overdue
    union all select t.due_at, f.priority = 'crisis' from follow_up f join follow_up_step t on t.follow_up_id = f.id
    where f.contact_id = {who}.contact_id and f.state = 'open' and f.made_for = 'call' and t.state = 'waiting' and t.due_at <= :until
"""
_RARELY = """not exists (
        select from schedule_run b where b.schedule_id = s.id and b.planned_at > s.next_run_at - cast(:often as interval)
            and b.planned_at < s.next_run_at and b.trigger = 'plan')"""
_IS_PATIENT = "e.priority > :callback and coalesce(e.gives_way_since > :long_since, true)"
OF_ENROLLMENT = f"""
    select json_build_array(until, is_planned) from (
        select greatest(at, :now) + :look_again as until, true as is_planned from (
            {_PLANS.format(who="e", rarely=_RARELY)}
            union all select due_at, priority < :single from call
            where contact_id = e.contact_id and purpose <> 'campaign' and state = 'queued' and claimed_at is null and due_at <= :until
                and (due_at > :overdue or priority < :single)
            union all select o.due_at, false from enrollment o join campaign on campaign.id = o.campaign_id
            where o.contact_id = e.contact_id and o.id <> e.id and o.state = 'waiting' and o.priority = :callback
                and o.due_at between :overdue and :until and campaign.execution_status = 'running'
        ) plan where {_IS_PATIENT} or is_crisis
        union all select coalesce(ended_at, :now) + :apart, false from call
        where {_IS_PATIENT} and contact_id = e.contact_id and purpose <> 'campaign' and dialing_at > :dialled_since
            and coalesce(ended_at, :now) > :rested
    ) found order by until desc limit 1
    """  # noqa: S608
"""Part of a statement that has the enrollment as `e`, with `bounds_of_enrollments`: as JSON what it waits for (`Yielded`), or NULL. Who was
promised a call, or has waited for long, waits only for what follows a crisis."""
# Whom to look at travels as JSON, whose number of rows PostgreSQL takes to be the same each time: by an array's it would plan anew.
_SINGLES = sent(
    f"""
    select distinct on (c.id) c.id, found.until, found.is_planned
    from json_array_elements_text(cast(:ids as json)) as asked(id)
    join call c on c.id = asked.id::uuid left join schedule_run run on run.id = c.schedule_run_id
    left join lateral (
        select min(starts_at) as starts_at from appointment_reminder where call_id = c.id and state = 'calling'
    ) m on true
    cross join lateral (
        select greatest(at, :now) + :look_again as until, true as is_planned from ({_PLANS.format(who="c", rarely=_RARELY)}) plan
        where c.purpose = 'single' and m.starts_at is null
        union all select coalesce(o.ended_at, :now) + :apart, false from call o left join schedule_run r on r.id = o.schedule_run_id
        where o.contact_id = c.contact_id and o.id <> c.id and o.dialing_at > :dialled_since and coalesce(o.ended_at, :now) > :rested
            and (run.schedule_id is null or r.schedule_id is distinct from run.schedule_id)
    ) found
    where c.priority >= :single and c.campaign_id is null and c.attempt = 1
        and (c.created_at < :asked_before or m.starts_at is not null or run.trigger = 'plan' and run.attempts_by_result = '{{}}')
        and not exists (select from call_event v where v.call_id = c.id and v.kind = 'gave_way' and v.at < :long_since)
        and found.until <= coalesce(run.start_by, m.starts_at - :last_call, 'infinity')
    order by c.id, found.until desc
    """  # noqa: S608
)
_ITS_RUNS = "(id = cast(:run as uuid) or merged_into = cast(:call as uuid))"
_FREE = "select id from {table} where {which} and state = 'calling' for update skip locked"
_TELL = (
    text(
        f"""
        update schedule_run set reasons = array_append(reasons, cast(:why as text))
        where id in ({_FREE.format(table="schedule_run", which=_ITS_RUNS)}) and cast(:why as text) <> all(reasons)
        """  # noqa: S608
    ),
    *(
        text(
            f"update {table} set note = cast(:why as text)"  # noqa: S608
            f" where id in ({_FREE.format(table=table, which='call_id = cast(:call as uuid)')}) and note = ''"
        )
        for table in ("appointment_reminder", "follow_up_step")
    ),
)


class Yielded(msgspec.Struct, frozen=True, array_like=True):
    """Look again at `until`. `is_planned`: another call is about to be made; else one was made a moment ago."""

    until: datetime
    is_planned: bool


def bounds_of_enrollments(now: datetime) -> dict[str, Any]:
    """The parameters of `OF_ENROLLMENT`."""
    return _bounds(now) | {"callback": int(Priority.CALLBACK), "long_since": now - _LONGEST_PATIENCE}


def _bounds(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "until": now + AHEAD,
        "rested": now - APART,
        "dialled_since": now - APART - LONGEST_CALL,
        "overdue": now - _OVERDUE,
        "often": _OFTEN,
        "planned_since": now - _LONGEST_PLANNED,
        "apart": APART,
        "look_again": _LOOK_AGAIN,
        "single": int(Priority.SINGLE),
        "reminded": sorted(REMINDED),
    }


class GivingWayRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def singles(self, ids: Sequence[uuid.UUID], now: datetime) -> Mapping[uuid.UUID, Yielded]:
        """Which of these calls outside of campaigns do: not those that somebody has just asked for, that follow a crisis or that repeat an
        earlier one, and none for longer than its plan and a bound allow."""
        if not ids:
            return {}
        given = _bounds(now) | {"asked_before": now - ASKED_FOR, "long_since": now - _LONGEST_YIELD, "last_call": LAST_CALL}
        given |= {"ids": msgspec.json.encode(ids).decode()}
        return {row_id: Yielded(until, is_planned) for row_id, until, is_planned in await rows_of(self._session, _SINGLES, given)}

    async def tell(self, call_id: uuid.UUID, run_id: uuid.UUID | None, why: str) -> None:
        """What the call is of, or carries, says why it comes later, too: runs, reminders, a step. Not where somebody else has them now,
        whose turn must not be waited for with the call locked."""
        for statement in _TELL:
            await self._session.execute(statement, {"call": call_id, "run": run_id, "why": why})
