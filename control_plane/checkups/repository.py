"""SQL of check-ups."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from control_plane.db.models import (
    Call,
    CallTurn,
    CheckUp,
    CheckUpContact,
    CheckUpEscalation,
    Contact,
    ContactPhone,
    RiskFlag,
    Schedule,
    ScheduleRun,
    Workspace,
)
from control_plane.domain.call_state import BEFORE_DIAL, FINAL, CallState
from control_plane.domain.follow_up import NOT_THEM
from control_plane.kit.ids import new_id
from sip_config.contract import ACKNOWLEDGED, AnsweredBy, CallPurpose

_SOMEBODY_ELSE = ("wrong_person", "wrong_number")
# A lost one may have been told of when another had been made.
_OWN_CALL = (Call.schedule_run_id == ScheduleRun.id, or_(Call.attempt == ScheduleRun.calls, Call.state == CallState.LOST))
_WITH_THEM = (Call.answered_by == AnsweredBy.HUMAN, Call.outcome.not_in(_SOMEBODY_ELSE))
_SPOKEN_TO = or_(exists().where(*_OWN_CALL, *_WITH_THEM), exists().where(Call.id == ScheduleRun.merged_into, *_WITH_THEM))
"""As domain/follow_up.was_spoken_to: who picked up and was silent, or a machine, has not been checked on."""
MISSED = or_(ScheduleRun.state.in_(("failed", "refused", "missed")), and_(ScheduleRun.state == "completed", ~_SPOKEN_TO))
"""A run in which the person themselves was not spoken to."""


class CheckUpRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, row: CheckUp) -> None:
        self._session.add(row)
        await self.save(row)

    async def save(self, row: CheckUp) -> None:
        await self._session.flush()
        await self._session.refresh(row)

    async def find(self, checkup_id: uuid.UUID, *, lock: bool = False) -> CheckUp | None:
        query = select(CheckUp).where(CheckUp.id == checkup_id, CheckUp.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def listing(self, contact_id: uuid.UUID | None) -> Select[CheckUp]:
        query = select(CheckUp).where(CheckUp.workspace_id == self._workspace_id)
        return query if contact_id is None else query.where(CheckUp.contact_id == contact_id)

    async def contacts(self, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Contact]:
        """Those of the ids that are contacts of this workspace."""
        query = select(Contact).where(Contact.id.in_(ids), Contact.workspace_id == self._workspace_id)
        return {row.id: row for row in await self._session.scalars(query)}

    async def workspace(self) -> Workspace:
        return await self._session.get_one(Workspace, self._workspace_id)

    async def schedules(self, rows: Sequence[CheckUp]) -> Mapping[uuid.UUID, Schedule]:
        query = select(Schedule).where(Schedule.id.in_([row.schedule_id for row in rows]))
        return {row.id: row for row in await self._session.scalars(query.execution_options(populate_existing=True))}

    async def counts(self, rows: Sequence[CheckUp]) -> Mapping[uuid.UUID, tuple[int, int]]:
        """Runs that were kept and that were missed, by schedule."""
        ids = [row.schedule_id for row in rows]
        kept, missed = and_(ScheduleRun.state == "completed", _SPOKEN_TO), MISSED
        columns = (ScheduleRun.schedule_id, func.count().filter(kept), func.count().filter(missed))
        query = select(*columns).where(ScheduleRun.schedule_id.in_(ids)).group_by(ScheduleRun.schedule_id)
        return defaultdict(lambda: (0, 0), {schedule_id: (k, m) for schedule_id, k, m in await self._session.execute(query)})

    async def last_escalations(self, rows: Sequence[CheckUp]) -> Mapping[uuid.UUID, CheckUpEscalation]:
        query = select(CheckUpEscalation).where(CheckUpEscalation.checkup_id.in_([row.id for row in rows]))
        newest_first = query.order_by(CheckUpEscalation.checkup_id, CheckUpEscalation.id.desc())
        query = newest_first.ext(distinct_on(CheckUpEscalation.checkup_id))
        return {row.checkup_id: row for row in await self._session.scalars(query)}

    async def waiting_calls(self, checkup_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """Calls to safety contacts whose phone does not ring yet."""
        query = select(Call.id).join(CheckUpEscalation, CheckUpEscalation.call_id == Call.id)
        query = query.join(CheckUp, CheckUp.id == CheckUpEscalation.checkup_id)
        mine = (CheckUp.id == checkup_id, CheckUp.workspace_id == self._workspace_id, Call.state.in_(BEFORE_DIAL))
        return (await self._session.scalars(query.where(*mine).order_by(Call.id))).all()

    def escalations(self, checkup_id: uuid.UUID) -> Select[CheckUpEscalation]:
        return select(CheckUpEscalation).where(CheckUpEscalation.checkup_id == checkup_id)


class CheckUpWork:
    """What waits to be done in any workspace: ids to look at, and rows taken for one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def missed(self, since: datetime, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
        """Check-ups and runs of theirs that were missed and that nobody has looked at."""
        query = select(CheckUp.id, ScheduleRun.id).join(ScheduleRun, ScheduleRun.schedule_id == CheckUp.schedule_id)
        seen = exists().where(CheckUpEscalation.run_id == ScheduleRun.id)
        # The second condition adds nothing but the use of an index: a run is over a few hours after it was planned.
        recent = (ScheduleRun.closed_at > since, ScheduleRun.planned_at > since - timedelta(days=2))
        query = query.where(MISSED, *recent, ~seen).order_by(ScheduleRun.closed_at).limit(limit)
        return [(checkup_id, run_id) for checkup_id, run_id in await self._session.execute(query)]

    async def moved_away(self, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
        """Workspace and id of check-ups whose person's day passes in another zone than their schedule's."""
        of_phone = select(ContactPhone.time_zones[1]).where(
            ContactPhone.contact_id == Contact.id, func.cardinality(ContactPhone.time_zones) > 0
        )
        of_phone = of_phone.order_by(ContactPhone.priority, ContactPhone.e164).limit(1).correlate(Contact).scalar_subquery()
        zone = func.coalesce(Contact.confirmed_zone, func.nullif(Contact.time_zone, ""), of_phone, Workspace.time_zone)
        query = select(CheckUp.workspace_id, CheckUp.id).join(Schedule, Schedule.id == CheckUp.schedule_id)
        query = query.join(Contact, Contact.id == CheckUp.contact_id).join(Workspace, Workspace.id == CheckUp.workspace_id)
        query = query.where(Schedule.plan["time_zone"].astext != zone).order_by(CheckUp.id).limit(limit)
        return [(workspace_id, checkup_id) for workspace_id, checkup_id in await self._session.execute(query)]

    async def take_missed(self, checkup_id: uuid.UUID, run_id: uuid.UUID) -> tuple[CheckUp, ScheduleRun, Schedule] | None:
        """The run if it stands as missed, locked, with its check-up, whose contact stays as for `take`; None when another worker has it."""
        checkup = await self._session.get(CheckUp, checkup_id)
        if checkup is None:
            return None
        await self._hold(checkup.contact_id)
        query = select(ScheduleRun, Schedule).join(Schedule, Schedule.id == ScheduleRun.schedule_id).where(ScheduleRun.id == run_id, MISSED)
        locked = query.with_for_update(of=ScheduleRun, skip_locked=True).execution_options(populate_existing=True)
        row = (await self._session.execute(locked)).first()
        return (checkup, row[0], row[1]) if row is not None else None

    async def begin(self, checkup: CheckUp, run: ScheduleRun) -> CheckUpEscalation | None:
        """The row of what follows from this run; None when somebody else has made it."""
        row = {"id": new_id(), "workspace_id": checkup.workspace_id, "checkup_id": checkup.id, "run_id": run.id}
        made = insert(CheckUpEscalation).values(row).on_conflict_do_nothing(index_elements=["run_id"]).returning(CheckUpEscalation)
        return await self._session.scalar(made)

    async def over(self, now: datetime, limit: int) -> Sequence[uuid.UUID]:
        """Escalations whose call is over, or is to be repeated now. A call that was erased is over too."""
        query = select(CheckUpEscalation.id).outerjoin(Call, Call.id == CheckUpEscalation.call_id)
        ended = or_(Call.id.is_(None), Call.state.in_(FINAL))
        due = or_(CheckUpEscalation.due_at.is_(None), CheckUpEscalation.due_at <= now)
        return (await self._session.scalars(query.where(CheckUpEscalation.state == "calling", ended, due).limit(limit))).all()

    async def take(self, escalation_id: uuid.UUID) -> tuple[CheckUp, CheckUpEscalation] | None:
        """The escalation that goes on, with its check-up, whose contact stays until the transaction ends (see followups/repository)."""
        of_checkup = CheckUp.id == CheckUpEscalation.checkup_id
        contact_id = await self._session.scalar(
            select(CheckUp.contact_id).join(CheckUpEscalation, of_checkup).where(CheckUpEscalation.id == escalation_id)
        )
        if contact_id is None:
            return None
        await self._hold(contact_id)
        query = select(CheckUp, CheckUpEscalation).join(CheckUpEscalation, of_checkup)
        query = query.where(CheckUpEscalation.id == escalation_id, CheckUpEscalation.state == "calling")
        locked = query.with_for_update(of=CheckUpEscalation, skip_locked=True).execution_options(populate_existing=True)
        row = (await self._session.execute(locked)).first()
        return (row[0], row[1]) if row is not None else None

    async def stuck(self, before: datetime, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
        """Workspace and id of calls to safety contacts that nobody has claimed since `before`."""
        query = select(Call.workspace_id, Call.id).join(CheckUpEscalation, CheckUpEscalation.call_id == Call.id)
        waits = (Call.state == "queued", Call.claimed_at.is_(None), Call.created_at < before)
        query = query.where(CheckUpEscalation.state == "calling", *waits)
        return [(workspace_id, call_id) for workspace_id, call_id in await self._session.execute(query.limit(limit))]

    async def needless(self, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
        """Workspace and id of calls to safety contacts whose phone does not ring yet, of people who have been spoken to meanwhile."""
        query = select(Call.workspace_id, Call.id).join(CheckUpEscalation, CheckUpEscalation.call_id == Call.id)
        query = query.join(CheckUp, CheckUp.id == CheckUpEscalation.checkup_id)
        query = query.join(ScheduleRun, ScheduleRun.id == CheckUpEscalation.run_id)
        query = query.where(CheckUpEscalation.state == "calling", Call.state.in_(BEFORE_DIAL), _spoken_to_since())
        return [(workspace_id, call_id) for workspace_id, call_id in await self._session.execute(query.limit(limit))]

    async def is_needless(self, escalation: CheckUpEscalation) -> bool:
        """Whether the person has been spoken to meanwhile."""
        query = select(CheckUp.id).join(ScheduleRun, ScheduleRun.schedule_id == CheckUp.schedule_id)
        query = query.where(CheckUp.id == escalation.checkup_id, ScheduleRun.id == escalation.run_id, _spoken_to_since())
        return await self._session.scalar(query) is not None

    async def call(self, call_id: uuid.UUID | None) -> Call | None:
        return await self._session.get(Call, call_id, populate_existing=True) if call_id is not None else None

    async def acknowledged_before(self, checkup: CheckUp, escalation: CheckUpEscalation) -> uuid.UUID | None:
        """The safety contact who has acknowledged in an earlier call of the escalation, of which that was heard only afterwards."""
        theirs = Call.contact_id.in_([each.contact_id for each in checkup.safety_contacts])
        of_this = (Call.purpose == CallPurpose.ESCALATION, Call.request.contains({"metadata": {"escalation_id": str(escalation.id)}}))
        query = select(Call.contact_id).where(theirs, *of_this, Call.workspace_id == checkup.workspace_id)
        return await self._session.scalar(query.where(Call.outcome_label == ACKNOWLEDGED).order_by(Call.id).limit(1))

    async def schedule(self, checkup: CheckUp) -> Schedule:
        return await self._session.get_one(Schedule, checkup.schedule_id)

    async def run(self, escalation: CheckUpEscalation) -> ScheduleRun:
        return await self._session.get_one(ScheduleRun, escalation.run_id)

    async def contact(self, contact_id: uuid.UUID) -> Contact:
        return await self._session.get_one(Contact, contact_id)

    async def _hold(self, contact_id: uuid.UUID) -> Any:
        query = select(Contact.id).where(Contact.id == contact_id)
        await self._session.execute(query.with_for_update(read=True, key_share=True))


def _spoken_to_since() -> ColumnElement[bool]:
    """The person of the `CheckUp` has spoken with us since its `ScheduleRun` was missed, or in a lost call of that run, of which it was
    heard only then. Whoever sounded as if they were in danger still wants somebody to look after them."""
    call = aliased(Call)
    carries = func.jsonb_build_object("carries", func.jsonb_build_array(func.jsonb_build_object("run_id", cast(ScheduleRun.id, Text))))
    of_run = and_(call.state == CallState.LOST, or_(call.schedule_run_id == ScheduleRun.id, call.request.contains(carries)))
    with_them = (call.contact_id == CheckUp.contact_id, call.workspace_id == CheckUp.workspace_id, call.state.in_(FINAL))
    # Who calls us is a human before they have said a word.
    since = and_(call.answered_at > ScheduleRun.closed_at, exists().where(CallTurn.call_id == call.id, CallTurn.speaker == "callee"))
    spoken_to = (call.answered_by == AnsweredBy.HUMAN, call.outcome.not_in(NOT_THEM), or_(of_run, since))
    in_danger = exists().where(RiskFlag.call_id == call.id)
    return exists().where(*with_them, *spoken_to, ~in_danger).correlate(CheckUp, ScheduleRun)


def safety_contact(checkup_id: uuid.UUID, workspace_id: uuid.UUID, contact_id: uuid.UUID, place: int, consent: str) -> CheckUpContact:
    return CheckUpContact(
        id=new_id(), workspace_id=workspace_id, checkup_id=checkup_id, contact_id=contact_id, place=place, consent=consent
    )
