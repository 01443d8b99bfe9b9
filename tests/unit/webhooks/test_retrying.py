"""What follows from an attempt, and when an endpoint is given up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.webhooks.retrying import (
    DELAYS,
    DISABLED_AFTER,
    LONGEST_REST,
    MOST_ATTEMPTS,
    Attempt,
    Delivered,
    GivenUp,
    Later,
    after,
    is_hopeless,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_success_is_delivered(status):
    assert after(Attempt(1, status), "d", NOW) == Delivered()


@pytest.mark.parametrize("status", [None, 100, 300, 301, 400, 401, 404, 418, 429, 500, 503, 599])
def test_everything_else_is_tried_again(status):
    assert isinstance(after(Attempt(1, status), "d", NOW), Later)


def test_a_redirect_is_told_as_what_it_is():
    assert after(Attempt(1, 302), "d", NOW).error == "It answered 302, a redirect, which is not followed."  # type: ignore[union-attr]


@given(number=st.integers(1, MOST_ATTEMPTS - 1), seed=st.text(max_size=40))
def test_delays_grow_from_five_seconds_to_a_day_within_a_tenth(number, seed):
    decision = after(Attempt(number, 500), seed, NOW)
    assert isinstance(decision, Later)
    assert DELAYS[number - 1] * 0.9 <= decision.at - NOW <= DELAYS[number - 1] * 1.1
    assert decision == after(Attempt(number, 500), seed, NOW)


def test_what_failed_together_does_not_come_back_together():
    assert len({after(Attempt(5, 500), str(seed), NOW) for seed in range(100)}) == 100
    assert (DELAYS[0], DELAYS[-1]) == (timedelta(seconds=5), timedelta(hours=24))


def test_the_last_attempt_is_the_last():
    assert after(Attempt(MOST_ATTEMPTS, 500), "d", NOW) == GivenUp("It answered 500.")
    assert after(Attempt(MOST_ATTEMPTS + 1, None, "Late."), "d", NOW) == GivenUp("Late.")


def test_gone_is_gone_at_once():
    assert after(Attempt(1, 410), "d", NOW) == GivenUp("It answered 410.", is_gone=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 12:03:00 GMT", timedelta(minutes=3)),
        ("Mon, 23 Nov 2020 12:03:00 GMT", timedelta(0)),
        ("0", timedelta(0)),
        ("99999999999999999999", LONGEST_REST),
        ("Tue, 23 Nov 2049 12:03:00 GMT", LONGEST_REST),
    ],
)
def test_who_asks_for_a_rest_gets_it_but_no_more_than_a_day(status, header, rest):
    decision = after(Attempt(1, status, retry_after=header), "d", NOW)
    assert isinstance(decision, Later)
    assert decision.rests_until == NOW + rest
    assert decision.at >= max(NOW + rest, NOW + DELAYS[0] * 0.9)


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "٣", "x" * 5000, "Mon, 99 Nov 2026 12:03:00 GMT"])
def test_words_that_are_no_time_ask_for_nothing(header):
    assert after(Attempt(1, 429, retry_after=header), "d", NOW).rests_until is None  # type: ignore[union-attr]


def test_other_answers_cannot_ask_for_a_rest():
    assert after(Attempt(1, 500, retry_after="600"), "d", NOW).rests_until is None  # type: ignore[union-attr]


def test_an_endpoint_is_given_up_after_days_and_many_failures():
    assert is_hopeless(NOW - DISABLED_AFTER, 10, NOW)
    assert not is_hopeless(NOW - DISABLED_AFTER + timedelta(seconds=1), 1000, NOW)
    assert not is_hopeless(NOW - DISABLED_AFTER, 9, NOW)
    assert not is_hopeless(None, 1000, NOW)
