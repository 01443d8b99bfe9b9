"""What was said of which appointment, where one call reminds of several."""

import pytest

from agent_worker.outcomes import category
from control_plane.calls.outcomes import category_of
from control_plane.domain.reminding import LABELS, label_at, labels_of
from sip_config.contract import Outcome

SAID = [
    ([], "", ""),
    (["confirmed"], "confirmed", "confirmed"),
    (["confirmed_1", "cancel_2"], "confirmed", "cancel"),
    (["cancel_2", "confirmed"], "confirmed", "confirmed"),
    (["confirmed", "reschedule_2"], "confirmed", "reschedule"),
    (["cancel_2"], "", "cancel"),
    (["confirmed_1", "wrong_person"], "wrong_person", "wrong_person"),
    (["cancel", "do_not_call"], "cancel", "cancel"),
    (["booked", "confirmed_3"], "", ""),
]


@pytest.mark.parametrize(("recorded", "first", "second"), SAID)
def test_each_appointment_has_the_last_that_was_said_of_it(recorded: list[str], first: str, second: str) -> None:
    assert (label_at(1, recorded), label_at(2, recorded)) == (first, second)


def test_outcomes_of_single_appointments_are_there_only_where_there_are_several() -> None:
    assert labels_of([1]) == LABELS
    assert labels_of([1, 3])[len(LABELS) :] == ("confirmed_1", "reschedule_1", "cancel_1", "confirmed_3", "reschedule_3", "cancel_3")


@pytest.mark.parametrize(
    ("label", "outcome"), [("confirmed_2", Outcome.SUCCESS), ("cancel_1", Outcome.PARTIAL), ("sale_2", Outcome.UNKNOWN)]
)
def test_both_sides_understand_an_outcome_of_one_appointment(label: str, outcome: Outcome) -> None:
    assert category_of(label) == category(label) == outcome
