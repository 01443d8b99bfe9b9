"""Who is alike to the gate: whoever differs in anything that a rule can see is asked about on their own."""

import uuid
from typing import Any

import pytest
from msgspec.structs import fields

from control_plane.domain.facts import Facts
from control_plane.explanations.alike import Person, grouped

_OF_THE_CAMPAIGN = {
    *("is_rehearsal_trunk", "workspace_halted", "campaign_status", "campaign_starts_at", "campaign_ends_at", "window"),
    *("workspace_time_zone", "ring_timeout", "purpose", "caller_id_owned", "lists", "max_per_day", "max_per_24h"),
    *("campaign_calls_today", "campaign_daily_cap", "campaign_day_ends_at", "installation_halted", "allowed_countries"),
}
"""The same for everybody in one preview."""
_OF_THE_DIGITS = {
    *("is_valid_number", "is_fictional_number", "time_zones", "zones_contradict", "zone_confirmed", "jurisdictions"),
    *("destination_country", "refused_destination", "paused_destination"),
}
_SAID = {"suppressed_because", "is_being_asked", "consents", "dead_number"}
_OF_EARLIER_CALLS = {"earlier", "attempts_today", "day_ends_at", "attempts_24h", "frees_24h_at"}
"""Put in for each person (preview_history); the end of the day follows from the zones."""
_SAID_BY_THE_PERSON = {"hours_left_by_person"}
_SEEN_BY_NO_RULE = {"e164", "number_hash"}
_LOOKED_UP = {"lookups", "line_type", "reassigned_since", "unchanged_since", "lookup_trouble"}
"""Of single numbers, and left out of previews (explanations/kinds)."""


def _person(**changes: Any) -> Person:
    given: dict[str, Any] = {"id": uuid.uuid4(), "name": "Ada", "time_zone": None, "attributes": None, "state": None, "due_at": None}
    given |= {"numbers": "+12124567890", "zones": "America/New_York", "said": '{"(,{})"}', "lacking": None}
    return Person(**given | changes)


def _are_alike(one: Person, other: Person, erased: dict[str, str] | None = None) -> bool:
    return len(grouped([one, other], erased or {})) == 1


def test_every_fact_of_the_gate_has_its_place_in_a_likeness() -> None:
    known = _OF_THE_CAMPAIGN | _OF_THE_DIGITS | _SAID | _OF_EARLIER_CALLS | _SAID_BY_THE_PERSON | _SEEN_BY_NO_RULE | _LOOKED_UP
    assert {f.name for f in fields(Facts)} == known, "A new fact: make it a part of _likeness, unless it is the same for a whole campaign."


def test_people_who_differ_in_name_and_last_digits_are_alike() -> None:
    assert _are_alike(_person(), _person(name="Bob", numbers="+12124567891", lacking="visit", state="waiting"))


@pytest.mark.parametrize(
    "changes",
    [
        {"numbers": "+12134567890"},
        {"numbers": "+12125550100"},
        {"numbers": "+12121567890"},
        {"numbers": "+12129767890"},
        {"zones": "America/Denver"},
        {"zones": ""},
        {"time_zone": "America/New_York"},
        {"confirmed_zone": "America/New_York"},
        {"attributes": {"state": "FL"}},
        {"said": '{"(asked,{})"}'},
        {"said": '{"(,{},invalid_number)"}'},
        {"numbers": None, "zones": None, "said": None},
        {"quiet": '[{"days": ["mon"], "start": "12:00", "end": "14:00"}]'},
    ],
)
def test_people_who_differ_in_what_a_rule_may_see_are_not_alike(changes: dict[str, Any]) -> None:
    assert not _are_alike(_person(), _person(**changes))


def test_somebody_who_was_erased_is_like_nobody_else() -> None:
    assert not _are_alike(_person(), _person(numbers="+12124567891"), {"+12124567891": "erased"})


def test_the_phones_of_a_person_have_their_own_zones() -> None:
    phones = _person(numbers="+12124567890,+12134567890", zones="America/New_York,America/Detroit|").phones
    assert [(p.e164, p.time_zones) for p in phones] == [
        ("+12124567890", ["America/New_York", "America/Detroit"]),
        ("+12134567890", []),
    ]
    assert _person(numbers=None, zones=None).phones == []
