"""What people ask of calls: make one, look at it, end it, say what came of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select

from control_plane.audit.service import record
from control_plane.calls.announcing import tell_queued
from control_plane.calls.gate import Answer, Question, ask, consent_id_of, until_of, verdict_of
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.observation import made
from control_plane.calls.orders import require_variables
from control_plane.calls.outcomes import answered_by_of, category_of, promised_at
from control_plane.calls.promises import note_callback
from control_plane.calls.reducer import DEPARTURE_LOOK, Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.schemas import NewCall
from control_plane.calls.settlement import keep_promise
from control_plane.calls.single_callers import Caller, SingleCallers, Wanted
from control_plane.campaigns.service import close_suppressed
from control_plane.contacts.dead_number_repository import DeadNumberRepository
from control_plane.contacts.suppressions import suppress
from control_plane.db.models import Assistant, AssistantVersion, Call, CallEventRecord, CallTurn, Campaign, Contact
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.call_state import BEFORE_DIAL, FINAL, CallState, Fact
from control_plane.domain.decision import Decision, Never, Stage, Wait
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.domain.pacing import Priority
from control_plane.kit.ids import new_id
from control_plane.kit.telemetry import new_trace
from control_plane.usage.accounts import require_allowance
from sip_config.contract import CallPurpose, Outcome

DEFAULT_RING_S = 28
"""facts/dialer §1.1 US-9: at least 15; about four rings and a half."""
FURTHEST_AHEAD = timedelta(days=366)
"""A call that is asked for later than this is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class OfRun:
    """The run of a schedule that a call is made for, which of its calls this is, and until when it may begin."""

    run_id: uuid.UUID
    attempt: int
    start_by: datetime


