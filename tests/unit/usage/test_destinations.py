"""Nobody calls a number by mistake that costs more than a call: a corpus of a thousand numbers, each seen from a workspace that may call
certain countries.

The corpus says what must come out from the national plans (area codes of +1 by country, special ranges by hand, services in no country) and
from the examples that `phonenumbers` gives for each type; `wrong allows` must stay at naught.
"""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import phonenumbers
import pytest

from control_plane.domain import destinations, numbering_plan, phone
from control_plane.domain.decision import Never, Wait
from control_plane.domain.destinations import destination
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import Facts
from control_plane.rules.resolving import rules_for

CORPUS = list(csv.DictReader((Path(__file__).parent / "destinations.csv").read_text(encoding="utf-8").splitlines()))
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def codes(e164: str, countries: str, **facts: str) -> set[str]:
    """Why the gate would not dial the number, as far as the number is concerned."""
    leads_to = destination(e164)
    known = Facts(
        e164=e164,
        is_valid_number=phone.is_valid(e164),
        is_fictional_number=phone.is_fictional(e164),
        is_rehearsal_trunk=False,
        suppressed_because=None,
        workspace_halted=False,
        campaign_status=None,
        campaign_starts_at=None,
        campaign_ends_at=None,
        window=None,
        time_zones=("America/New_York",),
        workspace_time_zone="America/New_York",
        ring_timeout=timedelta(seconds=28),
        caller_id_owned=True,
        destination_country=leads_to.country,
        allowed_countries=tuple(countries.split()),
        refused_destination=leads_to.refused,
        **facts,
    )
    decision = decide(known, NOW, rules_for((), "informational", None, NOW))
    about_numbers = {"invalid_number", "fictional_number", "destination_refused", "country_not_allowed", "destination_paused"}
    return {r.code for r in decision.reasons} & about_numbers if isinstance(decision, Never | Wait) else set()


def test_the_corpus_holds_what_was_asked_for() -> None:
    refused = [row for row in CORPUS if row["verdict"] == "refuse"]
    assert (len(CORPUS) >= 1000, len(refused) >= 800) == (True, True)
    assert len({row["number"] for row in refused if phone.is_valid(row["number"])}) >= 500


def test_no_number_of_the_corpus_is_allowed_that_must_not_be() -> None:
    wrong = [row for row in CORPUS if row["verdict"] == "refuse" and not codes(row["number"], row["workspace_may_call"])]
    assert wrong == []


def test_ordinary_numbers_of_allowed_countries_are_not_refused() -> None:
    wrong = [row for row in CORPUS if row["verdict"] == "allow" and codes(row["number"], row["workspace_may_call"])]
    assert wrong == []


def test_the_compiled_plan_says_the_same_as_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = {row["number"]: destination(row["number"]) for row in CORPUS}
    monkeypatch.setattr(numbering_plan, "_is_compared", False)
    destination.cache_clear()
    destinations._of_area.cache_clear()
    try:
        assert {number: destination(number) for number in compiled} == compiled
    finally:
        destination.cache_clear()
        destinations._of_area.cache_clear()


def test_fraud_is_counted_by_country_and_in_north_america_by_area_code() -> None:
    prefixes = {number: destination(number).prefix for number in ("+14155552671", "+14162345678", "+18092345678", "+37120123456")}
    assert prefixes == {"+14155552671": "+1", "+14162345678": "+1", "+18092345678": "+1809", "+37120123456": "+371"}


def test_a_paused_destination_waits_and_is_not_lost() -> None:
    assert codes("+37120123456", "LV", paused_destination="Calls to +371 are paused.") == {"destination_paused"}


def test_what_is_no_number_is_refused_and_breaks_nothing() -> None:
    for text in ("", "+", "abc", "+0", "+1", "+1415555", "+999999999999999", "4155552671", "+١٢٣٤٥٦٧٨٩"):
        assert destination(text).refused, text


def test_every_country_that_a_workspace_can_name_has_numbers_that_can_be_called() -> None:
    ordinary = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    nowhere = []
    for country in phonenumbers.SUPPORTED_REGIONS:
        examples = [phonenumbers.example_number_for_type(country, kind) for kind in ordinary]
        numbers = [phonenumbers.format_number(e, phonenumbers.PhoneNumberFormat.E164) for e in examples if e]
        if not any(destination(number).country == country and not destination(number).refused for number in numbers):
            nowhere.append(country)
    # Their numbers cannot be told from those of Morocco and Guadeloupe.
    assert sorted(nowhere) == ["EH", "MF"]
