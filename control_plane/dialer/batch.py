"""One look at the campaigns' due contacts: facts of all of them in a few queries, decisions one by one, results in a few statements."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from control_plane.calls.announcing import tell_claimed as announce_claimed
from control_plane.calls.gate import Answer, Question, ask_all, verdict_columns
from control_plane.calls.giving_way import A_PLANNED_CALL, ANOTHER_CALL
from control_plane.calls.leases import LEASES
from control_plane.calls.observation import claimed as tell_claimed
from control_plane.campaigns.enrollments import Closing, Enrollments, Waiting
from control_plane.campaigns.lifecycle import pause_campaign
from control_plane.db.models import Campaign, Contact
from control_plane.db.unit import Unit
from control_plane.dialer.callers import Caller, Callers
from control_plane.dialer.claim_repository import AT_ONCE, LOOKED_AT, ClaimRepository
from control_plane.dialer.claim_rows import Callee, Pace, PastCall, Running, Taken, TakenOne
from control_plane.dialer.headroom import Headroom
from control_plane.domain.allowance import over_budget
from control_plane.domain.call_state import CallState
from control_plane.domain.decision import Dial, Never, Wait, ends_as
from control_plane.domain.pacing import Claimant, caught_up, shares
from control_plane.domain.retry_policy import RetryPolicy
from control_plane.kit.ids import new_id
from control_plane.kit.telemetry import new_trace
from control_plane.usage.accounts import towards_budget
from sip_config.contract import CallPurpose

NUMBER_BUSY = timedelta(seconds=5)
BUSY = "Another call to this person is under way."
DEFAULT_MAX_DURATION_S = 600


class Candidate(msgspec.Struct, frozen=True):
    """A due contact with the caller ID that would call, and the gate's answers for each of the contact's numbers, best first."""

    enrollment: TakenOne
    campaign: Campaign
    contact: Callee
    caller: Caller
    answers: list[Answer] = msgspec.field(default_factory=list)


@dataclass(slots=True)
class Results:
    """What a round writes at its end."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)
    closed: list[Closing] = field(default_factory=list)
    lineless: int = 0
    """Contacts for whom only a line of a trunk, or of their workspace, was lacking."""

    @property
    def aside(self) -> int:
        return len(self.waits) + len(self.closed)


@dataclass(frozen=True, slots=True)
class Round:
    claimed: int
    worth_another: bool


