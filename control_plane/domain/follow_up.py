"""The protocol of looking after somebody: when the calls are, what follows from each, who takes over when calls cannot help. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sip_config.contract import AnsweredBy, Outcome

STEPS = (timedelta(hours=2), timedelta(days=1), timedelta(days=7))
"""After a crisis: two hours, the next day, a week (issue: crisis follow-up). The gate moves each into the person's hours."""
MOST_TRIES = 5
"""Calls of one step that were never dialled, before a person has to look."""
TRY_AGAIN = timedelta(minutes=2)
MOST_LOST = 3
"""Calls of one step up to here are repeated when nobody can say what became of them: their phone may have rung."""
AFTER_LOST = timedelta(minutes=3)
"""By then a phone that rang after all has been seen, and an agent that talked has reported."""
GIVES_WAY = timedelta(hours=2)
"""How much later than planned a step that follows no crisis may be called, so that the person has some rest after another call."""
PATIENCE = timedelta(minutes=30)
"""How long a step that cannot be called for a passing reason (no connected number) stays due before a person has to look."""
OPTED_OUT = "The person is not to be called; somebody must look after them in another way."
WITHHELD = "They called in with their number withheld, so nobody can call them; the call's transcript may say who they are."
NOBODY_REACHED = "The last call of the protocol reached nobody."
NEVER_DIALLED = "Its calls were given up before they were dialled."
NOBODY_KNOWS = "Nobody can say what became of its call."
WE_FAILED = "The assistant failed when the phone was picked up."
NOT_THEM = frozenset({Outcome.WRONG_PERSON, Outcome.WRONG_NUMBER, Outcome.NO_CONVERSATION, Outcome.AGENT_FAILURE, Outcome.HUNG_UP_EARLY})
"""Where a human picked up, and still the person was not spoken to."""


@dataclass(frozen=True, slots=True)
class StepEnd:
    """How the call of a step ended. `was_released`: no INVITE was sent; `is_lost`: one was, and nobody knows what came of it."""

    was_released: bool
    ended_by_person: bool
    answered_by: AnsweredBy
    outcome: Outcome
    tries: int
    is_last: bool
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """They were spoken to; after the last step the protocol is complete."""

    is_complete: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """They were not; the next step comes at its time."""


@dataclass(frozen=True, slots=True)
class Again:
    """Nobody was disturbed, or it was our own failure: the same step is called at `at`."""

    at: datetime
    because: str = NEVER_DIALLED


@dataclass(frozen=True, slots=True)
class HandOver:
    """An operator has to look after them."""

    because: str


Followed = Reached | Missed | Again | HandOver


def after_step(end: StepEnd, now: datetime) -> Followed:
    """What follows from the end of a step's call. One that an operator gave up stands as missed."""
    if end.outcome is Outcome.DO_NOT_CALL:
        return HandOver(OPTED_OUT)
    if end.was_released and not end.ended_by_person:
        return Again(now + TRY_AGAIN) if end.tries < MOST_TRIES else HandOver(NEVER_DIALLED)
    if was_spoken_to(end.answered_by, end.outcome):
        return Reached(end.is_last)
    if end.outcome is Outcome.AGENT_FAILURE and not end.ended_by_person and end.tries < MOST_TRIES:
        return Again(now + TRY_AGAIN, WE_FAILED)
    if end.is_lost and not end.ended_by_person and end.tries < MOST_LOST:
        return Again(now + AFTER_LOST, NOBODY_KNOWS)
    return HandOver(NOBODY_REACHED) if end.is_last else Missed()


def state_after(end: StepEnd, followed: Followed) -> str:
    """How the step stands then."""
    if isinstance(followed, Again):
        return "waiting"
    if was_spoken_to(end.answered_by, end.outcome):
        return "reached"
    return "dropped" if end.was_released else "missed"


def was_spoken_to(answered_by: AnsweredBy, outcome: Outcome) -> bool:
    """A person, the right one, and long enough to be asked."""
    return answered_by is AnsweredBy.HUMAN and outcome not in NOT_THEM
