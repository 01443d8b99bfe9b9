"""The reducer as a machine: whatever order and however often the witnesses of one truth speak, the record ends the same.

A truth is what really happened to one phone. Its witnesses (dialling task, agent, LiveKit) each tell their part, any number of times, under
new event ids, in any order that causality allows: nobody has seen a phone ring before its dial was committed. Last, the sweep closes what
nobody finished.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from control_plane.calls import reducer
from control_plane.calls.agent_service import absorb_report
from control_plane.db.models import Call
from control_plane.dialer.place import refusal_data
from control_plane.domain.call_state import ANSWERED_STATES, AT_THE_PHONE, BEFORE_DIAL, FINAL, RANK, CallState, Fact
from control_plane.telephony.port import Refused
from sip_config.causes import of_departure
from sip_config.contract import AnsweredBy, CallReport, EndCause, NetworkResult, Outcome

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
BUSY = Refused(486, "Busy Here", "resource_exhausted")
RANG_OUT = Refused(None, "twirp error unknown: sip request timed out", "canceled")

Witness = Callable[[Call, datetime], None]


def fresh_call() -> Call:
    """A claimed call, as the database would give it."""
    return Call(
        state=CallState.QUEUED,
        ringing_timeout_s=15,
        max_duration_s=30,
        holds_number=True,
        holds_slot=True,
        ended_by_request=False,
        failure="",
        usage=[],
    )


def says(source: str, fact: Fact, **data: object) -> Witness:
    def speak(call: Call, at: datetime) -> None:
        reducer.fold(call, reducer.Testimony(source, f"{fact}:{at.isoformat()}", fact, at, fact, data), at)

    return speak


def refuses(refused: Refused) -> Witness:
    """The dialling task writes down the network's answer, as it understands it at that moment."""

    def speak(call: Call, at: datetime) -> None:
        reducer.fold(call, reducer.Testimony("task", "dial_answer", "not_answered", at, Fact.NOT_ANSWERED, refusal_data(call, refused)), at)

    return speak


def reports(outcome: Outcome, *, answered: bool) -> Witness:
    """The agent's account, as `AgentService.take_report` takes it: once, and before its facts."""

    def speak(call: Call, at: datetime) -> None:
        if call.reported_at is not None:
            return
        call.reported_at = at
        by, end = (AnsweredBy.HUMAN, EndCause.AGENT_HANGUP) if answered else (AnsweredBy.NONE, EndCause.NONE)
        absorb_report(call, CallReport("call", 1, answered, by, outcome, end), at)
        if answered:
            says("agent", Fact.ANSWERED)(call, at)
        says("agent", Fact.REPORTED)(call, at)

    return speak


def witnesses_a_departure() -> Witness:
    """The sweep tells what a witness saw of the leg (`dialer.sweep`)."""

    def speak(call: Call, at: datetime) -> None:
        data = {"network_result": of_departure("ringing", "USER_UNAVAILABLE"), "failure": "seen by livekit"}
        reducer.fold(call, reducer.Testimony("sweep", "witnessed", "not_answered", at, Fact.NOT_ANSWERED, data), at)

    return speak


ENDED_BY_A_PERSON = "ended by a person while it rang"
LEFT = (says("agent", Fact.CALLEE_LEFT), says("livekit", Fact.CALLEE_LEFT), says("livekit", Fact.AGENT_LEFT))
TRUTHS: dict[str, tuple[tuple[Witness, ...], tuple[str, str, str]]] = {
    "talked": (
        (
            says("agent", Fact.RINGING),
            says("task", Fact.ANSWERED),
            says("agent", Fact.ANSWERED),
            says("agent", Fact.HANGING_UP),
            reports(Outcome.SUCCESS, answered=True),
            *LEFT,
        ),
        ("ended", "answered", "success"),
    ),
    "talked, and the agent died": (
        (says("agent", Fact.RINGING), says("task", Fact.ANSWERED), says("agent", Fact.ANSWERED), *LEFT),
        ("ended", "answered", "agent_failure"),
    ),
    "talked, and the dialling task died": (
        (says("agent", Fact.RINGING), says("agent", Fact.ANSWERED), reports(Outcome.CALLBACK, answered=True), *LEFT),
        ("ended", "answered", "callback"),
    ),
    "busy": ((refuses(BUSY), reports(Outcome.NO_CONVERSATION, answered=False), *LEFT), ("ended", "busy", "no_conversation")),
    "rang out": (
        (says("agent", Fact.RINGING), refuses(RANG_OUT), reports(Outcome.NO_CONVERSATION, answered=False), *LEFT),
        ("ended", "no_answer", "no_conversation"),
    ),
    "dead carrier": (
        (refuses(RANG_OUT), reports(Outcome.NO_CONVERSATION, answered=False), *LEFT),
        ("ended", "unreachable", "no_conversation"),
    ),
    "the INVITE never left": (
        (says("task", Fact.NOT_SENT), reports(Outcome.NO_CONVERSATION, answered=False), says("livekit", Fact.AGENT_LEFT)),
        ("released", None, "no_conversation"),
    ),
    ENDED_BY_A_PERSON: (
        (says("agent", Fact.RINGING), refuses(RANG_OUT), reports(Outcome.NO_CONVERSATION, answered=False), *LEFT),
        ("ended", "canceled", "no_conversation"),
    ),
    "rang, was seen to leave, and the dialling task died": (
        (says("agent", Fact.RINGING), says("livekit", Fact.CALLEE_LEFT), witnesses_a_departure()),
        ("ended", "no_answer", "no_conversation"),
    ),
    "dial without a word": ((says("agent", Fact.RINGING), says("livekit", Fact.AGENT_LEFT)), ("lost", "unknown", "no_conversation")),
}