class Batch:
    """The rounds of one claiming transaction."""

    def __init__(self, unit: Unit, repository: ClaimRepository, headroom: Headroom, running: Sequence[Running]) -> None:
        """`running`: the running campaigns, locked."""
        self._unit = unit
        self._looked_at = running
        self._now = unit.now
        self._repository = repository
        self._enrollments = Enrollments(unit)
        self._headroom = headroom
        self._callers = Callers(unit.session, unit.now)
        self._running: Mapping[uuid.UUID, Running] | None = None
        self._paces: dict[uuid.UUID, Pace] = {}
        self._begun: dict[uuid.UUID, int] = {}
        self._policies: dict[uuid.UUID, RetryPolicy] = {}
        self._has_looked = False

    @property
    def new_callers(self) -> set[uuid.UUID]:
        """Numbers whose first calls these are."""
        return self._callers.begun

    async def round(self) -> Round:
        """Look at the next due contacts. Worth another when slots are left, and more are due or somebody made room in the queue."""
        most = LOOKED_AT if self._has_looked else AT_ONCE
        running = await self._campaigns()
        given = shares(await self._claimants(running), min(self._headroom.slots, most)) if self._headroom.slots else {}
        if not given:
            return Round(0, worth_another=False)
        taken, results = await self._repository.take(given, self._now), Results()
        candidates = await self._candidates(taken, results)
        await self._decide(candidates, taken.past, results)
        claimed = await self._write(results)
        # Slots that were meant for contacts without a line are for others.
        left_over = results.lineless > 0 or sum(share.total for share in given.values()) >= most
        may_be_more = results.aside > 0 or (claimed > 0 and left_over)
        return Round(claimed, worth_another=self._headroom.slots > 0 and may_be_more)

    async def _campaigns(self) -> Mapping[uuid.UUID, Running]:
        if self._running is None:
            self._running = {running.campaign.id: running for running in await self._with_allowance()}
            campaigns = {campaign_id: running.campaign for campaign_id, running in self._running.items()}
            workspaces = {running.workspace.id: running.workspace for running in self._running.values()}
            await self._callers.learn(campaigns, workspaces, {c: running.callers for c, running in self._running.items()})
            self._paces = {c.id: Pace(c.id, c.served, self._now if self._headroom.is_cold(c) else c.warm_since) for c in campaigns.values()}
        return self._running

    async def _with_allowance(self) -> list[Running]:
        """The running campaigns that may still spend. One whose limits are used up is paused here, where its row is locked."""
        able, paused = [], list[tuple[uuid.UUID, str]]()
        for running in self._looked_at:
            reason = self._headroom.allow(running.workspace, running.account)
            spent = towards_budget(running.account, running.spent, running.spent_in)
            reason = reason or over_budget(running.campaign.budget, spent)
            if reason is None:
                able.append(running)
            else:
                paused.append((running.campaign.id, reason.sentence))
        if paused:
            rows = await self._repository.campaigns({campaign_id for campaign_id, _ in paused})
            for campaign_id, sentence in paused:
                await pause_campaign(self._unit, rows[campaign_id], sentence)
        return able

    async def _claimants(self, running: Mapping[uuid.UUID, Running]) -> list[Claimant]:
        """Campaigns with contacts due and room for a call, none of which has saved up turns while it had nothing to do."""
        rooms = {c: self._headroom.in_campaign(r.campaign) for c, r in running.items() if self._headroom.in_workspace(r.workspace)}
        able = [c for c, room in rooms.items() if room and self._callers.may_call(running[c].campaign, self._headroom.on_trunk)]
        due = await self._due(able, running)
        claimants = [
            Claimant(c, running[c].campaign.weight, self._paces[c].served, urgent, others, rooms[c])
            for c, (urgent, others) in sorted(due.items())
        ]
        claimants = caught_up(claimants)
        self._paces |= {c.id: replace(self._paces[c.id], served=c.served) for c in claimants}
        return claimants

    async def _due(self, able: Sequence[uuid.UUID], running: Mapping[uuid.UUID, Running]) -> Mapping[uuid.UUID, tuple[int, int]]:
        """Due contacts of these campaigns, promised ones and others. The first look has them with the campaigns."""
        if self._has_looked:
            return await self._repository.due(able, self._now) if able else {}
        self._has_looked = True
        return {c: found for c in able if any(found := (running[c].urgent, running[c].others))}

    async def _candidates(self, taken: Taken, results: Results) -> list[Candidate]:
        """Those for whom a caller ID with a free line is there. Who lacks only a line stays due; who must not be called now waits."""
        running = await self._campaigns()
        self._callers.know(taken.due, taken.past)
        found = []
        for enrollment in taken.due:
            of = running[enrollment.campaign_id]
            campaign = of.campaign
            if not self._headroom.in_workspace(of.workspace):
                results.lineless += 1
                continue
            if (why := self._used_up(enrollment, campaign)) is not None:
                numbers = [phone.e164 for phone in taken.callees[enrollment.contact_id].phones]
                results.closed.append(Closing(enrollment.id, campaign.id, "exhausted", why, numbers))
                continue
            caller = self._callers.choose(campaign, enrollment, self._headroom.on_trunk)
            if isinstance(caller, Caller):
                found.append(Candidate(enrollment, campaign, taken.callees[enrollment.contact_id], caller))
                self._headroom.take(campaign.workspace_id, caller.trunk.id, campaign.id)
            elif caller.until is not None:
                results.waits.append(Waiting(enrollment.id, caller.until, list(caller.sentences)))
            else:
                results.lineless += 1
        return found

    def _used_up(self, enrollment: TakenOne, campaign: Campaign) -> str | None:
        """Why the contact is not called again although they wait: the campaign allows fewer attempts by now than it did."""
        if not enrollment.attempts:
            return None
        if campaign.id not in self._policies:
            self._policies[campaign.id] = RetryPolicy.from_plain(campaign.attempts, rehearsal=campaign.rule_pack == "rehearsal")
        return self._policies[campaign.id].used_up(enrollment.attempts)

    async def _decide(self, candidates: Sequence[Candidate], past: Sequence[PastCall], results: Results) -> None:
        await self._ask(candidates)
        attempts = Counter(call.enrollment_id for call in past if call.counts)
        # A number that is live with somebody else is found by the unique index, when the call is written.
        numbers: set[tuple[uuid.UUID, str]] = set()
        people = {call.contact_id for call in past if call.holds_number}
        for candidate in candidates:
            self._judge(candidate, numbers, people, 1 + attempts[candidate.enrollment.id], results)

    async def _ask(self, candidates: Sequence[Candidate]) -> None:
        running = await self._campaigns()
        asked = [
            (
                c,
                Question(
                    running[c.campaign.id].workspace,
                    c.caller.trunk,
                    phone.e164,
                    # Has all that the gate reads of a contact.
                    cast(Contact, c.contact),
                    c.campaign,
                    c.campaign.ring_timeout_s,
                    caller_id_owned=c.caller.number.trunk_id == c.caller.trunk.id,
                ),
            )
            for c in candidates
            for phone in c.contact.phones
            if not phone.dead_reason
        ]
        if asked:
            answers = await ask_all(self._unit.session, [question for _, question in asked], self._now)
            for (candidate, _), answer in zip(asked, answers, strict=True):
                candidate.answers.append(answer)

    def _judge(
        self, candidate: Candidate, numbers: set[tuple[uuid.UUID, str]], people: set[uuid.UUID], attempt: int, results: Results
    ) -> None:
        """The first of the contact's numbers that the gate lets through is called; else the enrollment waits or is closed."""
        enrollment, campaign = candidate.enrollment, candidate.campaign
        answers = [answer.after(self._begun.get(campaign.id, 0), self._now) for answer in candidate.answers]
        chosen = next((answer for answer in answers if isinstance(answer.decision, Dial)), None)
        refused = answers if chosen is None else answers[: answers.index(chosen)]
        results.verdicts += [verdict_columns(a, self._now, enrollment.id) for a in refused if isinstance(a.decision, Never)]
        if chosen is None:
            _put_aside(candidate, answers, results, self._now)
        elif (enrollment.workspace_id, chosen.question.e164) in numbers or enrollment.contact_id in people:
            results.waits.append(Waiting(enrollment.id, self._now + NUMBER_BUSY, [BUSY]))
        elif (to := enrollment.gives_way_to) is not None:
            why = A_PLANNED_CALL if to.is_planned else ANOTHER_CALL
            results.waits.append(Waiting(enrollment.id, to.until, [why], gives_way=True))
        else:
            verdict = verdict_columns(chosen, self._now, enrollment.id)
            call = _call(candidate, self._max_duration(campaign), chosen.question.e164, attempt, verdict["id"], self._now)
            verdict["call_id"] = call["id"]
            results.verdicts.append(verdict)
            results.calls.append(call)
            numbers.add((enrollment.workspace_id, chosen.question.e164))
            people.add(enrollment.contact_id)
            self._begun[campaign.id] = self._begun.get(campaign.id, 0) + 1
            return
        self._headroom.give_back(enrollment.workspace_id, candidate.caller.trunk.id, campaign.id)
        self._callers.give_back(candidate.caller.number.id)

    def _max_duration(self, campaign: Campaign) -> int:
        """Seconds that a conversation of the campaign may last."""
        return self._of(campaign.id).max_duration_s or DEFAULT_MAX_DURATION_S

    def _of(self, campaign_id: uuid.UUID) -> Running:
        assert self._running is not None, "a call is written for a campaign that was looked at"
        return self._running[campaign_id]

    async def _write(self, results: Results) -> int:
        paces = [self._paces[campaign_id] for campaign_id in sorted({call["campaign_id"] for call in results.calls})]
        made = await self._repository.write(results.calls, results.verdicts, paces)
        for call in results.calls:
            if call["id"] not in made:
                results.waits.append(Waiting(call["enrollment_id"], self._now + NUMBER_BUSY, [BUSY]))
                self._headroom.give_back(call["workspace_id"], call["trunk_id"], call["campaign_id"])
                self._callers.give_back(call["from_number_id"])
        claimed = [call for call in results.calls if call["id"] in made]
        await self._enrollments.wait_all(results.waits)
        await self._enrollments.close_all(results.closed)
        self._callers.used(call["from_number_id"] for call in claimed)
        for campaign_id, calls in Counter(call["campaign_id"] for call in claimed).items():
            self._charge(campaign_id, calls)
        for call in claimed:
            self._unit.nudges.add("dispatch_call", call["id"])
        if claimed:
            tell_claimed(self._unit, claimed)
            # Campaigns of one workspace have the same listeners.
            listeners = {each for campaign_id in {call["campaign_id"] for call in claimed} for each in self._of(campaign_id).listeners}
            await announce_claimed(self._unit, claimed, sorted(listeners, key=lambda each: each[1]))
        return len(claimed)

    def _charge(self, campaign_id: uuid.UUID, calls: int) -> None:
        """The campaign's account of what it was served, as it has just been written."""
        pace = self._paces[campaign_id]
        self._paces[campaign_id] = replace(pace, served=pace.served + calls / self._of(campaign_id).campaign.weight)


