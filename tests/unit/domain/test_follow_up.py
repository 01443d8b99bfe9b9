"""What follows from the end of a follow-up's call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane.domain.follow_up import (
    MOST_LOST,
    MOST_TRIES,
    NEVER_DIALLED,
    NOBODY_KNOWS,
    NOBODY_REACHED,
    OPTED_OUT,
    WE_FAILED,
    Again,
    HandOver,
    Missed,
    Reached,
    StepEnd,
    after_step,
    state_after,
)
from sip_config.contract import AnsweredBy, Outcome

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HUMAN = {"answered_by": AnsweredBy.HUMAN, "outcome": Outcome.SUCCESS}
FAILED = {"outcome": Outcome.AGENT_FAILURE}
RELEASED = {"was_released": True}


def _end(**changes: Any) -> StepEnd:
    given: dict[str, Any] = {"was_released": False, "ended_by_person": False, "answered_by": AnsweredBy.NONE, "outcome": Outcome.UNKNOWN}
    return StepEnd(**given | {"tries": 1, "is_last": False} | changes)


@pytest.mark.parametrize(
    ("end", "followed", "state"),
    [
        (_end(), Missed(), "missed"),
        (_end(is_last=True), HandOver(NOBODY_REACHED), "missed"),
        (_end(**HUMAN), Reached(is_complete=False), "reached"),
        (_end(**HUMAN, is_last=True), Reached(is_complete=True), "reached"),
        (_end(answered_by=AnsweredBy.VOICEMAIL, outcome=Outcome.NO_CONVERSATION), Missed(), "missed"),
        (_end(**HUMAN | {"outcome": Outcome.WRONG_PERSON}), Missed(), "missed"),
        (_end(**HUMAN | {"outcome": Outcome.HUNG_UP_EARLY}, is_last=True), HandOver(NOBODY_REACHED), "missed"),
        (_end(**HUMAN | {"outcome": Outcome.UNKNOWN}), Reached(is_complete=False), "reached"),
        (_end(**HUMAN | {"outcome": Outcome.DO_NOT_CALL}), HandOver(OPTED_OUT), "reached"),
        (_end(**HUMAN | FAILED), Again(NOW + timedelta(minutes=2), WE_FAILED), "waiting"),
        (_end(**HUMAN | FAILED, is_last=True), Again(NOW + timedelta(minutes=2), WE_FAILED), "waiting"),
        (_end(**HUMAN | FAILED, tries=MOST_TRIES), Missed(), "missed"),
        (_end(**HUMAN | FAILED, ended_by_person=True), Missed(), "missed"),
        (_end(is_lost=True), Again(NOW + timedelta(minutes=3), NOBODY_KNOWS), "waiting"),
        (_end(is_lost=True, tries=MOST_LOST), Missed(), "missed"),
        (_end(**HUMAN, is_lost=True), Reached(is_complete=False), "reached"),
        (_end(**RELEASED), Again(NOW + timedelta(minutes=2)), "waiting"),
        (_end(**RELEASED, tries=MOST_TRIES), HandOver(NEVER_DIALLED), "dropped"),
        (_end(**RELEASED, ended_by_person=True), Missed(), "dropped"),
        (_end(**RELEASED, ended_by_person=True, is_last=True), HandOver(NOBODY_REACHED), "dropped"),
    ],
)
def test_the_end_of_a_call_leads_to(end: StepEnd, followed: object, state: str) -> None:
    got = after_step(end, NOW)
    assert (got, state_after(end, got)) == (followed, state)
