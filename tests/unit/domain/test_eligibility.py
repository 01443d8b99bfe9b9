"""The gate, one row per case: what is different from a call that may be placed, and what the gate says to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from control_plane.domain.calling_window import Window
from control_plane.domain.decision import Dial, Never, Reason, Wait
from control_plane.domain.eligibility import RECHECK, decide
from control_plane.domain.facts import Facts
from control_plane.domain.phone import time_zones
from control_plane.domain.rules import Hours, Rules

DEFAULT_HOURS = Window.daily("09:00", "20:00")
DEFAULT_RULES = Rules(packs=("default@1",), hours=(Hours(DEFAULT_HOURS),))
REHEARSAL_RULES = Rules(packs=("rehearsal@1",), is_rehearsal=True)
NOON = datetime(2026, 6, 3, 16, tzinfo=UTC)  # a Wednesday, 12:00 in New York
GOOD = Facts(
    e164="+12125550123",
    is_valid_number=True,
    is_fictional_number=False,
    is_rehearsal_trunk=False,
    suppressed_because=None,
    workspace_halted=False,
    campaign_status="running",
    campaign_starts_at=None,
    campaign_ends_at=None,
    window=None,
    time_zones=("America/New_York",),
    workspace_time_zone="Europe/London",
    ring_timeout=timedelta(seconds=30),
    caller_id_owned=True,
)
SOON = NOON + RECHECK
TOMORROW_9 = datetime(2026, 6, 4, 13, tzinfo=UTC)  # 09:00 in New York
REHEARSED = {"is_fictional_number": True, "is_rehearsal_trunk": True}
MORNINGS = Window.daily("09:00", "11:00")
LONDON_DAYS = replace(Window.daily("09:00", "15:00"), follows_workspace=True)


def dial():
    return "dial", None, ()


def wait(until, *codes):
    return "wait", until, codes


def never(*codes):
    return "never", None, codes


CASES = [
    ("nothing stands against it", {}, dial()),
    ("a single call outside campaigns", {"campaign_status": None}, dial()),
    ("the workspace is halted", {"workspace_halted": True}, wait(SOON, "halted")),
    ("the network has said that the number does not exist", {"dead_number": "invalid_number"}, never("dead_number")),
    ("the network has said that the number has changed", {"dead_number": "number_changed"}, never("dead_number")),
    ("the campaign is paused", {"campaign_status": "paused"}, wait(SOON, "campaign_not_running")),
    ("the campaign is in error", {"campaign_status": "error"}, wait(SOON, "campaign_not_running")),
    ("the campaign has not been started", {"campaign_status": "idle"}, wait(SOON, "campaign_not_running")),
    ("the campaign was stopped", {"campaign_status": "stopped"}, never("campaign_over")),
    ("the campaign is complete", {"campaign_status": "completed"}, never("campaign_over")),
    ("the campaign is archived", {"campaign_status": "archived"}, never("campaign_over")),
    ("its end date has come", {"campaign_ends_at": NOON}, never("campaign_over")),
    ("its end date is near", {"campaign_ends_at": NOON + timedelta(seconds=1)}, dial()),
    ("it begins tomorrow", {"campaign_starts_at": TOMORROW_9}, wait(TOMORROW_9, "campaign_not_begun")),
    ("it begins now", {"campaign_starts_at": NOON}, dial()),
    ("suppressed with a reason", {"suppressed_because": "opt-out"}, never("suppressed")),
    ("suppressed without a reason", {"suppressed_because": ""}, never("suppressed")),
    ("no such number can exist", {"is_valid_number": False}, never("invalid_number")),
    ("a fictional number on a real trunk", {"is_fictional_number": True}, never("fictional_number")),
    ("a real number on a rehearsal trunk", {"is_rehearsal_trunk": True}, never("real_number", "wrong_rule_pack")),
    ("a rehearsal under the rules of the law", REHEARSED, never("wrong_rule_pack")),
    ("the time zone is unknown", {"time_zones": ()}, never("unknown_time_zone")),
    ("one of two possible zones sleeps", {"time_zones": ("America/New_York", "Asia/Kathmandu")}, wait(TOMORROW_9, "outside_window")),
    ("two possible zones are never awake together", {"time_zones": ("America/New_York", "Asia/Tokyo")}, never("window_never_opens")),
    (
        "what is known of the place contradicts itself, and the places are never awake together",
        {"time_zones": ("America/New_York", "Asia/Tokyo"), "zones_contradict": True},
        never("zones_contradict"),
    ),
    (
        "what is known of the place contradicts itself, but there are hours in common",
        {"time_zones": ("America/New_York", "America/Los_Angeles"), "zones_contradict": True, "window": Window.always()},
        dial(),
    ),
    (
        "one of two possible zones is still early",
        {"time_zones": ("America/New_York", "Pacific/Honolulu")},
        wait(NOON + timedelta(hours=3), "outside_window"),
    ),
    ("the campaign's own hours are over", {"window": MORNINGS}, wait(TOMORROW_9, "outside_window")),
    ("the campaign's hours in the workspace's zone are over", {"window": LONDON_DAYS}, wait(TOMORROW_9, "outside_window")),
    ("the campaign's hours are never allowed ones", {"window": Window.daily("05:00", "09:00")}, never("window_never_opens")),
    ("all day in the campaign never overrules the law", {"window": Window.always()}, dial()),
    ("a day outside the campaign's dates", {"window": replace(Window.always(), dates=frozenset())}, never("window_never_opens")),
    ("two calls within 24 hours of three", {"attempts_24h": 2, "max_per_24h": 3}, dial()),
    (
        "three calls within 24 hours, whatever the date",
        {"attempts_24h": 3, "max_per_24h": 3, "frees_24h_at": NOON + timedelta(hours=5)},
        wait(NOON + timedelta(hours=5), "attempts_24h"),
    ),
    ("attempts are left today", {"attempts_today": 1, "max_per_day": 2}, dial()),
    ("the day's attempts are used", {"attempts_today": 2, "max_per_day": 2, "day_ends_at": TOMORROW_9}, wait(TOMORROW_9, "attempts_today")),
    (
        "the campaign's daily cap is reached",
        {"campaign_calls_today": 9, "campaign_daily_cap": 9, "day_ends_at": TOMORROW_9},
        wait(TOMORROW_9, "daily_cap"),
    ),
    ("a cap whose day's end is unknown", {"campaign_calls_today": 9, "campaign_daily_cap": 9}, wait(SOON, "daily_cap")),
    (
        "several passing reasons: the last to pass decides",
        {"workspace_halted": True, "window": MORNINGS},
        wait(TOMORROW_9, "halted", "outside_window"),
    ),
    ("a final reason beside a passing one", {"workspace_halted": True, "suppressed_because": ""}, never("suppressed")),
]


@pytest.mark.parametrize(("differing", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_gate_says(differing, verdict):
    decision = decide(structs.replace(GOOD, **differing), NOON, DEFAULT_RULES)
    until = decision.until if isinstance(decision, Wait) else None
    codes = () if isinstance(decision, Dial) else tuple(reason.code for reason in decision.reasons)
    assert (type(decision).__name__.lower(), until, codes) == verdict


def test_a_rehearsal_needs_no_zone_and_no_hour():
    facts = structs.replace(GOOD, **REHEARSED, time_zones=())
    assert decide(facts, NOON - timedelta(hours=9), REHEARSAL_RULES) == Dial()


def test_the_rules_of_rehearsals_cannot_be_selected_for_real_trunks():
    assert decide(GOOD, NOON, REHEARSAL_RULES) == Never(
        (Reason("wrong_rule_pack", "The rehearsal rules go with rehearsal trunks, and with no other."),)
    )


@pytest.mark.parametrize(("seconds_before_closing", "may_ring"), [(31, True), (30, False), (1, False), (0, False)])
def test_the_whole_ring_must_fit_into_the_window(seconds_before_closing, may_ring):
    closing = datetime(2026, 6, 4, 0, tzinfo=UTC)  # 20:00 in New York
    decision = decide(GOOD, closing - timedelta(seconds=seconds_before_closing), DEFAULT_RULES)
    assert (decision == Dial()) is may_ring
    if isinstance(decision, Wait):
        assert decision.until == TOMORROW_9


def test_a_wait_says_the_local_time_and_the_day_on_which_the_window_opens():
    decision = decide(GOOD, datetime(2026, 6, 4, 1, 12, tzinfo=UTC), DEFAULT_RULES)
    assert isinstance(decision, Wait)
    assert decision.reasons[0].sentence == "21:12 in New York; the window opens 09:00 on Thursday."


NINE_TO_FIVE = Window.daily("09:00", "17:00")


@pytest.mark.parametrize(
    ("differing", "sentence"),
    [
        (
            {"time_zones": ("Asia/Tokyo", "America/New_York"), "zones_contradict": True},
            "The number, the address and the time zone of the contact contradict each other: they stand for Tokyo and New York, and the "
            "allowed hours are never open in all of these at once. Correct what is wrong, or confirm in which time zone the "
            "person is.",
        ),
        (
            {"time_zones": ("Asia/Tokyo", "America/New_York", "Europe/London")},
            "The number may be in Tokyo, New York and London, and the allowed hours are never open in all of these at once. Say the "
            "contact's time zone or address.",
        ),
        (
            {"time_zones": time_zones("+18005551234")},
            "The number may be in Adak, Anchorage, Anguilla, Antigua, Barbados and 37 other places, and the allowed hours are never open "
            "in all of these at once. Say the contact's time zone or address.",
        ),
        (
            {"time_zones": ("Asia/Tokyo", "America/New_York"), "zones_contradict": True, "window": Window.daily("03:00", "05:00")},
            "The allowed hours never open in the next two weeks.",
        ),
    ],
)
def test_places_whose_hours_never_meet_are_named_with_what_to_do(differing, sentence):
    decision = decide(structs.replace(GOOD, **({"window": NINE_TO_FIVE} | differing)), NOON, DEFAULT_RULES)
    assert [reason.sentence for reason in decision.reasons] == [sentence]


hours = st.integers(0, 23).flatmap(lambda h: st.integers(h + 1, 24).map(lambda e: Window.daily(f"{h:02d}:00", f"{e:02d}:00")))


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 – bounds are naive by its rules
    st.lists(
        st.sampled_from(("America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe")),
        min_size=1,
        max_size=2,
        unique=True,
    ),
    st.none() | hours,
    st.booleans(),
)
def test_asking_again_at_the_promised_time_finds_the_gate_open(now, zones, own, follows_workspace):
    own = replace(own, follows_workspace=follows_workspace) if own else None
    facts = structs.replace(GOOD, time_zones=tuple(zones), window=own, ring_timeout=timedelta(seconds=75))
    decision = decide(facts, now, DEFAULT_RULES)
    if isinstance(decision, Wait):
        assert decision.until > now
        assert decide(facts, decision.until, DEFAULT_RULES) == Dial()
    if decision == Dial():
        assert all(DEFAULT_HOURS.is_open(now, (ZoneInfo(zone),)) for zone in zones)
        assert all(DEFAULT_HOURS.is_open(now + facts.ring_timeout, (ZoneInfo(zone),)) for zone in zones)


def test_a_verdicts_inputs_are_plain_and_do_not_repeat_the_number():
    plain = structs.replace(GOOD, campaign_ends_at=NOON, window=MORNINGS).canonical()
    assert "e164" not in plain
    assert plain["campaign_ends_at"] == NOON.isoformat()
    assert plain["ring_timeout"] == 30.0
    assert plain["time_zones"] == ["America/New_York"]
    assert GOOD.e164 not in str(plain)


WEEKS_AHEAD = replace(Window.daily("09:00", "11:00"), dates=frozenset({date(2026, 6, 1), date(2026, 7, 20), date(2026, 7, 21)}))


def test_a_campaign_whose_only_dates_are_weeks_ahead_is_waited_for():
    decision = decide(structs.replace(GOOD, window=WEEKS_AHEAD), NOON, DEFAULT_RULES)
    assert decision == Wait(
        datetime(2026, 7, 20, 13, tzinfo=UTC),
        (Reason("outside_window", "12:00 in New York; the window opens 09:00 on Monday, 20 July."),),
    )
    assert isinstance(
        decide(structs.replace(GOOD, window=replace(WEEKS_AHEAD, dates=frozenset({date(2026, 6, 1)}))), NOON, DEFAULT_RULES), Never
    )


def test_a_campaign_that_has_yet_to_begin_is_asked_about_its_beginning():
    begins = datetime(2026, 7, 20, 11, tzinfo=UTC)
    decision = decide(structs.replace(GOOD, window=WEEKS_AHEAD, campaign_starts_at=begins), NOON, DEFAULT_RULES)
    assert (type(decision), decision.until) == (Wait, datetime(2026, 7, 20, 13, tzinfo=UTC))
    assert [reason.code for reason in decision.reasons] == ["campaign_not_begun", "outside_window"]
    in_the_open = decide(structs.replace(GOOD, campaign_starts_at=datetime(2026, 7, 20, 15, tzinfo=UTC)), NOON, DEFAULT_RULES)
    assert (in_the_open.until, [r.code for r in in_the_open.reasons]) == (datetime(2026, 7, 20, 15, tzinfo=UTC), ["campaign_not_begun"])


@pytest.mark.parametrize(
    ("frees", "until"),
    [
        (datetime(2026, 6, 3, 23, 59, 10, tzinfo=UTC), datetime(2026, 6, 3, 23, 59, 10, tzinfo=UTC)),  # 19:59:10: the ring ends in time
        (datetime(2026, 6, 3, 23, 59, 40, tzinfo=UTC), TOMORROW_9),
        (datetime(2026, 6, 4, 4, tzinfo=UTC), TOMORROW_9),  # midnight
        (datetime(2026, 6, 4, 12, 59, 59, tzinfo=UTC), TOMORROW_9),
        (datetime(2026, 6, 4, 15, 0, 7, tzinfo=UTC), datetime(2026, 6, 4, 15, 0, 7, tzinfo=UTC)),
    ],
)
def test_what_passes_while_the_hours_are_closed_is_waited_for_until_they_open(frees, until):
    used = {"attempts_24h": 3, "max_per_24h": 3, "frees_24h_at": frees}
    decision = decide(structs.replace(GOOD, **used), NOON, DEFAULT_RULES)
    assert (decision.until, [reason.code for reason in decision.reasons]) == (until, ["attempts_24h"])
    assert isinstance(decide(GOOD, until, DEFAULT_RULES), Dial)