def _put_aside(candidate: Candidate, answers: Sequence[Answer], results: Results, now: datetime) -> None:
    """No number may be dialled now: wait for the first that may be later, or close when none ever may.

    A verdict that says to wait is kept only when its reasons are others than those of the last one.
    """
    enrollment = candidate.enrollment
    waits = [(answer.decision, answer) for answer in answers if isinstance(answer.decision, Wait)]
    if waits:
        soonest, answer = min(waits, key=lambda wait: wait[0].until)
        codes = [reason.code for reason in soonest.reasons]
        results.waits.append(Waiting(enrollment.id, soonest.until, [reason.sentence for reason in soonest.reasons], codes))
        if codes != list(enrollment.waiting_codes):
            results.verdicts.append(verdict_columns(answer, now, enrollment.id))
        return
    state, reason = ends_as([answer.decision for answer in answers])
    numbers = [phone.e164 for phone in candidate.contact.phones]
    results.closed.append(Closing(enrollment.id, enrollment.campaign_id, state, reason, numbers))


def _call(candidate: Candidate, max_duration_s: int, e164: str, attempt: int, verdict_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """The columns of a claimed call."""
    campaign = candidate.campaign
    return {
        "id": new_id(),
        "workspace_id": campaign.workspace_id,
        "purpose": CallPurpose.CAMPAIGN,
        "campaign_id": campaign.id,
        "enrollment_id": candidate.enrollment.id,
        "contact_id": candidate.contact.id,
        "assistant_id": campaign.assistant_id,
        "assistant_version_id": campaign.assistant_version_id,
        "trunk_id": candidate.caller.trunk.id,
        "is_rehearsal": candidate.caller.trunk.is_rehearsal,
        "from_number_id": candidate.caller.number.id,
        "from_e164": candidate.caller.number.e164,
        "caller_choice": candidate.caller.choice,
        "to_e164": e164,
        "attempt": attempt,
        "request": {},
        "usage": [],
        "state": CallState.QUEUED,
        "due_at": now,
        "claimed_at": now,
        "lease_until": now + LEASES[CallState.QUEUED],
        "holds_number": True,
        "holds_slot": True,
        "verdict_id": verdict_id,
        "trace_context": new_trace(),
        "ringing_timeout_s": campaign.ring_timeout_s,
        "max_duration_s": max_duration_s,
    }
