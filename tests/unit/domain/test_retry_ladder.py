"""The whole ladder of facts/dialer §2.5, rung by rung: how long each wait is, how far it is spread, into which part of which day it leads,
whether the call used an attempt, and where the ladder ends. Every network result and everybody who can answer stands in a table.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from control_plane.domain.daypart import Place, daypart_of
from control_plane.domain.retry_policy import LADDER, Again, Closed, End, RetryPolicy, retry_class_of
from sip_config.contract import AnsweredBy, NetworkResult, Outcome

M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
R, B, O = NetworkResult, AnsweredBy, Outcome  # noqa: E741 – the tables below are read by column
FRIDAY_NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
NEW_YORK = Place(ZoneInfo("America/New_York"))
SEEDS = [f"call {i}" for i in range(300)]
A_LITTLE = 0.02
"""So near to both ends of its spread some of 300 calls must come, if the spread is even."""

AROUND, UPWARDS = (0.8, 1.2), (1.0, 1.2)
"""Shares of the wait between which it lies. A wait that is a promise is never shortened."""
SAME_TIME, OTHER_PART, OTHER_PART_OF_A_WORKDAY = "same time", "other part of the day", "other part of a workday"
"""Where a wait of a day or more leads."""
COUNTS, IS_FREE = True, False

DIALLED = [
    # the network says      waits before each further call       spread   a day later             uses an attempt
    (R.BUSY, (15 * M, 30 * M, 60 * M), AROUND, SAME_TIME, COUNTS),
    (R.NO_ANSWER, (4 * H, D, D, D), AROUND, OTHER_PART, COUNTS),
    (R.REJECTED, (D,), AROUND, SAME_TIME, COUNTS),
    (R.UNREACHABLE, (4 * H, D, D), AROUND, SAME_TIME, COUNTS),
    (R.NETWORK_ERROR, (M / 2, 2 * M, 10 * M), AROUND, SAME_TIME, IS_FREE),
    (R.CONGESTION, (M / 2, 2 * M, 10 * M), AROUND, SAME_TIME, IS_FREE),
    (R.MEDIA_ERROR, (10 * M,), AROUND, SAME_TIME, IS_FREE),
    (R.CONFIG_ERROR, (10 * M, H, 4 * H, 4 * H, D, D, D, D), AROUND, SAME_TIME, IS_FREE),
    (R.BLOCKED_ANALYTICS, (D,), UPWARDS, SAME_TIME, COUNTS),
    (R.UNKNOWN, (4 * H,), UPWARDS, SAME_TIME, COUNTS),
    (R.CANCELED, (4 * H,), UPWARDS, SAME_TIME, COUNTS),
]
PICKED_UP = [
    # who answered                          waits           spread   a day later             uses an attempt
    ((B.VOICEMAIL, O.NO_CONVERSATION), (D, D, D), AROUND, OTHER_PART_OF_A_WORKDAY, COUNTS),
    ((B.MAILBOX_UNAVAILABLE, O.NO_CONVERSATION), (D, D, D), AROUND, OTHER_PART_OF_A_WORKDAY, COUNTS),
    ((B.IVR, O.NO_CONVERSATION), (D, D), AROUND, OTHER_PART_OF_A_WORKDAY, COUNTS),
    ((B.CALL_SCREEN, O.NO_CONVERSATION), (4 * H, D), AROUND, OTHER_PART, COUNTS),
    ((B.NETWORK_ANNOUNCEMENT, O.NO_CONVERSATION), (D,), AROUND, SAME_TIME, COUNTS),
    ((B.SILENCE, O.NO_CONVERSATION), (4 * H, D), AROUND, SAME_TIME, COUNTS),
    ((B.UNCERTAIN, O.NO_CONVERSATION), (4 * H,), UPWARDS, SAME_TIME, COUNTS),
    ((B.HUMAN, O.CALLBACK), (H, D), AROUND, SAME_TIME, COUNTS),
    ((B.HUMAN, O.HUNG_UP_EARLY), (D,), AROUND, SAME_TIME, COUNTS),
    ((B.HUMAN, O.AGENT_FAILURE), (4 * H,), UPWARDS, SAME_TIME, COUNTS),
    ((B.HUMAN, O.NO_CONVERSATION), (4 * H,), UPWARDS, SAME_TIME, COUNTS),
]
NEVER_AGAIN = [
    # ends so                                       the contact is
    ((R.INVALID_NUMBER, B.NONE, O.NO_CONVERSATION), "exhausted"),
    ((R.NUMBER_CHANGED, B.NONE, O.NO_CONVERSATION), "exhausted"),
    ((R.BLOCKED_PROVIDER, B.NONE, O.NO_CONVERSATION), "exhausted"),
    ((R.ANSWERED, B.FAX, O.NO_CONVERSATION), "exhausted"),
    ((R.UNWANTED, B.NONE, O.NO_CONVERSATION), "suppressed"),
    ((R.ANSWERED, B.HUMAN, O.DO_NOT_CALL), "suppressed"),
    ((R.ANSWERED, B.VOICEMAIL, O.DO_NOT_CALL), "suppressed"),
    ((R.ANSWERED, B.HUMAN, O.SUCCESS), "done"),
    ((R.ANSWERED, B.HUMAN, O.PARTIAL), "done"),
    ((R.ANSWERED, B.HUMAN, O.NOT_INTERESTED), "done"),
    ((R.ANSWERED, B.HUMAN, O.WRONG_NUMBER), "done"),
    ((R.ANSWERED, B.HUMAN, O.WRONG_PERSON), "done"),
    ((R.ANSWERED, B.HUMAN, O.LANGUAGE_BARRIER), "done"),
    ((R.ANSWERED, B.HUMAN, O.DECEASED_OR_VULNERABLE), "done"),
    ((R.ANSWERED, B.HUMAN, O.TRANSFERRED), "done"),
    ((R.ANSWERED, B.HUMAN, O.UNKNOWN), "done"),
]
FOR_EVER = (R.THROTTLED,)
"""Our own fault and no attempt, for as long as it takes."""


@dataclass(frozen=True)
class Ladder:
    """All rungs for one kind of end."""

    result: NetworkResult
    answered_by: AnsweredBy
    outcome: Outcome
    waits: tuple[timedelta, ...]
    spread: tuple[float, float]
    leads_to: str
    counts: bool

    def end(self, before: int) -> End:
        """Of a call that ended so for the time after `before` others."""
        return End(self.result, self.answered_by, self.outcome, 0, before)

    def __str__(self) -> str:
        return "-".join(dict.fromkeys(str(each) for each in (self.result, self.answered_by, self.outcome)))


LADDERS = [Ladder(result, B.NONE, O.NO_CONVERSATION, *rest) for result, *rest in DIALLED]
LADDERS += [Ladder(R.ANSWERED, answered_by, outcome, *rest) for (answered_by, outcome), *rest in PICKED_UP]
RUNGS = [(ladder, before, wait) for ladder in LADDERS for before, wait in enumerate(ladder.waits)]
NAMES = [f"{ladder}-{before + 1}" for ladder, before, _ in RUNGS]
TO_ANOTHER_PART = [(rung, name) for rung, name in zip(RUNGS, NAMES, strict=True) if rung[0].leads_to != SAME_TIME and rung[2] >= D]


def test_nothing_that_the_network_can_say_and_nobody_who_can_answer_is_missing() -> None:
    """Who talked is judged by what came of it, so a human stands with outcomes."""
    never = [kind for kind, _ in NEVER_AGAIN]
    assert {ladder.result for ladder in LADDERS} | {result for result, _, _ in never} | set(FOR_EVER) == set(R)
    assert {ladder.answered_by for ladder in LADDERS} | {answered_by for _, answered_by, _ in never} == set(B)
    assert {ladder.outcome for ladder in LADDERS} | {outcome for _, _, outcome in never} == set(O)
    rungs = {retry_class_of(ladder.result, ladder.answered_by, ladder.outcome) for ladder in LADDERS}
    assert rungs | {"throttled", "fax"} == set(LADDER)


@pytest.mark.parametrize(("ladder", "before", "wait"), RUNGS, ids=NAMES)
def test_each_rung_waits_as_long_as_it_says(ladder: Ladder, before: int, wait: timedelta) -> None:
    followed = RetryPolicy().after(ladder.end(before), FRIDAY_NOON)
    assert isinstance(followed, Again)
    assert (followed.at - FRIDAY_NOON, followed.counts) == (wait, ladder.counts)


@pytest.mark.parametrize("ladder", LADDERS, ids=str)
def test_after_the_last_rung_nobody_is_called_again(ladder: Ladder) -> None:
    followed = RetryPolicy().after(ladder.end(len(ladder.waits)), FRIDAY_NOON)
    assert isinstance(followed, Closed)
    assert (followed.state, followed.counts) == ("exhausted", ladder.counts)


@pytest.mark.parametrize(("ladder", "before", "wait"), RUNGS, ids=NAMES)
def test_each_wait_is_spread_over_its_whole_range_and_not_beyond(ladder: Ladder, before: int, wait: timedelta) -> None:
    least, most = ladder.spread
    followed = [RetryPolicy().after(ladder.end(before), FRIDAY_NOON, seed=seed) for seed in SEEDS]
    shares = [(each.at - FRIDAY_NOON) / wait for each in followed if isinstance(each, Again)]
    assert len(shares) == len(SEEDS)
    assert least <= min(shares) < least + A_LITTLE
    assert most - A_LITTLE < max(shares) <= most


@pytest.mark.parametrize(("ladder", "before", "wait"), [pytest.param(*rung, id=name) for rung, name in TO_ANOTHER_PART])
def test_who_was_not_reached_is_tried_in_another_part_of_a_later_day_of_theirs(ladder: Ladder, before: int, wait: timedelta) -> None:
    zone, is_workday = NEW_YORK.zone, ladder.leads_to == OTHER_PART_OF_A_WORKDAY
    called = FRIDAY_NOON.astimezone(zone)
    for seed in SEEDS:
        followed = RetryPolicy().after(ladder.end(before), FRIDAY_NOON, seed=seed, place=NEW_YORK)
        assert isinstance(followed, Again)
        on = followed.at.astimezone(zone)
        assert daypart_of(on, zone) is not daypart_of(called, zone)
        # After a Friday the next workday is a Monday.
        assert (on.date() - called.date()).days == (3 if is_workday else wait.days)


@pytest.mark.parametrize("ladder", [ladder for ladder in LADDERS if ladder.leads_to == SAME_TIME], ids=str)
def test_other_waits_do_not_ask_for_the_part_of_the_day(ladder: Ladder) -> None:
    for before in range(len(ladder.waits)):
        asked = [RetryPolicy().after(ladder.end(before), FRIDAY_NOON, seed="call", place=place) for place in (None, NEW_YORK)]
        assert asked[0] == asked[1]


@pytest.mark.parametrize(("kind", "state"), NEVER_AGAIN, ids=["-".join(map(str, kind)) for kind, _ in NEVER_AGAIN])
def test_after_these_nobody_is_called_again(kind: tuple[NetworkResult, AnsweredBy, Outcome], state: str) -> None:
    followed = RetryPolicy().after(End(*kind, 0, 0), FRIDAY_NOON)
    assert isinstance(followed, Closed)
    assert followed.state == state


@pytest.mark.parametrize("before", [0, 1, 1000])
def test_a_throttled_call_is_repeated_for_as_long_as_it_takes_and_costs_nothing(before: int) -> None:
    followed = RetryPolicy().after(End(R.THROTTLED, B.NONE, O.NO_CONVERSATION, 0, before), FRIDAY_NOON)
    assert isinstance(followed, Again)
    assert (followed.at - FRIDAY_NOON, followed.counts) == (timedelta(seconds=5), IS_FREE)


@pytest.mark.parametrize("result", R)
def test_only_a_number_that_is_no_more_leads_to_another_one_at_once(result: NetworkResult) -> None:
    """Whoever is busy, away or asleep is so on all of their phones."""
    ended = End(result, B.NONE, O.NO_CONVERSATION, 0, 0, other_numbers=2)
    followed = RetryPolicy().after(ended, FRIDAY_NOON, seed="call", place=NEW_YORK)
    is_at_once = isinstance(followed, Again) and followed.at == FRIDAY_NOON
    assert is_at_once is (result in (R.INVALID_NUMBER, R.NUMBER_CHANGED))


@pytest.mark.parametrize("ladder", [ladder for ladder in LADDERS if ladder.counts], ids=str)
def test_the_cap_over_everything_ends_every_ladder_early(ladder: Ladder) -> None:
    """Whatever the five attempts before were, and to whichever number."""
    ended = End(ladder.result, ladder.answered_by, ladder.outcome, 5, 0, other_numbers=3)
    followed = RetryPolicy(max_total=6).after(ended, FRIDAY_NOON)
    assert isinstance(followed, Closed)
    assert (followed.state, followed.reason) == ("exhausted", "all 6 attempts are used")
