"""Pacing: no trunk sees more calls per second than it takes, no limit is overdrawn."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from control_plane.domain.pacing import (
    COLD_START,
    HEARTBEAT_TTL,
    LEAD,
    MOST_PATIENCE,
    PUNCTUAL,
    Claimant,
    Priority,
    Room,
    Share,
    Turn,
    WorkerReport,
    ahead,
    asked_ahead,
    caught_up,
    may_be_claimed,
    most_waiting_for_token,
    moved_turn,
    patience_after,
    shares,
    slots_offered,
    slots_there,
    slow_start,
    spacing,
    startable,
    take_turn,
    wanted_workers,
)

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
paces = st.sampled_from((0.1, 0.5, 1.0, 1.5, 3.0, 5.0, 10.0, 50.0, 100.0))


@given(paces, st.lists(st.integers(0, 2_000_000), min_size=1, max_size=60), st.lists(st.integers(0, 15_000), min_size=60, max_size=60))
def test_no_sliding_second_sees_more_invites_than_its_pace_even_if_each_leaves_a_little_late(calls_per_second, gaps_us, late_us):
    next_at, now, sent = START, START, []
    for gap, late in zip(gaps_us, late_us, strict=False):
        now += timedelta(microseconds=gap)
        turn = take_turn(next_at, now, calls_per_second)
        if isinstance(turn, Turn):
            next_at = turn.next_at
            sent.append(turn.at + min(timedelta(microseconds=late), PUNCTUAL))
    most = max(1, ceil(calls_per_second))
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in zip(sent, sent[most:], strict=False))


@given(paces, st.integers(2, 80), st.integers(0, 59_000))
def test_whoever_asks_when_told_to_uses_the_pace_to_97_percent_however_late_it_wakes_up(calls_per_second, calls, late_us):
    next_at, now, sent = START, START, []
    while len(sent) < calls:
        turn = take_turn(next_at, now, calls_per_second)
        if isinstance(turn, Turn):
            next_at = turn.next_at
            sent.append(turn.at)
        else:
            now += turn + timedelta(microseconds=late_us)
    assert (calls - 1) / (sent[-1] - sent[0]).total_seconds() >= 0.97 * calls_per_second


def test_where_turns_are_far_apart_nobody_has_the_next_one_before_this_ones_invite_should_have_left():
    for calls_per_second in (1.0, 3.0, 5.0):
        assert ahead(spacing(calls_per_second)) < spacing(calls_per_second)
    assert ahead(spacing(50.0)) > 10 * spacing(50.0)


@pytest.mark.parametrize(("calls_per_second", "processes"), [(50.0, 8), (20.0, 3), (10.0, 2)])
def test_where_turns_are_close_several_who_ask_at_once_are_all_given_one(calls_per_second, processes):
    next_at, now = START + asked_ahead(spacing(calls_per_second)), START
    for _ in range(processes):
        turn = take_turn(next_at, now, calls_per_second)
        assert isinstance(turn, Turn)
        next_at = turn.next_at
    too_far = START + ahead(spacing(calls_per_second)) + timedelta(milliseconds=1)
    assert take_turn(too_far, now, calls_per_second) == too_far - asked_ahead(spacing(calls_per_second)) - now


@pytest.mark.parametrize("calls_per_second", [0.1, 1.0, 5.0])
def test_where_turns_are_far_apart_they_are_asked_for_as_soon_as_they_may_be_given(calls_per_second):
    assert asked_ahead(spacing(calls_per_second)) == ahead(spacing(calls_per_second))


def test_a_long_silence_saves_up_no_burst():
    turn = take_turn(START, START + timedelta(hours=1), 2.0)
    assert turn == Turn(START + timedelta(hours=1) + LEAD, START + timedelta(hours=1) + LEAD + spacing(2.0))
    assert isinstance(take_turn(turn.next_at, START + timedelta(hours=1, milliseconds=100), 2.0), timedelta)


INTERVAL = timedelta(milliseconds=204)


def test_a_turn_that_is_overslept_while_nobody_has_the_next_one_moves_all_that_follow():
    turn = Turn(START, START + INTERVAL)
    late = START + timedelta(milliseconds=50)
    assert moved_turn(turn, turn.next_at, late, INTERVAL) == Turn(late, late + INTERVAL)
    much_later = START + timedelta(seconds=4)
    assert moved_turn(turn, turn.next_at, much_later, INTERVAL) == Turn(much_later, much_later + INTERVAL)


def test_a_turn_that_is_overslept_when_others_have_the_next_ones_goes_to_the_end_of_the_line():
    turn = Turn(START, START + INTERVAL)
    others = START + timedelta(seconds=5)
    assert moved_turn(turn, others, START + timedelta(milliseconds=50), INTERVAL) == Turn(others, others + INTERVAL)


def test_whoever_was_late_may_be_late_again_and_those_behind_keep_their_distance_from_that():
    turn, late = Turn(START, START + INTERVAL), timedelta(milliseconds=100)
    patience = patience_after(late, PUNCTUAL)
    assert patience == timedelta(milliseconds=200)
    moved = moved_turn(turn, turn.next_at, START + late, INTERVAL, patience - PUNCTUAL)
    assert moved.next_at - (moved.at + patience - PUNCTUAL) == INTERVAL


@given(st.lists(st.timedeltas(timedelta(0), timedelta(seconds=9)), min_size=1, max_size=9))
def test_patience_never_shrinks_and_is_bounded(misses):
    patience = PUNCTUAL
    for late in misses:
        grown = patience_after(late, patience)
        assert patience <= grown <= MOST_PATIENCE
        patience = grown


lateness = st.lists(st.integers(0, 900_000).map(lambda us: timedelta(microseconds=us)), min_size=1, max_size=4)


@given(paces, st.lists(st.tuples(st.integers(0, 900_000), lateness), min_size=2, max_size=30))
def test_no_sliding_second_sees_more_invites_than_its_pace_however_many_miss_their_turns(calls_per_second, happenings):
    """Each INVITE asks for its turn after a pause, oversleeps it up to three times, and then leaves as late as its patience allows."""
    next_at, now, sent = START, START, []
    for pause_us, late in happenings:
        now += timedelta(microseconds=pause_us)
        turn = take_turn(next_at, now, calls_per_second)
        if not isinstance(turn, Turn):
            continue
        interval, next_at, patience = turn.next_at - turn.at, turn.next_at, PUNCTUAL
        for misses, each in enumerate(late[:-1]):
            if each <= patience:
                break
            patience = patience_after(each, patience) if misses else patience
            turn = moved_turn(turn, next_at, turn.at + each, interval, patience - PUNCTUAL)
            next_at = turn.next_at
        leaves_at = turn.at + min(late[-1], patience)
        sent.append(leaves_at)
        now = max(now, leaves_at)
    most = max(1, ceil(calls_per_second))
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in zip(sent, sent[most:], strict=False))


def test_a_paced_campaign_claims_no_more_than_gets_its_turn_while_an_agent_warms_up():
    per_second = 10 / 60
    assert may_be_claimed(START, START, per_second, 0) == 1
    assert may_be_claimed(START, START, per_second, 1) == 0
    assert may_be_claimed(START + timedelta(seconds=6), START, per_second, 0) == 0
    assert may_be_claimed(START + timedelta(seconds=2), START, per_second, 0) == 1
    assert may_be_claimed(START, START, 5.0, 0) == 15


@pytest.mark.parametrize(("limit", "seconds", "allowed"), [(50, 0, 4), (50, 3, 5), (50, 15, 25), (50, 30, 50), (50, 300, 50), (2, 0, 2)])
def test_a_cold_campaign_ramps_up_over_half_a_minute(limit, seconds, allowed):
    assert slow_start(limit, START - timedelta(seconds=seconds), START) == allowed


def test_a_campaign_that_never_called_begins_with_the_slots_of_one_worker():
    assert slow_start(50, None, START) == COLD_START


def claimant(number: int, weight: int = 1, served: float = 0.0, urgent: int = 0, others: int = 99, room: int = 99) -> Claimant:
    return Claimant(UUID(int=number), weight, served, urgent, others, room)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=8), st.integers(1, 24))
@example([3, 7, 7, 1, 3, 3, 1], 1)
@settings(max_examples=15, deadline=None)
def test_over_10_000_claims_each_campaign_gets_its_weight_within_2_percent(weights, batch):
    served, calls, waited = dict.fromkeys(range(len(weights)), 0.0), Counter(), Counter()
    while sum(calls.values()) < 10_000:
        claimants = caught_up([claimant(i, weight, served[i]) for i, weight in enumerate(weights)])
        given_now = shares(claimants, batch)
        for one in claimants:
            i, got = one.id.int, given_now.get(one.id, Share()).total
            served[i] = one.served + got / one.weight
            calls[i] += got
            waited[i] = 0 if got else waited[i] + batch
            # Thirds and sevenths are rounded: at the end of a round each of the others may go first once, and behind at the next.
            assert waited[i] <= sum(weights) + len(weights) + batch, "starved for more than one round of the others"
    total = sum(calls.values())
    assert all(abs(calls[i] / total - weight / sum(weights)) <= 0.02 for i, weight in enumerate(weights))


def test_promised_callbacks_go_before_everything_else_whichever_campaign_they_belong_to():
    foremost, behind = claimant(1, served=50.0, urgent=2), claimant(2, served=49.5)
    assert shares([foremost, behind], 3) == {foremost.id: Share(urgent=2), behind.id: Share(others=1)}


def test_a_campaign_that_had_nothing_to_call_does_not_catch_up_at_the_cost_of_the_others():
    busy, newcomer = claimant(1, served=1000.0), claimant(2)
    given_now = shares(caught_up([busy, newcomer]), 20)
    assert abs(given_now[busy.id].total - given_now[newcomer.id].total) <= 1


def test_what_a_full_campaign_cannot_use_goes_to_the_others():
    full, other = claimant(1, weight=10, room=2), claimant(2)
    assert shares([full, other], 8) == {full.id: Share(others=2), other.id: Share(others=6)}


@pytest.mark.parametrize(
    ("worker", "slots"),
    [
        (WorkerReport(4, draining=False, registered=True, age=timedelta(0)), 4),
        (WorkerReport(4, draining=False, registered=True, age=HEARTBEAT_TTL), 4),
        (WorkerReport(4, draining=False, registered=True, age=HEARTBEAT_TTL + timedelta(milliseconds=1)), 0),
        (WorkerReport(4, draining=True, registered=True, age=timedelta(0)), 0),
        (WorkerReport(4, draining=False, registered=False, age=timedelta(0)), 0),
    ],
    ids=["fresh", "at the limit", "silent", "draining", "not registered with LiveKit"],
)
def test_only_workers_that_can_take_a_job_now_offer_slots(worker, slots):
    assert slots_offered([worker]) == slots


def test_calls_with_a_draining_worker_are_held_against_slots_of_their_own():
    now = timedelta(0)
    draining = WorkerReport(4, draining=True, registered=True, age=now, calls=3)
    silent = WorkerReport(4, draining=True, registered=True, age=2 * HEARTBEAT_TTL, calls=2)
    assert slots_there([WorkerReport(4, draining=False, registered=True, age=now, calls=1), draining, silent]) == 4 + 3


def test_the_tightest_scope_decides_how_many_may_start():
    assert startable(Room(10, 3), Room(None, 99), Room(5, 4)) == 1
    assert startable(Room(None, 1)) is None
    assert startable() is None
    assert Room(2, 5).left == 0


@given(paces)
def test_at_least_one_call_may_always_wait_for_its_turn(calls_per_second):
    assert most_waiting_for_token(calls_per_second) >= 1


@given(st.integers(0, 500), st.integers(0, 10), st.integers(0, 3), st.integers(3, 50))
def test_wanted_workers_suffice_or_are_at_their_limit(wanted, per_worker, least, most):
    workers = wanted_workers(wanted, per_worker, least, most)
    assert least <= workers <= most
    assert workers == most or workers * max(1, per_worker) >= wanted
    assert workers == least or (workers - 1) * max(1, per_worker) < wanted


def test_promised_callbacks_go_before_retries_and_retries_before_the_fresh():
    assert sorted(Priority) == [Priority.CRISIS, Priority.SINGLE, Priority.CALLBACK, Priority.RETRY, Priority.FRESH]
