"""The life of a call as data: which fact moves it from where to where, and what a late or repeated fact means.

    queued → dispatched → ready → dialing → ringing → in_progress → wrapping → ended
    released   from the first three, and from dialing if it is proven that the INVITE never left: no INVITE was sent
    lost       from the rest: nobody can say what became of it, and nobody dials it again

A call that came in begins at ringing. Of its caller it is never unknown what became: it is not lost.

Facts come from several witnesses (the task that dials, the agent, LiveKit's webhooks, the sweep), repeated and out of order. The table
is total: for every state and fact it says where to go, or why to stay. States only move forward; the last three are final, and what
arrives later is an amendment to the record.

So the order in which witnesses speak does not matter (tests/unit/calls), with two exceptions, both on purpose. Witnesses who contradict
each other about the answer (the network's refusal against an agent that saw the callee pick up) are believed in the order they come. And
the sweep's verdict, given when the lease is over, is not taken back by what is said after it; only the outcome still follows the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CallState(StrEnum):
    QUEUED = "queued"
    DISPATCHED = "dispatched"
    READY = "ready"
    DIALING = "dialing"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    WRAPPING = "wrapping"
    ENDED = "ended"
    RELEASED = "released"
    LOST = "lost"


class Fact(StrEnum):
    DISPATCHED = "dispatched"  # room and agent dispatch were accepted by LiveKit
    AGENT_READY = "agent_ready"
    DIAL_COMMITTED = "dial_committed"  # written before the INVITE leaves
    RINGING = "ringing"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"  # the network's final word
    CALLEE_LEFT = "callee_left"
    AGENT_LEFT = "agent_left"
    HANGING_UP = "hanging_up"
    REPORTED = "reported"
    RELEASED = "released"
    NOT_SENT = "not_sent"  # the dial was committed, and the INVITE certainly never left
    UNACCOUNTED = "unaccounted"  # the lease is over and no witness can say what happened
    FINISHED_WITHOUT_REPORT = "finished_without_report"


@dataclass(frozen=True, slots=True)
class Move:
    to: CallState


@dataclass(frozen=True, slots=True)
class Stay:
    because: str


Step = Move | Stay

_S = CallState
FINAL = frozenset({_S.ENDED, _S.RELEASED, _S.LOST})
BEFORE_DIAL = frozenset({_S.QUEUED, _S.DISPATCHED, _S.READY})
AT_THE_PHONE = frozenset({_S.DIALING, _S.RINGING})
ANSWERED_STATES = frozenset({_S.IN_PROGRESS, _S.WRAPPING})
LIVE = frozenset(_S) - FINAL

RANK: Mapping[CallState, int] = {state: rank for rank, state in enumerate(_S)}

_REPEAT = "already known"
_EARLY = "nobody was dialled yet; kept for the record"
_BEHIND = "the call is further on"
_FINAL = "the call is over; kept as an amendment"
_WITNESS = "the dialling task has the last word; the sweep uses this if it never speaks"

_MOVES: Mapping[Fact, tuple[frozenset[CallState], CallState]] = {
    Fact.DISPATCHED: (frozenset({_S.QUEUED}), _S.DISPATCHED),
    Fact.AGENT_READY: (frozenset({_S.QUEUED, _S.DISPATCHED}), _S.READY),  # the agent can be quicker than the dispatching task's commit
    Fact.DIAL_COMMITTED: (frozenset({_S.READY}), _S.DIALING),
    Fact.RINGING: (frozenset({_S.DIALING}), _S.RINGING),
    Fact.ANSWERED: (AT_THE_PHONE, _S.IN_PROGRESS),
    Fact.NOT_ANSWERED: (AT_THE_PHONE, _S.ENDED),
    Fact.CALLEE_LEFT: (frozenset({_S.IN_PROGRESS}), _S.WRAPPING),
    Fact.HANGING_UP: (frozenset({_S.IN_PROGRESS}), _S.WRAPPING),
    Fact.REPORTED: (ANSWERED_STATES, _S.ENDED),
    Fact.RELEASED: (BEFORE_DIAL, _S.RELEASED),
    Fact.NOT_SENT: (frozenset({_S.DIALING}), _S.RELEASED),
    Fact.UNACCOUNTED: (AT_THE_PHONE, _S.LOST),
    Fact.FINISHED_WITHOUT_REPORT: (ANSWERED_STATES, _S.ENDED),
}
_STAYS: Mapping[tuple[CallState, Fact], str] = {
    **{(state, Fact.CALLEE_LEFT): _WITNESS for state in AT_THE_PHONE},
    **{(state, Fact.REPORTED): _WITNESS for state in AT_THE_PHONE},
    **{(state, Fact.AGENT_LEFT): "the lease decides" for state in LIVE},
    **{(state, fact): _EARLY for state in BEFORE_DIAL for fact in (Fact.RINGING, Fact.ANSWERED, Fact.NOT_ANSWERED, Fact.CALLEE_LEFT)},
    **{(state, fact): _EARLY for state in BEFORE_DIAL for fact in (Fact.HANGING_UP, Fact.REPORTED, Fact.UNACCOUNTED)},
    **{(state, Fact.FINISHED_WITHOUT_REPORT): "there was no conversation" for state in BEFORE_DIAL | AT_THE_PHONE},
    **{(state, Fact.HANGING_UP): "not answered yet" for state in AT_THE_PHONE},
    **{(state, Fact.NOT_ANSWERED): "it was answered, and another witness saw it" for state in ANSWERED_STATES},
    **{(state, Fact.UNACCOUNTED): "it was answered" for state in ANSWERED_STATES},
    **{(state, Fact.NOT_SENT): _EARLY for state in BEFORE_DIAL},
    **{(state, Fact.NOT_SENT): "another witness has seen the phone ring" for state in ANSWERED_STATES | {_S.RINGING}},
    (_S.QUEUED, Fact.DIAL_COMMITTED): "only a ready call is dialled",
    (_S.DISPATCHED, Fact.DIAL_COMMITTED): "only a ready call is dialled",
    **{(state, Fact.RELEASED): "the INVITE has been committed" for state in LIVE - BEFORE_DIAL},
}


def step(state: CallState, fact: Fact) -> Step:
    """Where `fact` takes a call in `state`. Total, deterministic, forward only."""
    if state in FINAL:
        return Stay(_FINAL)
    sources, target = _MOVES.get(fact, (frozenset(), state))
    if state in sources:
        return Move(target)
    declared = _STAYS.get((state, fact))
    if declared is not None:
        return Stay(declared)
    return Stay(_REPEAT if state == target else _BEHIND)


def status_of(state: CallState, *, was_answered: bool) -> str:
    """The coarse status of api.md."""
    if state in BEFORE_DIAL:
        return "pending"
    if state in AT_THE_PHONE:
        return "calling"
    if state in ANSWERED_STATES:
        return "answered"
    return "completed" if state is _S.ENDED and was_answered else "failed"