class CallService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._calls = CallRepository(unit.session)
        self._lookups = LookupRepository(unit.session, workspace_id)

    async def create(
        self,
        asked: NewCall,
        *,
        purpose: CallPurpose = CallPurpose.SINGLE,
        priority: Priority = Priority.SINGLE,
        run: OfRun | None = None,
        start_by: datetime | None = None,
        outcome_labels: Sequence[str] = (),
    ) -> Call:
        """Judge the call now: never → `Refused` with the reasons and no call; else a queued call, due now or when the gate opens.

        A call that would have to wait for longer than its run or `start_by` allows is `Refused` too. `outcome_labels` take the place of
        the assistant's own for this call.
        """
        assistant = await self._lookups.active_assistant(asked.assistant_id)
        contact = await self._lookups.contact(asked.contact_id) if asked.contact_id else None
        campaign = await self._lookups.campaign(asked.campaign_id) if asked.campaign_id else None
        workspace = await self._lookups.workspace()
        await require_allowance(self._unit.session, workspace, asked.campaign_id, self._unit.now)
        version = await self._lookups.published_version(assistant)
        require_variables(version, campaign, contact, _request_of(asked))
        to = await self._number(asked, contact, workspace.default_country)
        at = self._time(asked.schedule_at)
        wanted = Wanted(workspace.id, workspace.time_zone, to, asked.contact_id, assistant.id, phone.is_fictional(to))
        caller, from_number_until = await self._caller(asked.from_number_id, wanted, at)
        ring_s, owned = campaign.ring_timeout_s if campaign else DEFAULT_RING_S, caller.number.trunk_id == caller.trunk.id
        question = Question(workspace, caller.trunk, to, contact, campaign, ring_s, caller_id_owned=owned)
        call_id = new_id()
        judged = await self._judge(call_id, question, at, not_before=from_number_until or at, start_by=run.start_by if run else start_by)
        call = Call(
            id=call_id,
            workspace_id=self._workspace_id,
            purpose=purpose,
            priority=priority,
            **_parties(assistant, version, contact, campaign),
            **_calling(caller),
            to_e164=to,
            request=_request_of(asked) | ({"outcome_labels": list(outcome_labels)} if outcome_labels else {}),
            state=CallState.QUEUED,
            schedule_run_id=run.run_id if run else None,
            attempt=run.attempt if run else 1,
            **judged,
            trace_context=new_trace(),
            ringing_timeout_s=ring_s,
        )
        await self._queue(call)
        return call

    async def _judge(
        self, call_id: uuid.UUID, question: Question, at: datetime, *, not_before: datetime, start_by: datetime | None
    ) -> dict[str, Any]:
        """What the gate says of a call at `at`, kept, as columns of the call. Raises `Refused`."""
        decision, facts = await ask(self._unit.session, question, at, is_ahead=at > self._unit.now)
        _require_possible(decision)
        due_at = max(_due_at(decision, at), not_before)
        _require_in_time(decision, due_at, start_by)
        verdict = verdict_of(Answer(question, facts, decision), at, call_id=call_id, stage=Stage.PLANNING)
        await self._calls.add_verdict(verdict)
        return {"due_at": due_at, "verdict_id": verdict["id"], "consent_id": consent_id_of(decision)}

    async def _queue(self, call: Call) -> None:
        self._unit.session.add(call)
        await self._unit.session.flush()
        await self._unit.session.refresh(call)
        made(self._unit, call)
        await tell_queued(self._unit, call)
        record(self._unit, self._workspace_id, "call.created", "call", call.id, None, {"purpose": call.purpose})
        self._unit.nudges.add("tick")

    async def get(self, call_id: uuid.UUID) -> Call:
        call = await self._calls.find(self._workspace_id, call_id)
        if call is None:
            raise NotFound.of("call")
        return call

    def listing(self, **filters: Any) -> Select[Any]:
        to = filters.pop("to", None)
        return self._calls.listing(self._workspace_id, to_e164=phone.require(to, field="to") if to else None, **filters)

    async def of_campaign(self, campaign_id: uuid.UUID, **filters: Any) -> Select[Any]:
        return self.listing(campaign_id=(await self._lookups.campaign(campaign_id)).id, **filters)

    async def active(self) -> Sequence[Call]:
        return await self._calls.live(self._workspace_id)

    async def events(self, call_id: uuid.UUID) -> Sequence[CallEventRecord]:
        return await self._calls.events((await self.get(call_id)).id)

    async def transcript(self, call_id: uuid.UUID) -> Sequence[CallTurn]:
        return await self._calls.turns((await self.get(call_id)).id)

    async def end(self, call_id: uuid.UUID) -> Call:
        """End a call, whether it waits, rings or talks. The room is closed by the task, which hangs up within moments."""
        await self.get(call_id)
        call = await self._calls.lock(call_id)
        assert call is not None
        if call.state in FINAL:
            raise Conflict("This call is already over.", code="call_over")
        call.ended_by_request = True
        if call.state in BEFORE_DIAL:
            call.failure = call.failure or "Ended by request before it was dialled."
            await hear(self._unit, call.id, Testimony("operator", "end", "released", self._unit.now, Fact.RELEASED))
        else:
            await hear(self._unit, call.id, Testimony("operator", "end", "end_requested", self._unit.now))
            # Should the nudge be lost, the sweep closes the room instead.
            call.lease_until = self._unit.now + DEPARTURE_LOOK
        record(self._unit, self._workspace_id, "call.ended", "call", call.id, None, None)
        self._unit.nudges.add("close_room", call.id)
        return call

    async def set_outcome(self, call_id: uuid.UUID, label: str, note: str, callback_at: datetime | None = None) -> Call:
        """A person's word on what came of the call; it stands above the agent's. do_not_call suppresses the number at once."""
        await self.get(call_id)
        call = await self._calls.lock(call_id)
        assert call is not None
        own = call.request.get("outcome_labels") or ()
        known = list(dict.fromkeys((*own, *await self._lookups.outcome_labels(call.assistant_version_id))))
        if label not in known:
            raise Invalid.field("outcome", f"There is no outcome {label!r} here; there are {', '.join(known)}.")
        promised = promised_at(category_of(label), callback_at, self._unit.now)
        if callback_at is not None and promised is None:
            raise Invalid.field("callback_at", "Only a callback has a time, and it lies in the next 366 days.")
        before, promised_before = {"outcome": call.outcome, "outcome_label": call.outcome_label}, call.callback_at
        call.outcome_label, call.outcome, call.outcome_source = label, category_of(label), "operator"
        call.answered_by = answered_by_of(label) or call.answered_by
        call.callback_at = promised
        said = Testimony(
            "operator", f"outcome:{self._unit.now.isoformat()}", "outcome_set", self._unit.now, None, {"label": label, "note": note}
        )
        await hear(self._unit, call.id, said)
        await keep_promise(self._unit, call)
        await note_callback(self._unit, call, promised_before)
        if call.outcome == Outcome.DO_NOT_CALL:
            reason = note or "marked do_not_call by a person"
            await suppress(self._unit, call.workspace_id, call.to_e164, reason=reason, source="api", evidence="", call_id=call.id)
            await close_suppressed(self._unit, call.workspace_id, call.to_e164, None)
        record(self._unit, self._workspace_id, "call.outcome_set", "call", call.id, before, {"outcome_label": label})
        return call

    def _time(self, asked: datetime | None) -> datetime:
        if asked is None:
            return self._unit.now
        if asked > self._unit.now + FURTHEST_AHEAD:
            raise Invalid.field("schedule_at", f"A call can be scheduled at most {FURTHEST_AHEAD.days} days ahead.")
        return max(asked, self._unit.now)

    async def _caller(self, number_id: uuid.UUID | None, wanted: Wanted, at: datetime) -> tuple[Caller, datetime | None]:
        """The caller ID that was asked for, which nobody questions; else the one that would be chosen at `at`."""
        if number_id is not None:
            return Caller(*await self._lookups.caller(number_id), {}), None
        callers = SingleCallers(self._unit.session, at)
        await callers.learn([wanted])
        return callers.foresee(wanted)

    async def _number(self, asked: NewCall, contact: Contact | None, country: str) -> str:
        """The number that was asked for, else the contact's first of which nobody knows that it is dead."""
        if asked.to:
            return phone.require(asked.to, country, field="to")
        if contact is None or not contact.phones:
            raise Invalid.field("to", "Say which number to call, or name a contact that has one.")
        known = [row.e164 for row in contact.phones if not row.dead_reason]
        dead = await DeadNumberRepository(self._unit.session, self._workspace_id).among(known)
        alive = next((e164 for e164 in known if e164 not in dead), None)
        if alive is None:
            raise Refused("No number of the contact can be reached any more.", code="no_live_number")
        return alive


