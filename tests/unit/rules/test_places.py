"""Where a person may be: in doubt everywhere, and an address adds places and takes none away."""

import phonenumbers
import pytest
from phonenumbers import geocoder

from control_plane.contacts.places import is_zone
from control_plane.rules.places import Address, jurisdictions, us_states, whereabouts
from control_plane.rules.zones import of_countries


@pytest.mark.parametrize(
    ("e164", "attributes", "places"),
    [
        ("+13052345678", {}, ("US", "US-FL")),
        ("+13052345678", {"state": "RI"}, ("US", "US-FL", "US-RI")),
        ("+13052345678", {"state": " rhode island "}, ("US", "US-FL", "US-RI")),
        ("+13052345678", {"address_state": "US-RI"}, ("US", "US-FL", "US-RI")),
        ("+13052345678", {"state": "Bavaria"}, ("US", "US-FL")),
        ("+13052345678", {"state": 7, "country": ["GB"]}, ("US", "US-FL")),
        ("+13052345678", {"country": "GB"}, ("GB", "US", "US-FL")),
        ("+13052345678", {"country": "gb", "state": "RI"}, ("GB", "US", "US-FL")),
        ("+442079460000", {"country": "US", "state": "RI"}, ("GB", "US", "US-RI")),
        ("+442079460000", {"state": "RI"}, ("GB",)),
        ("+18005551234", {}, ("CA", "US", "US-*")),
        ("+18005551234", {"state": "NY"}, ("CA", "US", "US-NY")),
        ("+14162345678", {}, ("CA",)),
        ("+18762345678", {}, ("JM",)),
        ("+447781123456", {}, ("GG",)),
        ("+493012345678", {}, ("DE",)),
        ("+80012345678", {}, ()),
        ("+999123456789", {}, ()),
        ("nonsense", {}, ()),
    ],
)
def test_a_number_and_an_address_say_where_rules_may_bind(e164: str, attributes: dict, places: tuple[str, ...]):
    assert jurisdictions(e164, Address.of(attributes)) == places


def test_every_area_code_stands_where_the_numbering_plan_has_it():
    for state, known in us_states().items():
        assert all(map(is_zone, known.zones))
        for code in known.area_codes:
            number = phonenumbers.parse(f"+1{code}2345678")
            words = geocoder.description_for_number(number, "en")
            assert phonenumbers.region_code_for_number(number) in ("US", None)
            names = {known.name, f"{known.name} State", "Washington D.C." if state == "DC" else known.name}
            assert words in names or words.endswith(f", {state}") or not words, (code, state, words)


@pytest.mark.parametrize(
    ("e164", "stored", "attributes", "zones"),
    [
        ("+12122345678", (), {}, ("America/New_York",)),
        ("+12082005678", (), {}, ("America/Boise", "America/Los_Angeles")),
        ("+12122345678", ("Europe/London",), {}, ("Europe/London", "America/New_York")),
        ("+12082005678", ("America/Boise",), {}, ("America/Boise",)),
        ("+12082005678", ("America/Boise", "America/Denver"), {}, ("America/Boise",)),
        ("+12122345678", ("Europe/London", "Asia/Tokyo"), {}, ("America/New_York", "Asia/Tokyo", "Europe/London")),
        (
            "+18005551234",
            ("America/Chicago", "America/New_York", "America/Denver"),
            {"state": "FL"},
            ("America/Chicago", "America/New_York"),
        ),
        ("+12122345678", (), {"state": "WA"}, ("America/Los_Angeles", "America/New_York")),
        ("+80012345678", (), {"state": "WA"}, ("America/Los_Angeles",)),
    ],
)
def test_an_address_narrows_the_zones_and_where_it_contradicts_both_count(e164: str, stored: tuple, attributes: dict, zones: tuple):
    assert whereabouts(e164, stored, Address.of(attributes)).time_zones == zones


