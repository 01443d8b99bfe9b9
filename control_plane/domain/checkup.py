"""Check-ups: at which minute a person's regular call is, and what follows from a call to those whom they have named. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from control_plane.domain.calling_window import DAYS
from control_plane.domain.retry_policy import share_of
from sip_config.contract import ACKNOWLEDGED, Outcome

CheckUpType = Literal["wellness", "safety", "medication", "crisis_follow_up", "appointment", "other"]
Frequency = Literal["daily", "weekly", "biweekly", "monthly"]
TimeOfDay = Literal["morning", "afternoon", "evening"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

HOURS: dict[str, tuple[int, int]] = {"morning": (9 * 60, 11 * 60), "afternoon": (13 * 60, 16 * 60), "evening": (17 * 60, 19 * 60)}
"""Minutes of the day, the end exclusive: inside the hours that the strictest rules allow (facts/dialer §2), with room for another try."""
LAST_DAY = 28
"""Of a month: every month has it."""
DECLINED = "declined"
LABELS = (ACKNOWLEDGED, DECLINED, "wrong_number")
MOST_TRIES = 3
TRY_AGAIN = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
"""Somebody who may not be called before that (quiet times, the hours of the law) is passed over for the next."""


@dataclass(frozen=True, slots=True)
class Times:
    """The recurrence of a check-up: cron fields, and of how many weeks only one counts."""

    cron: str
    interval: int = 1


def times_of(frequency: Frequency, time_of_day: TimeOfDay, day: Day | None, first: date, seed: str) -> Times:
    """`seed` spreads people over the hours, always one person to the same minute. Without a day, that of the `first` date is taken."""
    opens, closes = HOURS[time_of_day]
    minute = opens + int((closes - opens) * share_of(seed))
    at = f"{minute % 60} {minute // 60}"
    if frequency == "daily":
        return Times(f"{at} * * *")
    if frequency == "monthly":
        return Times(f"{at} {min(first.day, LAST_DAY)} * *")
    weekday = DAYS.index(day) if day is not None else first.weekday()
    return Times(f"{at} * * {(weekday + 1) % 7}", interval=2 if frequency == "biweekly" else 1)


@dataclass(frozen=True, slots=True)
class EscalationEnd:
    """How the call to a safety contact ended. `was_released`: no INVITE was sent."""

    was_released: bool
    ended_by_person: bool
    label: str
    outcome: Outcome
    tries: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody looks after the person; nobody else is called."""


@dataclass(frozen=True, slots=True)
class Again:
    """Nobody was disturbed, or it was our own failure: the same one is called at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Next:
    """The next one is called, because of this."""

    because: str


def after_escalation(end: EscalationEnd, now: datetime) -> Acknowledged | Again | Next:
    if end.label == ACKNOWLEDGED:
        return Acknowledged()
    if end.was_released and not end.ended_by_person:
        return Again(now + TRY_AGAIN) if end.tries < MOST_TRIES else Next("the calls were given up before they were dialled")
    if end.outcome is Outcome.AGENT_FAILURE and not end.ended_by_person:
        return Again(now + TRY_AGAIN) if end.tries < MOST_TRIES else Next("the assistant failed in the calls")
    if end.outcome is Outcome.DO_NOT_CALL:
        return Next("asked not to be called")
    return Next("did not acknowledge")


_ABOUT: dict[str, str] = {
    "wellness": "Ask how they are and whether they need anything.",
    "safety": "Ask whether they are safe and well, and whether they need help.",
    "medication": "Ask whether they have taken their medication today; give no medical advice.",
    "crisis_follow_up": "Ask how they are since the crisis, listen, and offer the help that your instructions name.",
    "appointment": "Ask whether they are ready for their appointment and need anything for it.",
    "other": "Ask how they are.",
}


def agenda_of(checkup_type: str) -> str:
    """What a check-up is about, for the assistant, where nobody has said."""
    kind = checkup_type.replace("_", " ")
    return f"This is a regular {kind} check-up that was agreed with the person. Make sure that you speak to them. {_ABOUT[checkup_type]}"


def script_of(person: str, checkup_type: str, script: str) -> str:
    """What the call to a safety contact is about. How it is acknowledged is said whatever the script is."""
    who, kind = person or "the person who named them", checkup_type.replace("_", " ")
    about = script or f"{who} could not be reached for a regular {kind} check-up. Ask them to look after {who} now."
    return (
        f"You call somebody whom {who} has named for when they cannot be reached. Make sure that you speak to the person named under"
        f" 'The person' and tell nobody else why you call. {about} Ask them to say that they will see to it, or to press 1. Record the"
        f" outcome {ACKNOWLEDGED} only when they say so clearly; {DECLINED} when they do not."
    )
