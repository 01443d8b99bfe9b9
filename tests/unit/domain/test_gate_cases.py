"""The corpus: what the gate says in cases that a person can check, one line each, under the rule packs that come with the program.

`gate_cases/*.csv`, columns:

    case       what is special
    number     the number called
    contact    what the list says of the contact: zone=…, state=…, country=…
    time       local time at the contact, then the zone it is meant in
    purpose    of the campaign
    consent    basis, and as needed: for <purpose>, of <day>, revoked; several with ;
    more       anything else: ring, list, calls, campaign, window, cap, suppressed, caller, halted, trunk, quiet; several with ;
    decision   dial, wait or never
    reasons    codes of the reasons, all of them
    until      for a wait: local time in the same zone

Earlier calls are `calls 3 x 2h` (three, one minute apart, the newest two hours ago), with `debt` or `conversation` and the like behind.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from control_plane.domain import phone
from control_plane.domain.calling_window import Window
from control_plane.domain.decision import Dial, Wait
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import ConsentFact, EarlierCall, Facts
from control_plane.domain.quiet_times import hours_left
from control_plane.domain.rules import PURPOSES
from control_plane.rules import places
from control_plane.rules.resolving import purpose_of, rehearsal_rules, rules_for

FOLDER = Path(__file__).parent / "gate_cases"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield pytest.param(row, id=f"{path.stem}: {row['case']}")


ALL = list(cases())


def instant(text: str) -> datetime:
    """`2026-11-18 08:30 America/New_York`, in UTC; a second clock time of the repeated hour is marked `again`."""
    day, clock, zone, *again = text.split()
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone), fold=1 if again else 0).astimezone(UTC)


def consents(text: str, purpose: str) -> tuple[ConsentFact, ...]:
    found = []
    for number, part in enumerate(filter(None, (p.strip() for p in text.split(";")))):
        words = part.split()
        given = datetime.fromisoformat(words[words.index("of") + 1]).replace(tzinfo=UTC) if "of" in words else LONG_AGO
        purposed = words[words.index("for") + 1] if "for" in words else purpose
        found.append(ConsentFact(str(number), purposed, words[0], given, LONG_AGO if "revoked" in words else None))
    return tuple(found)


def earlier(words: list[str], purpose: str, now: datetime) -> list[EarlierCall]:
    """`calls 3 x 2h [elsewhere] [purpose] [ends …]`"""
    count, ago, rest = int(words[1]), words[3], words[4:]
    newest = now - timedelta(**{{"h": "hours", "d": "days", "m": "minutes"}[ago[-1]]: float(ago[:-1])})
    meant = next((word for word in rest if word in PURPOSES), purpose)
    ends = tuple(word for word in rest if word not in PURPOSES and word != "elsewhere")
    return [EarlierCall(newest - timedelta(minutes=i), "elsewhere" not in rest, meant, ends) for i in range(count)]


def more(text: str, purpose: str, now: datetime) -> dict[str, Any]:
    """The facts that the last column but three names."""
    facts: dict[str, Any] = {"earlier": (), "lists": ()}
    for words in (part.split() for part in text.split(";") if part.strip()):
        match words[0]:
            case "ring":
                facts["ring_timeout"] = timedelta(seconds=int(words[1]))
            case "list":
                facts["lists"] += ((words[1], datetime.fromisoformat(words[2]).replace(tzinfo=UTC)),)
            case "calls":
                facts["earlier"] += tuple(earlier(words, purpose, now))
            case "campaign":
                facts["campaign_status"] = None if words[1] == "none" else words[1]
            case "window":
                facts["window"] = Window.from_plain({"weekly": [{"days": words[3].split(","), "start": words[1], "end": words[2]}]})
            case "holidays":
                facts["window"] = Window.from_plain({"always": True, "holidays": words[1:]}).with_public_holidays(now.date())
            case "quiet":
                facts["hours_left_by_person"] = hours_left([{"days": words[1].split(","), "start": words[2], "end": words[3]}])
            case "cap":
                used, over_at = int(words[1]), instant(" ".join(words[2:]))
                facts |= {"campaign_daily_cap": used, "campaign_calls_today": used, "campaign_day_ends_at": over_at}
            case "suppressed":
                facts["suppressed_because"] = " ".join(words[1:])
            case "caller":
                facts["caller_id_owned"] = words[1] != "foreign"
            case "halted":
                facts["workspace_halted"] = True
            case "trunk":
                facts["is_rehearsal_trunk"] = words[1] == "rehearsal"
            case unknown:
                raise AssertionError(f"nothing is called {unknown}")
    return facts


def facts_of(row: dict[str, str], now: datetime) -> Facts:
    said = dict(word.split("=", 1) for word in row["contact"].split())
    address = places.Address.of({key: value.replace("_", " ") for key, value in said.items() if key != "zone"})
    where = places.whereabouts(row["number"], (), address, said.get("zone"))
    purpose = purpose_of(row["purpose"])
    given: dict[str, Any] = {
        "is_rehearsal_trunk": False,
        "suppressed_because": None,
        "workspace_halted": False,
        "campaign_status": "running",
        "window": None,
        "ring_timeout": timedelta(seconds=28),
        "caller_id_owned": True,
    }
    return Facts(
        e164=row["number"],
        is_valid_number=phone.is_valid(row["number"]),
        is_fictional_number=phone.is_fictional(row["number"]),
        campaign_starts_at=None,
        campaign_ends_at=None,
        time_zones=where.time_zones,
        zones_contradict=where.is_contradictory,
        workspace_time_zone="Europe/London",
        purpose=purpose,
        jurisdictions=places.jurisdictions(row["number"], address),
        consents=consents(row["consent"], purpose),
        **(given | more(row["more"], purpose, now)),
    )


@pytest.mark.parametrize("row", ALL)
def test_the_gate_says(row: dict[str, str]) -> None:
    now = instant(row["time"])
    facts = facts_of(row, now)
    rules = rehearsal_rules(now) if facts.is_rehearsal_trunk else rules_for(facts.jurisdictions, facts.purpose, None, now)
    decision = decide(facts, now, rules)
    codes = [] if isinstance(decision, Dial) else [reason.code for reason in decision.reasons]
    assert (type(decision).__name__.lower(), codes) == (row["decision"], row["reasons"].split()), decision
    if isinstance(decision, Wait) and row["until"]:
        zone = row["time"].split()[2]
        assert decision.until == instant(f"{row['until']} {zone}"), decision


def test_the_corpus_is_large_and_no_case_stands_in_it_twice():
    keys = [tuple(value for name, value in case.values[0].items() if name != "case") for case in ALL]
    assert len(ALL) >= 200
    assert len(set(keys)) == len(keys)