@pytest.mark.parametrize(
    ("e164", "attributes", "zones"),
    [
        ("+12122345678", {"country": "GB"}, ("America/New_York", "Europe/London")),
        ("+12122345678", {"country": "US"}, ("America/New_York",)),
        ("+18005551234", {"country": "JM"}, ("America/Jamaica",)),
        ("+442079460000", {"country": "IE"}, ("Europe/Dublin", "Europe/London")),
        ("+919876543210", {"country": "IN"}, ("Asia/Calcutta",)),
        ("+12122345678", {"country": "Atlantis"}, ("America/New_York",)),
        ("+80012345678", {"country": "GB"}, ("Europe/London",)),
    ],
)
def test_the_country_of_an_address_has_zones_too(e164: str, attributes: dict, zones: tuple[str, ...]):
    assert whereabouts(e164, (), Address.of(attributes)).time_zones == zones


@pytest.mark.parametrize(
    ("e164", "attributes", "given", "zones"),
    [
        ("+12082005678", {}, "America/Boise", ("America/Boise",)),
        ("+12122345678", {}, "America/Los_Angeles", ("America/Los_Angeles", "America/New_York")),
        ("+919876543210", {}, "Asia/Kolkata", ("Asia/Kolkata",)),
        ("+18005551234", {}, "America/Jamaica", ("America/Jamaica",)),
        ("+12122345678", {"country": "GB"}, "Europe/London", ("Europe/London", "America/New_York")),
        ("+12122345678", {"country": "GB"}, "Asia/Tokyo", ("Asia/Tokyo", "America/New_York", "Europe/London")),
        ("+80012345678", {}, "UTC", ("UTC",)),
    ],
)
def test_a_zone_from_a_list_narrows_those_of_the_number_and_never_replaces_them(e164: str, attributes: dict, given: str, zones: tuple):
    assert whereabouts(e164, (), Address.of(attributes), given).time_zones == zones


@pytest.mark.parametrize(
    ("e164", "stored", "attributes", "given", "is_contradictory"),
    [
        ("+12122345678", (), {}, None, False),
        ("+18005551234", ("America/Denver",), {"state": "CO"}, "America/Denver", False),
        ("+12082005678", ("America/Boise",), {}, "America/Los_Angeles", True),
        ("+12122345678", ("Asia/Tokyo",), {}, None, True),
        ("+12122345678", (), {"country": "JP"}, None, True),
        ("+12122345678", (), {"country": "JP"}, "Asia/Tokyo", True),
        ("+80012345678", (), {}, "UTC", False),
        ("+80012345678", (), {}, None, False),
    ],
)
def test_what_cannot_all_be_true_of_where_somebody_is_contradicts_itself(
    e164: str, stored: tuple, attributes: dict, given: str | None, is_contradictory: bool
):
    assert whereabouts(e164, stored, Address.of(attributes), given).is_contradictory is is_contradictory


def test_a_zone_that_was_confirmed_stands_for_all_that_is_else_said_of_the_place():
    where = whereabouts("+12122345678", ("America/Denver",), Address.of({"country": "DE"}), "Asia/Tokyo", "Europe/Lisbon")
    assert (where.time_zones, where.is_contradictory, where.is_confirmed) == (("Europe/Lisbon",), False, True)


def test_every_country_with_a_numbering_plan_has_zones_and_all_of_them_are_known():
    known = of_countries()
    assert {code for code in phonenumbers.SUPPORTED_REGIONS if code not in known} == {"AC", "TA", "XK"}
    assert all(map(is_zone, (zone for zones in known.values() for zone in zones)))


def test_all_numbers_of_an_area_code_are_in_the_same_places():
    """What one number of the area code says is kept for all: should the numbering plan ever divide one, this finds it."""
    for code in range(200, 1000):
        numbers = [f"+1{code}{exchange}" for exchange in ("2010000", "3100199", "5550123", "9899999")]
        regions = {phonenumbers.region_code_for_number(phonenumbers.parse(number)) for number in numbers}
        # A number that nobody can have is of no region, and then of all North America, as one of the US without a state is.
        assert len({region or "US" for region in regions}) == 1, code