class Witnesses(RuleBasedStateMachine):
    """One call and everybody who has seen something of it."""

    @initialize(truth=st.sampled_from(sorted(TRUTHS)), data=st.data())
    def begin(self, truth: str, data: st.DataObject) -> None:
        self.call, self.at, self.rank = fresh_call(), NOW, 0
        self.call.ended_by_request = truth == ENDED_BY_A_PERSON
        self.final: str | None = None
        self.witnesses, self.expected = TRUTHS[truth]
        self.unheard = data.draw(st.permutations(range(len(self.witnesses))))

    @precondition(lambda self: self.call.state in BEFORE_DIAL)
    @rule()
    def the_agent_is_ready(self) -> None:
        self._tell(says("agent", Fact.AGENT_READY))

    @precondition(lambda self: self.call.state == CallState.READY)
    @rule()
    def the_dial_is_committed(self) -> None:
        self._tell(says("task", Fact.DIAL_COMMITTED))

    @rule()
    def the_dispatch_is_noted_late_or_again(self) -> None:
        self._tell(says("task", Fact.DISPATCHED))

    @precondition(lambda self: self.call.dialing_at is not None)
    @rule(data=st.data())
    def somebody_says_what_is_true(self, data: st.DataObject) -> None:
        which = data.draw(st.integers(0, len(self.witnesses) - 1))
        if which in self.unheard:
            self.unheard.remove(which)
        self._tell(self.witnesses[which])

    @precondition(lambda self: self.call.dialing_at is not None)
    @rule()
    def somebody_wants_to_start_over(self) -> None:
        for fact in (Fact.AGENT_READY, Fact.DIAL_COMMITTED, Fact.RELEASED):
            self._tell(says("task", fact))

    @invariant()
    def states_go_forward_and_the_last_one_stays(self) -> None:
        rank = RANK[CallState(self.call.state)]
        assert rank >= self.rank
        assert self.final in (None, self.call.state)
        self.rank, self.final = rank, self.call.state if self.call.state in FINAL else None

    @invariant()
    def what_is_held_follows_from_the_state(self) -> None:
        over = self.call.state in FINAL
        may_be_there = self.call.state == CallState.LOST or (self.call.answered_at is not None and self.call.reserved_until is not None)
        assert self.call.holds_number == (not over or may_be_there)
        assert (self.call.reserved_until is None) == (self.call.dialing_at is None or (over and not self.call.holds_number))

    def teardown(self) -> None:
        if not hasattr(self, "call"):
            return
        for needed in (Fact.AGENT_READY, Fact.DIAL_COMMITTED):
            self._tell(says("task", needed))
        for which in self.unheard:
            self._tell(self.witnesses[which])
        self._the_sweep_closes()
        assert (self.call.state, self.call.network_result, self.call.outcome) == self.expected

    def _the_sweep_closes(self) -> None:
        if self.call.state in AT_THE_PHONE:
            self._tell(says("sweep", Fact.UNACCOUNTED))
        elif self.call.state in ANSWERED_STATES:
            self._tell(says("sweep", Fact.FINISHED_WITHOUT_REPORT))

    def _tell(self, witness: Witness) -> None:
        self.at += timedelta(milliseconds=100)
        witness(self.call, self.at)


Witnesses.TestCase.settings = settings(max_examples=300, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
TestWitnesses = Witnesses.TestCase


def dialled() -> Call:
    call = fresh_call()
    for fact in (Fact.AGENT_READY, Fact.DIAL_COMMITTED):
        says("task", fact)(call, NOW)
    return call


def test_of_witnesses_who_contradict_each_other_the_first_is_believed() -> None:
    """Declared in domain/call_state: a refusal and an answer cannot both be true."""
    one, other = dialled(), dialled()
    for witness in (refuses(BUSY), says("agent", Fact.ANSWERED)):
        witness(one, NOW)
    for witness in (says("agent", Fact.ANSWERED), refuses(BUSY)):
        witness(other, NOW)
    assert (one.state, one.network_result) == ("ended", NetworkResult.BUSY)
    assert (other.state, other.network_result) == ("in_progress", NetworkResult.ANSWERED)


def test_the_sweeps_verdict_is_not_taken_back_but_the_outcome_follows_a_late_report() -> None:
    """Declared in domain/call_state."""
    call = dialled()
    for witness in (says("task", Fact.ANSWERED), says("sweep", Fact.FINISHED_WITHOUT_REPORT), reports(Outcome.SUCCESS, answered=True)):
        witness(call, NOW)
    assert (call.state, call.outcome, call.end_cause) == ("ended", "success", "system_error")
