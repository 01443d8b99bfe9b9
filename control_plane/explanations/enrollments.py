"""May this contact be called in this campaign, and if not, why and when? Asked of the same gate and the same choice of caller ID as a
claim asks, at this moment; nothing is stored.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from control_plane.calls.gate import Answer, Question, gather
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import Campaign, Contact, ContactPhone, Enrollment, Trunk, Workspace
from control_plane.db.unit import Unit
from control_plane.dialer.batch import BUSY
from control_plane.dialer.callers import Caller, Callers
from control_plane.dialer.claim_repository import ClaimRepository
from control_plane.dialer.claim_rows import Due, PastCall
from control_plane.domain.caller_id import NoCaller
from control_plane.domain.consents import consent_for
from control_plane.domain.decision import Decision, Dial, Never, Reason
from control_plane.domain.eligibility import decide
from control_plane.domain.errors import Conflict
from control_plane.domain.retry_policy import RetryPolicy
from control_plane.explanations.obstacles import Obstacle, best, next_possible_at, with_obstacles
from control_plane.explanations.repository import ExplanationRepository
from control_plane.explanations.schemas import (
    Attempts,
    CallerView,
    ConsentView,
    EnrollmentExplained,
    NumberView,
    PackView,
    ReasonView,
    name_of,
    reasons_of,
)
from control_plane.explanations.views import attempts_of, hours_of, zones_of
from control_plane.explanations.words import attempts_used, closed, confirmed_place, joined, moment
from control_plane.rules.registry import registry


@dataclass(frozen=True, slots=True)
class _Case:
    """One enrollment with everything around it."""

    enrollment: Enrollment
    campaign: Campaign
    contact: Contact
    workspace: Workspace
    past: Sequence[PastCall]
    caller: Caller | NoCaller
    trunk: Trunk
    """The caller's, or that of the campaign's first number when none may call."""

    @property
    def callable_phones(self) -> list[ContactPhone]:
        return [phone for phone in self.contact.phones if not phone.dead_reason]


class EnrollmentExplanations:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._now = unit.now
        self._lookups = LookupRepository(unit.session, workspace_id)
        self._claims = ClaimRepository(unit.session)
        self._rows = ExplanationRepository(unit.session, workspace_id)

    async def explain(self, enrollment_id: uuid.UUID) -> EnrollmentExplained:
        """Raises `NotFound` for an enrollment of another workspace."""
        case = await self._case(await self._lookups.enrollment(enrollment_id))
        answers = await self._answers(case)
        gate = best([answer.decision for answer in answers])
        decision = with_obstacles(gate, await self._obstacles(case, gate), self._now)
        state, why = case.enrollment.state, case.enrollment.closed_reason
        if state == "waiting" and (used_up := _policy(case.campaign).used_up(case.enrollment.attempts)):
            # As the next claim closes it.
            state, why = "exhausted", used_up
        if state not in ("waiting", "claimed"):
            decision = Never((Reason(state, closed(state, why)),))
        shown = next((answer for answer in answers if answer.decision == gate), answers[0] if answers else None)
        return await self._told(case, decision, answers, shown)

    async def _case(self, enrollment: Enrollment) -> _Case:
        workspace, campaign = await self._lookups.workspace(), await self._lookups.campaign(enrollment.campaign_id)
        contact = await self._lookups.contact(enrollment.contact_id)
        numbers = await self._claims.callers([campaign.id])
        past = await self._claims.past([contact.id])
        callers = Callers(self._unit.session, self._now)
        await callers.learn({campaign.id: campaign}, {workspace.id: workspace}, numbers)
        due = Due(enrollment.id, workspace.id, campaign.id, contact.id, enrollment.last_from_number_id)
        callers.know([due], past)
        # A line that is lacking at this moment may be free at the next: it is no reason.
        caller = callers.choose(campaign, due, lambda trunk: True)
        if not numbers.get(campaign.id):
            raise Conflict("The campaign has no number to call from.", code="no_caller_number")
        trunk = caller.trunk if isinstance(caller, Caller) else numbers[campaign.id][0][1]
        return _Case(enrollment, campaign, contact, workspace, past, caller, trunk)

    async def _answers(self, case: _Case) -> list[Answer]:
        # The trunk is that of a number of the campaign, or nobody would call.
        questions = [
            Question(
                case.workspace, case.trunk, phone.e164, case.contact, case.campaign, case.campaign.ring_timeout_s, caller_id_owned=True
            )
            for phone in case.callable_phones
        ]
        gathered = await gather(self._unit.session, questions, self._now) if questions else []
        return [Answer(q, f, decide(f, self._now, rules)) for q, (f, rules) in zip(questions, gathered, strict=True)]

    async def _obstacles(self, case: _Case, gate: Decision) -> list[Obstacle]:
        """What the claim looks at beside the gate."""
        found = []
        if case.enrollment.state == "claimed" or await self._rows.is_in_call(case.contact.id, [p.e164 for p in case.contact.phones]):
            found.append(Obstacle(None, (Reason("in_call", BUSY),)))
        if isinstance(case.caller, NoCaller):
            found.append(Obstacle(case.caller.until, tuple(Reason("no_caller_id", sentence) for sentence in case.caller.sentences)))
        if case.trunk.paused_reason:
            found.append(Obstacle(None, (Reason("trunk_paused", f"The trunk is paused: {case.trunk.paused_reason}"),)))
        due, opens = case.enrollment.due_at, next_possible_at(gate) or self._now
        if due is not None and due > opens:
            sentences = case.enrollment.waiting_reasons or [f"It is not due before {moment(due, case.workspace.time_zone)}."]
            found.append(Obstacle(due, tuple(Reason("not_due", sentence) for sentence in sentences)))
        return found

    async def _told(self, case: _Case, decision: Decision, answers: Sequence[Answer], shown: Answer | None) -> EnrollmentExplained:
        rules = shown.question.rules(self._now) if shown else None
        return EnrollmentExplained(
            enrollment_id=case.enrollment.id,
            state=case.enrollment.state,
            due_at=case.enrollment.due_at,
            may_dial=isinstance(decision, Dial),
            decision=name_of(decision),
            summary=self._summary(case, decision, shown),
            reasons=ReasonView.all_of(reasons_of(decision)),
            next_possible_at=next_possible_at(decision),
            decided_at=self._now,
            rule_pack=rules.label if rules else "",
            attempts=self._attempts(case, shown),
            zones=zones_of(shown.facts, rules, self._now) if shown and rules else [],
            hours=hours_of(shown.facts, rules) if shown and rules else [],
            packs=[PackView.of(pack) for pack in registry().labelled(rules.label)] if rules and rules.packs else [],
            consent=await self._consent(shown),
            caller=_caller(case.caller),
            numbers=[_number(answer) for answer in answers],
        )

    def _attempts(self, case: _Case, shown: Answer | None) -> Attempts | None:
        return attempts_of(shown.facts, case.enrollment.attempts, _policy(case.campaign).max_total) if shown else None

    def _summary(self, case: _Case, decision: Decision, shown: Answer | None) -> str:
        sentences = [reason.sentence for reason in reasons_of(decision)] or ["May be called now."]
        if shown is not None:
            sentences += confirmed_place(shown.facts)
            sentences.append(attempts_used(shown.facts, case.enrollment.attempts, _policy(case.campaign).max_total))
        return joined(sentences)

    async def _consent(self, shown: Answer | None) -> ConsentView | None:
        used = consent_for(shown.facts, self._now, shown.question.rules(self._now)) if shown else None
        row = await self._rows.consent(uuid.UUID(used.id)) if used else None
        return ConsentView.of(row) if row else None


def _policy(campaign: Campaign) -> RetryPolicy:
    return RetryPolicy.from_plain(campaign.attempts, rehearsal=campaign.rule_pack == "rehearsal")


def _number(answer: Answer) -> NumberView:
    decision = answer.decision
    reasons = ReasonView.all_of(reasons_of(decision))
    return NumberView(to=answer.question.e164, decision=name_of(decision), reasons=reasons, next_possible_at=next_possible_at(decision))


def _caller(caller: Caller | NoCaller) -> CallerView:
    if isinstance(caller, NoCaller):
        return CallerView(number_id=None, from_number=None, sentence=joined(caller.sentences), passed_over=[])
    choice = caller.choice
    number = caller.number
    return CallerView(number_id=number.id, from_number=number.e164, sentence=choice["sentence"], passed_over=choice["passed_over"])
