"""What follows from each kind of end, as tables; and that no ladder goes on for ever except where that is meant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.daypart import Place, daypart_of
from control_plane.domain.errors import Invalid
from control_plane.domain.retry_policy import (
    DEAD_NUMBER,
    LADDER,
    REHEARSAL_LADDER,
    Again,
    Closed,
    End,
    RetryPolicy,
    retry_class_of,
    share_of,
)
from sip_config.contract import AnsweredBy, NetworkResult, Outcome

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
R, B, O = NetworkResult, AnsweredBy, Outcome  # noqa: E741 – the table below is read by column


def end(network_result, answered_by=B.NONE, outcome=O.NO_CONVERSATION, attempts=0, attempts_of_class=0, *, rang=False) -> End:
    return End(network_result, answered_by, outcome, attempts, attempts_of_class, rang=rang)


def talked(outcome, answered_by=B.HUMAN, **counts) -> End:
    return end(R.ANSWERED, answered_by, outcome, **counts)


CALLED_AGAIN = [
    (end(R.BUSY), timedelta(minutes=15), True),
    (end(R.BUSY, attempts_of_class=2), HOUR, True),
    (end(R.NO_ANSWER), 4 * HOUR, True),
    (end(R.NO_ANSWER, attempts_of_class=1), DAY, True),
    (end(R.REJECTED), DAY, True),
    (end(R.UNREACHABLE), 4 * HOUR, True),
    (end(R.NETWORK_ERROR), timedelta(seconds=30), False),
    (end(R.CONGESTION, attempts_of_class=1), timedelta(minutes=2), False),
    (end(R.THROTTLED), timedelta(seconds=5), False),
    (end(R.THROTTLED, attempts_of_class=1000), timedelta(seconds=5), False),
    (end(R.MEDIA_ERROR), timedelta(minutes=10), False),
    (end(R.CONFIG_ERROR), timedelta(minutes=10), False),
    (end(R.CONFIG_ERROR, attempts_of_class=7, attempts=5), DAY, False),
    (end(R.CONFIG_ERROR, rang=True), timedelta(minutes=10), True),
    (end(R.NETWORK_ERROR, rang=True), timedelta(seconds=30), True),
    (end(R.BLOCKED_ANALYTICS), DAY, True),
    (end(R.UNKNOWN), 4 * HOUR, True),
    (end(R.CANCELED), 4 * HOUR, True),
    (talked(O.CALLBACK), HOUR, True),
    (talked(O.HUNG_UP_EARLY), DAY, True),
    (talked(O.NO_CONVERSATION, B.VOICEMAIL), DAY, True),
    (talked(O.NO_CONVERSATION, B.MAILBOX_UNAVAILABLE), DAY, True),
    (talked(O.NO_CONVERSATION, B.SILENCE), 4 * HOUR, True),
    (talked(O.AGENT_FAILURE), 4 * HOUR, True),
    (talked(O.NO_CONVERSATION, B.IVR), DAY, True),
    (talked(O.NO_CONVERSATION, B.CALL_SCREEN), 4 * HOUR, True),
    (talked(O.NO_CONVERSATION, B.NETWORK_ANNOUNCEMENT), DAY, True),
]
CLOSED = [
    (talked(O.SUCCESS), "done"),
    (talked(O.NOT_INTERESTED), "done"),
    (talked(O.WRONG_NUMBER), "done"),
    (talked(O.TRANSFERRED), "done"),
    (talked(O.DO_NOT_CALL), "suppressed"),
    (end(R.UNWANTED), "suppressed"),
    (end(R.INVALID_NUMBER), "exhausted"),
    (end(R.NUMBER_CHANGED), "exhausted"),
    (end(R.BLOCKED_PROVIDER), "exhausted"),
    (end(R.CONFIG_ERROR, attempts_of_class=8), "exhausted"),
    (end(R.CONFIG_ERROR, attempts=5, rang=True), "exhausted"),
    (end(R.BUSY, attempts_of_class=3), "exhausted"),
    (end(R.REJECTED, attempts_of_class=1), "exhausted"),
    (end(R.BLOCKED_ANALYTICS, attempts_of_class=1), "exhausted"),
    (end(R.UNKNOWN, attempts_of_class=1), "exhausted"),
    (talked(O.NO_CONVERSATION, B.FAX), "exhausted"),
    (end(R.NETWORK_ERROR, attempts_of_class=3), "exhausted"),
    (end(R.NO_ANSWER, attempts=5), "exhausted"),
]


def _name(case):
    return (
        f"{case.network_result}-{case.answered_by}-{case.outcome}-{case.attempts}-{case.attempts_of_class}"
        if isinstance(case, End)
        else None
    )


@pytest.mark.parametrize(("ended", "delay", "counts"), CALLED_AGAIN, ids=_name)
def test_these_ends_are_called_again_after(ended, delay, counts):
    followed = RetryPolicy().after(ended, NOW)
    assert isinstance(followed, Again)
    assert (followed.at - NOW, followed.counts) == (delay, counts)


@pytest.mark.parametrize(("ended", "state"), CLOSED, ids=_name)
def test_these_ends_are_the_last(ended, state):
    followed = RetryPolicy().after(ended, NOW)
    assert isinstance(followed, Closed)
    assert followed.state == state
    assert followed.reason


ends = st.builds(end, st.sampled_from(R), st.sampled_from(B), st.sampled_from(O), st.integers(0, 30), st.integers(0, 30))


@given(ends, st.booleans())
def test_every_end_has_a_consequence_and_no_retry_lies_in_the_past(ended, rehearsal):
    followed = RetryPolicy.from_plain({}, rehearsal=rehearsal).after(ended, NOW)
    assert isinstance(followed, Closed) or followed.at > NOW


@given(st.lists(st.tuples(st.sampled_from(R), st.sampled_from(B), st.sampled_from(O), st.booleans()), max_size=80), st.integers(1, 8))
def test_nobody_is_called_more_often_than_allowed_however_calls_end(kinds, max_total):
    """Only throttling, which is our own fault, may repeat without end; it reaches nobody."""
    policy, attempts, by_class, dialled = RetryPolicy(max_total=max_total), 0, {}, 0
    for *kind, rang in kinds:
        retry_class = retry_class_of(*kind)
        dialled += rang or retry_class not in ("throttled", "network", "media", "trunk_fault") or kind[0] is R.ANSWERED
        followed = policy.after(end(*kind, attempts=attempts, rang=rang).with_history(by_class), NOW)
        attempts += followed.counts
        by_class[followed.retry_class] = by_class.get(followed.retry_class, 0) + 1
        assert dialled <= max_total
        if isinstance(followed, Closed):
            break


@given(ends)
def test_who_asked_never_to_be_called_again_is_not_called_again(ended):
    followed = RetryPolicy().after(replace(ended, outcome=O.DO_NOT_CALL), NOW)
    assert isinstance(followed, Closed)
    assert followed.state == "suppressed"


def test_a_rehearsal_has_the_same_ladder_in_seconds():
    assert REHEARSAL_LADDER.keys() == LADDER.keys()
    for name, rung in REHEARSAL_LADDER.items():
        assert len(rung.delays_s) == len(LADDER[name].delays_s)
        assert all(delay < 10 for delay in rung.delays_s)
        assert (rung.counts, rung.repeats) == (LADDER[name].counts, LADDER[name].repeats)


def test_a_campaign_may_change_a_rung_and_keeps_the_others():
    policy = RetryPolicy.from_plain({"max_total": 2, "ladder": {"busy": {"delays_s": [60]}}})
    followed = policy.after(end(R.BUSY), NOW)
    assert isinstance(followed, Again)
    assert followed.at == NOW + timedelta(seconds=60)
    assert policy.ladder["no_answer"] == LADDER["no_answer"]


def test_a_rung_without_delays_means_no_retry():
    followed = RetryPolicy.from_plain({"ladder": {"throttled": {"delays_s": []}}}).after(end(R.THROTTLED), NOW)
    assert isinstance(followed, Closed)


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({"max": 3}, "attempts"),
        ({"max_total": 0}, "attempts.max_total"),
        ({"max_total": True}, "attempts.max_total"),
        ({"max_total": "3"}, "attempts.max_total"),
        ({"max_per_day": 51}, "attempts.max_per_day"),
        ({"max_per_24h": 0}, "attempts.max_per_24h"),
        ({"ladder": {"busy": {"delays_s": [1], "other_daypart": 1}}}, "attempts.ladder.busy.other_daypart"),
        ({"ladder": [1]}, "attempts.ladder"),
        ({"ladder": {"angry": {"delays_s": [1]}}}, "attempts.ladder.angry"),
        ({"ladder": {"busy": {"delays_s": 5}}}, "attempts.ladder.busy"),
        ({"ladder": {"busy": [5]}}, "attempts.ladder.busy"),
        ({"ladder": {"busy": {"delays_s": [0]}}}, "attempts.ladder.busy.delays_s"),
        ({"ladder": {"busy": {"delays_s": [1], "counts": False}}}, "attempts.ladder.busy"),
    ],
)
def test_wrong_attempts_are_refused_by_the_name_of_their_field(plain, field):
    with pytest.raises(Invalid) as refusal:
        RetryPolicy.from_plain(plain)
    assert refusal.value.errors[0].field == field


seeds = st.uuids().map(str)
BERLIN = ZoneInfo("Europe/Berlin")


@given(ends, seeds)
def test_the_same_end_of_the_same_call_always_has_the_same_consequence(ended, seed):
    place = Place(BERLIN)
    assert RetryPolicy().after(ended, NOW, seed=seed, place=place) == RetryPolicy().after(ended, NOW, seed=seed, place=place)


@given(ends, seeds)
def test_a_delay_is_spread_by_a_fifth_at_most(ended, seed):
    plain, spread = RetryPolicy().after(ended, NOW), RetryPolicy().after(ended, NOW, seed=seed)
    if isinstance(plain, Again) and isinstance(spread, Again):
        assert 0.8 <= (spread.at - NOW) / (plain.at - NOW) <= 1.2


@given(st.sampled_from([R.BLOCKED_ANALYTICS, R.UNKNOWN]), seeds)
def test_a_wait_that_is_a_promise_is_never_shortened(result, seed):
    plain, spread = RetryPolicy().after(end(result), NOW), RetryPolicy().after(end(result), NOW, seed=seed)
    assert isinstance(plain, Again)
    assert isinstance(spread, Again)
    assert spread.at >= plain.at


def test_calls_that_failed_together_do_not_come_back_together():
    shares = [share_of(f"call {i}") for i in range(1000)]
    tenths = [sum(i / 10 <= share < (i + 1) / 10 for share in shares) for i in range(10)]
    assert min(tenths) > 60
    assert max(tenths) < 150


@given(ends, seeds)
def test_a_rehearsal_keeps_to_its_seconds(ended, seed):
    policy = RetryPolicy.from_plain({}, rehearsal=True)
    assert policy.after(ended, NOW, seed=seed, place=Place(BERLIN)) == policy.after(ended, NOW)


@given(st.sampled_from([(R.NO_ANSWER, B.NONE, 1), (R.NO_ANSWER, B.NONE, 3), (R.ANSWERED, B.VOICEMAIL, 0)]), seeds)
def test_who_was_not_there_is_called_in_another_part_of_another_day(kind, seed):
    result, answered_by, before = kind
    followed = RetryPolicy().after(end(result, answered_by, attempts_of_class=before), NOW, seed=seed, place=Place(BERLIN))
    assert isinstance(followed, Again)
    assert followed.at.astimezone(BERLIN).date() > NOW.astimezone(BERLIN).date()
    assert daypart_of(followed.at, BERLIN) is not daypart_of(NOW, BERLIN)


def test_delays_that_a_campaign_set_are_kept_to_unless_it_wants_another_part_of_the_day():
    own = {"no_answer": {"delays_s": [86400]}}
    exact = RetryPolicy.from_plain({"ladder": own}).after(end(R.NO_ANSWER), NOW, place=Place(BERLIN))
    assert isinstance(exact, Again)
    assert exact.at == NOW + DAY
    own["no_answer"]["other_daypart"] = True  # type: ignore[assignment]
    moved = RetryPolicy.from_plain({"ladder": own}).after(end(R.NO_ANSWER), NOW, place=Place(BERLIN))
    assert isinstance(moved, Again)
    assert daypart_of(moved.at, BERLIN) is not daypart_of(NOW, BERLIN)


@pytest.mark.parametrize("result", DEAD_NUMBER)
def test_a_dead_number_leads_to_the_next_one_at_once_while_there_is_one(result):
    followed = RetryPolicy().after(replace(end(result), other_numbers=1), NOW, seed="call")
    assert isinstance(followed, Again)
    assert (followed.at, followed.counts) == (NOW, True)
    assert isinstance(RetryPolicy(max_total=1).after(replace(end(result), other_numbers=1), NOW), Closed)


def test_a_promised_time_is_kept_to_the_second_however_often_it_was_moved_and_never_beyond_the_attempts() -> None:
    promised = NOW + timedelta(days=3)
    asked = replace(talked(O.CALLBACK, attempts=3, attempts_of_class=3), callback_at=promised)
    followed = RetryPolicy(max_total=5).after(asked, NOW, seed="any")
    assert followed == Again(promised, "callback", True, "back at the time that was promised")
    assert isinstance(RetryPolicy(max_total=4).after(asked, NOW), Closed)
    assert RetryPolicy(max_total=5).after(replace(asked, callback_at=NOW - HOUR), NOW) == replace(followed, at=NOW)


def test_a_promised_time_means_nothing_when_the_outcome_is_another() -> None:
    asked = replace(talked(O.SUCCESS), callback_at=NOW + DAY)
    assert isinstance(RetryPolicy().after(asked, NOW), Closed)
