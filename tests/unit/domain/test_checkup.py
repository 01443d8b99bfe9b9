"""When check-ups are, and what follows from a call to a safety contact."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from control_plane.domain.checkup import (
    HOURS,
    MOST_TRIES,
    Acknowledged,
    Again,
    EscalationEnd,
    Next,
    Times,
    after_escalation,
    agenda_of,
    script_of,
    times_of,
)
from control_plane.domain.recurrence import Recurrence, next_runs
from sip_config.contract import ACKNOWLEDGED, Outcome

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


def _minute(times: Times) -> int:
    minute, hour = times.cron.split()[:2]
    return int(hour) * 60 + int(minute)


def test_a_thousand_people_are_spread_over_the_whole_morning() -> None:
    minutes = [_minute(times_of("daily", "morning", None, MONDAY, str(uuid4()))) for _ in range(1000)]
    first, end = HOURS["morning"]
    assert (min(minutes) >= first, max(minutes) < end) == (True, True)
    assert max(minutes.count(minute) for minute in minutes) < 30
    assert len(set(minutes)) > 100


@pytest.mark.parametrize("time_of_day", HOURS)
def test_a_person_keeps_their_minute(time_of_day) -> None:
    assert len({times_of("daily", time_of_day, None, MONDAY, "ada").cron for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("frequency", "day", "first", "fields", "interval"),
    [
        ("daily", None, MONDAY, "* * *", 1),
        ("weekly", None, MONDAY, "* * 1", 1),
        ("weekly", "sun", MONDAY, "* * 0", 1),
        ("biweekly", "sat", MONDAY, "* * 6", 2),
        ("monthly", None, date(2026, 11, 30), "28 * *", 1),
        ("monthly", None, date(2026, 11, 3), "3 * *", 1),
    ],
)
def test_the_days_of_a_frequency(frequency, day, first, fields, interval) -> None:
    times = times_of(frequency, "evening", day, first, "ada")
    assert (" ".join(times.cron.split()[2:]), times.interval) == (fields, interval)


def test_every_other_week_is_fourteen_days_apart() -> None:
    times = times_of("biweekly", "morning", "wed", MONDAY, "ada")
    plan = Recurrence("Europe/Berlin", cron=times.cron, interval=times.interval, starts_on=MONDAY)
    one, two = next_runs(plan, NOW, 2)
    assert (one.strftime("%a"), two - one) == ("Wed", timedelta(days=14))


def _end(label: str = "", *, released: bool = False, by_person: bool = False, tries: int = 1, outcome: str = "unknown") -> EscalationEnd:
    return EscalationEnd(released, by_person, label, Outcome(outcome), tries)


@pytest.mark.parametrize(
    ("end", "followed"),
    [
        (_end(ACKNOWLEDGED), Acknowledged()),
        (_end("interested", outcome="success"), Next("did not acknowledge")),
        (_end(), Next("did not acknowledge")),
        (_end("do_not_call", outcome="do_not_call"), Next("asked not to be called")),
        (_end(outcome="agent_failure"), Again(NOW + timedelta(minutes=1))),
        (_end(outcome="agent_failure", tries=MOST_TRIES), Next("the assistant failed in the calls")),
        (_end(outcome="agent_failure", by_person=True), Next("did not acknowledge")),
        (_end(released=True), Again(NOW + timedelta(minutes=1))),
        (_end(released=True, tries=MOST_TRIES), Next("the calls were given up before they were dialled")),
        (_end(released=True, by_person=True), Next("did not acknowledge")),
    ],
)
def test_the_end_of_a_call_to_a_safety_contact_leads_to(end: EscalationEnd, followed: object) -> None:
    assert after_escalation(end, NOW) == followed


def test_how_it_is_acknowledged_is_said_whatever_the_script_is() -> None:
    for script in ("", "Please look after Ada."):
        assert "press 1" in script_of("Ada", "wellness", script)
    assert len(script_of("A" * 200, "crisis_follow_up", "")) <= 2000
    assert "Ada" in script_of("Ada", "safety", "")
    assert "medication" in agenda_of("medication")
