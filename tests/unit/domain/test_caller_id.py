"""Which number calls whom: caps and warm-up, the same number for the same contact, rests after blocks, quarantine by figures."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.caller_id import (
    CallerNumber,
    Choice,
    ContactHistory,
    NoCaller,
    NumberRecord,
    choose,
    daily_cap,
    quarantines,
    wilson,
)

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)
ANN = uuid.UUID(int=77)
TRUNK, OTHER_TRUNK = uuid.UUID(int=1), uuid.UUID(int=2)
FIRST, SECOND = uuid.UUID(int=11), uuid.UUID(int=12)


def number(number_id=FIRST, **facts) -> CallerNumber:
    known = {
        "trunk_id": TRUNK,
        "is_rehearsal": False,
        "health": "active",
        "rests_until": None,
        "cap": 60,
        "calls_today": 0,
    }
    return CallerNumber(number_id, **(known | facts))


NO_HISTORY = ContactHistory()


def chosen(*numbers, history=NO_HISTORY, room=lambda trunk_id: True) -> Choice | NoCaller:
    return choose(numbers, ANN, history, NOW, day_ends_at=MIDNIGHT, has_room=room)


@pytest.mark.parametrize(("age_days", "cap"), [(0, 15), (0.9, 15), (1, 26), (2, 37), (3, 48), (4, 60), (5, 60), (400, 60)])
def test_a_new_number_warms_up_over_five_days(age_days, cap):
    assert daily_cap(None, NOW - timedelta(days=age_days), NOW, is_rehearsal=False) == cap


def test_a_number_that_never_called_begins_with_the_first_day():
    assert daily_cap(None, None, NOW, is_rehearsal=False) == 15


def test_a_cap_that_a_person_set_is_taken_as_it_is():
    assert daily_cap(200, None, NOW, is_rehearsal=False) == 200
    assert daily_cap(3, None, NOW, is_rehearsal=True) == 3


def test_rehearsals_have_no_cap_of_their_own():
    assert daily_cap(None, None, NOW, is_rehearsal=True) is None


def test_the_number_that_called_last_calls_again_even_if_another_has_done_less():
    choice = chosen(number(FIRST, calls_today=50), number(SECOND), history=ContactHistory(last_number_id=FIRST))
    assert isinstance(choice, Choice)
    assert (choice.number_id, choice.why) == (FIRST, "sticky")


def test_without_history_the_number_with_the_least_used_day_calls():
    choice = chosen(number(FIRST, cap=60, calls_today=30), number(SECOND, cap=15, calls_today=5))
    assert isinstance(choice, Choice)
    assert (choice.number_id, choice.why) == (SECOND, "least_used")


def test_a_number_at_its_cap_is_replaced_and_the_choice_says_why():
    choice = chosen(number(FIRST, calls_today=60), number(SECOND), history=ContactHistory(last_number_id=FIRST))
    assert isinstance(choice, Choice)
    assert (choice.number_id, choice.why) == (SECOND, "replacement")
    assert choice.plain(number(SECOND))["passed_over"] == [{"number_id": str(FIRST), "sentence": "Its 60 calls of the day are made."}]


def test_with_every_number_at_its_cap_the_contact_waits_for_the_next_day():
    assert chosen(number(FIRST, calls_today=60), number(SECOND, cap=15, calls_today=15)) == NoCaller(
        MIDNIGHT, ("Its 60 calls of the day are made.", "Its 15 calls of the day are made.")
    )


@pytest.mark.parametrize(
    "facts",
    [{"health": "quarantined"}, {"health": "resting", "rests_until": NOW + DAY}, {"calls_today": 60}],
    ids=["quarantined", "resting", "capped"],
)
def test_a_number_that_may_not_call_does_not(facts):
    assert isinstance(chosen(number(**facts)), NoCaller)
    choice = chosen(number(FIRST, **facts), number(SECOND))
    assert isinstance(choice, Choice)
    assert choice.number_id == SECOND


def test_a_rest_that_is_over_is_over():
    assert isinstance(chosen(number(health="resting", rests_until=NOW)), Choice)


def test_after_a_block_the_contact_is_left_alone_for_a_day_by_every_number():
    history = ContactHistory(last_number_id=FIRST, blocked_at={FIRST: NOW - timedelta(hours=3)})
    answer = chosen(number(FIRST), number(SECOND), history=history)
    assert isinstance(answer, NoCaller)
    assert answer.until == NOW + timedelta(hours=21)


def test_a_day_after_a_block_another_number_calls():
    history = ContactHistory(last_number_id=FIRST, blocked_at={FIRST: NOW - DAY})
    choice = chosen(number(FIRST), number(SECOND), history=history)
    assert isinstance(choice, Choice)
    assert choice.number_id == SECOND


def test_the_blocked_number_itself_comes_back_to_the_contact_after_a_week():
    blocked_at = NOW - 2 * DAY
    answer = chosen(number(FIRST), history=ContactHistory(last_number_id=FIRST, blocked_at={FIRST: blocked_at}))
    assert isinstance(answer, NoCaller)
    assert answer.until == blocked_at + 7 * DAY
    assert isinstance(chosen(number(FIRST), history=ContactHistory(blocked_at={FIRST: NOW - 7 * DAY})), Choice)


def test_a_rehearsal_shows_a_block_in_seconds():
    history = ContactHistory(blocked_at={FIRST: NOW - timedelta(seconds=3)})
    answer = chosen(number(FIRST, is_rehearsal=True), history=history)
    assert isinstance(answer, NoCaller)
    assert answer.until == NOW + timedelta(seconds=7)


def test_after_a_failure_of_the_network_another_trunk_is_tried_before_the_usual_number():
    history = ContactHistory(last_number_id=FIRST, failed_trunk_id=TRUNK)
    choice = chosen(number(FIRST), number(SECOND, trunk_id=OTHER_TRUNK), history=history)
    assert isinstance(choice, Choice)
    assert (choice.number_id, choice.why) == (SECOND, "other_trunk")


def test_with_one_trunk_only_the_usual_number_tries_again():
    choice = chosen(number(FIRST), number(SECOND), history=ContactHistory(last_number_id=SECOND, failed_trunk_id=TRUNK))
    assert isinstance(choice, Choice)
    assert choice.number_id == SECOND


def test_a_full_trunk_is_passed_over_and_full_trunks_ask_for_no_waiting():
    choice = chosen(number(FIRST), number(SECOND, trunk_id=OTHER_TRUNK), room=lambda trunk_id: trunk_id == OTHER_TRUNK)
    assert isinstance(choice, Choice)
    assert choice.number_id == SECOND
    assert chosen(number(FIRST), room=lambda trunk_id: False) == NoCaller(None, ("No trunk has a line free.",))


def test_a_campaign_without_numbers_waits_for_a_person():
    assert isinstance(chosen(), NoCaller)


numbers_ = st.builds(
    number,
    st.sampled_from([FIRST, SECOND, uuid.UUID(int=13)]),
    trunk_id=st.sampled_from([TRUNK, OTHER_TRUNK]),
    health=st.sampled_from(["active", "resting", "quarantined"]),
    rests_until=st.sampled_from([NOW - DAY, NOW + DAY]),
    calls_today=st.integers(0, 80),
)


@given(st.lists(numbers_, unique_by=lambda n: n.id), st.sampled_from([None, FIRST, SECOND]), st.sampled_from([None, TRUNK]))
def test_whatever_is_chosen_may_call_and_every_wait_ends_in_the_future(numbers, last, failed):
    answer = chosen(*numbers, history=ContactHistory(last, failed))
    by_id = {n.id: n for n in numbers}
    if isinstance(answer, NoCaller):
        assert answer.until is not None
        assert answer.until > NOW
        assert answer.sentences
        return
    n = by_id[answer.number_id]
    assert n.calls_today < 60
    assert n.health == "active" or (n.health == "resting" and n.rests_until == NOW - DAY)
    assert answer.number_id not in answer.passed_over


@given(st.lists(numbers_, min_size=1, unique_by=lambda n: n.id), st.randoms())
def test_the_order_of_the_numbers_makes_no_difference(numbers, random):
    shuffled = list(numbers)
    random.shuffle(shuffled)
    before, after = chosen(*numbers), chosen(*shuffled)
    assert type(before) is type(after)
    if isinstance(before, Choice) and isinstance(after, Choice):
        assert before.number_id == after.number_id


def record(number_id, reached, answered, short=0) -> NumberRecord:
    return NumberRecord(number_id, reached, answered, short)


HEALTHY = record(SECOND, 400, 120)


@pytest.mark.parametrize(
    ("watched", "is_out"),
    [
        (record(FIRST, 100, 5), True),  # 5 % where the pool has 25 %
        (record(FIRST, 100, 12), False),  # low, but the interval reaches beyond the limit
        (record(FIRST, 39, 0), False),  # too few to say
        (record(FIRST, 40, 0), True),
        (record(FIRST, 200, 60, short=6), False),  # exactly a tenth
        (record(FIRST, 200, 60, short=7), True),
        (record(FIRST, 80, 39, short=30), False),  # too few answered
    ],
)
def test_a_number_is_quarantined_by_its_figures(watched, is_out):
    assert (FIRST in quarantines([watched, HEALTHY])) is is_out
    assert SECOND not in quarantines([watched, HEALTHY])


def test_a_number_alone_is_not_compared_with_itself():
    assert quarantines([record(FIRST, 500, 10)]) == {}


def test_an_empty_pool_has_nobody_to_quarantine():
    assert quarantines([]) == {}
    assert quarantines([record(FIRST, 0, 0)]) == {}


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_narrows_with_more_calls(a, b):
    successes, trials = min(a, b), max(a, b)
    low, high = wilson(successes, trials)
    assert 0 <= low <= high <= 1
    if trials:
        assert low <= successes / trials + 1e-9
        assert high >= successes / trials - 1e-9
        wider = wilson(successes, trials)
        narrower = wilson(successes * 10, trials * 10)
        assert narrower[1] - narrower[0] <= wider[1] - wider[0]


def test_the_known_value_of_the_interval():
    """Wilson's interval for 10 of 100 at 95 %: 5.5 % to 17.4 %."""
    low, high = wilson(10, 100)
    assert (round(low, 3), round(high, 3)) == (0.055, 0.174)
