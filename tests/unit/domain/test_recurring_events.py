"""Rules of calendars against dateutil, which reads the same rules by other means."""

import random
from datetime import date, datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr

from control_plane.domain.recurring_events import WEEKDAYS, Budget, NotUnderstood, TooMuch, dates, parse

START, SPAN = date(2024, 1, 31), timedelta(days=1300)


def wanted(text: str, start: date, since: date, last: date) -> list[date]:
    rule = rrulestr(text, dtstart=datetime.combine(start, datetime.min.time()))
    return [day for day in (at.date() for at in takewhile(lambda at: at.date() <= last, rule)) if day >= since]


def some_rule(chosen: random.Random) -> str:
    frequency = chosen.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={frequency}", f"INTERVAL={chosen.choice([1, 1, 2, 3])}"]
    if chosen.random() < 0.3:
        parts.append(f"COUNT={chosen.randint(1, 30)}")
    if chosen.random() < 0.3:
        parts.append(f"WKST={chosen.choice(WEEKDAYS)}")
    if chosen.random() < 0.3:
        parts.append("BYMONTH=" + ",".join(str(m) for m in sorted(chosen.sample(range(1, 13), chosen.randint(1, 4)))))
    if frequency != "WEEKLY" and chosen.random() < 0.3:
        parts.append("BYMONTHDAY=" + ",".join(str(d) for d in chosen.sample([1, 2, 15, 28, 29, 30, 31, -1, -3], 2)))
    if chosen.random() < 0.5:
        # Not both in one rule, which the other reader takes for a rule that asks for both.
        which = [""] if frequency in ("DAILY", "WEEKLY") or chosen.random() < 0.5 else ["1", "2", "-1", "5"]
        days = chosen.sample(WEEKDAYS, chosen.randint(1, 3))
        parts.append("BYDAY=" + ",".join(chosen.choice(which) + day for day in days))
        if frequency == "MONTHLY" and chosen.random() < 0.4:
            parts.append(f"BYSETPOS={chosen.choice(['1', '-1', '1,-1', '2'])}")
    return ";".join(parts)


@pytest.mark.parametrize("seed", range(120))
def test_a_rule_names_the_days_that_another_reader_finds(seed: int) -> None:
    chosen = random.Random(seed)
    text, start = some_rule(chosen), START + timedelta(days=chosen.randint(0, 400))
    since = start + timedelta(days=chosen.choice([0, 0, 100, 700]))
    found = list(dates(parse(text), start, since, start + SPAN, Budget(1_000_000)))
    if not any(dates(parse(text), start, start, start + 8 * SPAN, Budget(1_000_000))):
        # Of a rule that names no day the other reader convinces itself until the year 9999.
        return
    assert found == wanted(text, start, since, start + SPAN), text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=YEARLY;BYWEEKNO=3",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;COUNT=x",
    ],
)
def test_what_is_not_understood_is_said(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse(text)


@pytest.mark.parametrize("text", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=10000;BYMONTH=2;BYMONTHDAY=31"])
def test_a_rule_that_names_no_day_at_all_costs_no_more_than_is_allowed(text: str) -> None:
    budget = Budget(2_000)
    with pytest.raises(TooMuch):
        list(dates(parse(text), date(1900, 1, 1), date(1900, 1, 1), date(9000, 1, 1), budget))