def _require_possible(decision: Decision) -> None:
    if isinstance(decision, Never):
        sentences = tuple(reason.sentence for reason in decision.reasons)
        raise Refused(" ".join(sentences), code=decision.reasons[0].code, reasons=sentences)


def _require_in_time(decision: Decision, due_at: datetime, start_by: datetime | None) -> None:
    if start_by is None or due_at <= start_by:
        return
    why = tuple(reason.sentence for reason in decision.reasons) if isinstance(decision, Wait) else ()
    late = f"The call could not be made before {due_at:%Y-%m-%d %H:%M} UTC, which is too late."
    raise Refused(" ".join((*why, late)), code="too_late", reasons=(*why, late))


def _due_at(decision: Decision, at: datetime) -> datetime:
    """When the call is looked at next. A halt has no known end: the claim passes it over and the resume finds it due."""
    if isinstance(decision, Wait) and all(reason.code == "halted" for reason in decision.reasons):
        return at
    return until_of(decision) or at


def _parties(assistant: Assistant, version: AssistantVersion, contact: Contact | None, campaign: Campaign | None) -> dict[str, Any]:
    """The columns that say who speaks, to whom, and for what."""
    return {
        "campaign_id": campaign.id if campaign else None,
        "contact_id": contact.id if contact else None,
        "assistant_id": assistant.id,
        "assistant_version_id": version.id,
        "max_duration_s": version.config.get("max_duration_s", 600),
    }


def _calling(caller: Caller) -> dict[str, Any]:
    """The columns that say from which number, and over which trunk."""
    number, trunk = caller.number, caller.trunk
    of_number = {"from_number_id": number.id, "from_e164": number.e164, "caller_choice": caller.choice}
    return of_number | {"trunk_id": trunk.id, "is_rehearsal": trunk.is_rehearsal}


def _request_of(asked: NewCall) -> dict[str, object]:
    names = ("agenda", "welcome_message", "custom_prompt", "initial_mood", "user_id", "variables", "metadata")
    return {name: value for name in names if (value := getattr(asked, name))}
