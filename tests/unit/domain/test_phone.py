"""Phone numbers: one form, one judgement."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import timezone

from control_plane.domain import phone
from control_plane.domain.errors import Invalid


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("+1 (415) 555-2671", None, "+14155552671"),
        ("415.555.2671", "US", "+14155552671"),
        ("020 7183 8750", "GB", "+442071838750"),
        ("+44 (0)20 7183 8750", None, "+442071838750"),
        ("(202) 555-0123", "US", "+12025550123"),
    ],
)
def test_usual_ways_to_write_a_number_come_out_in_one_form(text: str, country: str | None, e164: str) -> None:
    assert phone.parse(text, country) == e164


@pytest.mark.parametrize("text", ["", "hello", "12", "911", "+1", "+15550100", "415-555-2671", "+1 415 555 2671 ext. 5", "+" + "1" * 5000])
def test_what_cannot_be_dialled_is_no_number(text: str) -> None:
    assert phone.parse(text) is None


@pytest.mark.parametrize(
    ("said", "called", "caller"),
    [
        ("+12025550101", "+12025550199", ["+12025550101"]),
        ("2025550101", "+12025550199", ["+12025550101"]),
        ("12025550101", "+12025550199", ["+12025550101"]),
        ("030 901820", "+4930901821", ["+4930901820"]),
        ("+33142685300", "+4930901821", ["+33142685300"]),
        ("0033142685300", "+4930901821", ["+33142685300"]),
        ("4915112345678", "+12025550199", ["+4915112345678"]),
        ("anonymous", "+12025550199", []),
        ("7378742833", "+12025550199", []),
        ("2025550101", "", []),
    ],
)
def test_a_caller_is_known_in_whichever_form_the_carrier_says_the_number(said: str, called: str, caller: list[str]) -> None:
    assert list(phone.of_caller(said, called)) == caller


@pytest.mark.parametrize(
    ("said", "called", "written", "callers"),
    [
        ("4722334455", "+12122000001", "+12122000001", ["+14722334455", "+4722334455"]),
        ("4722334455", "+12122000001", "2122000001", ["+14722334455", "+4722334455"]),
        ("4722334455", "+12122000001", "12122000001", ["+4722334455", "+14722334455"]),
        ("33142685300", "+4930901821", "4930901821", ["+33142685300", "+4933142685300"]),
        ("33142685300", "+4930901821", "030901821", ["+4933142685300", "+33142685300"]),
    ],
)
def test_digits_alone_are_read_first_as_the_carrier_writes_the_number_that_was_called(
    said: str, called: str, written: str, callers: list[str]
) -> None:
    assert list(phone.of_caller(said, called, written)) == callers


def test_require_says_what_is_wrong_with_which_field() -> None:
    with pytest.raises(Invalid) as caught:
        phone.require("12", "US", field="to")
    assert caught.value.errors[0].field == "to"
    assert "'12' is not a phone number that can be dialled (numbers without a country code are read as US)" in caught.value.detail


@given(st.integers(200, 999), st.integers(100, 199))
def test_the_whole_fictional_range_is_valid_and_fictional(npa: int, line: int) -> None:
    e164 = f"+1{npa}5550{line}"
    assert phone.is_fictional(e164)
    assert phone.is_valid(e164)


@pytest.mark.parametrize("e164", ["+12025550200", "+11025550123", "+120255501234", "+442025550123", "+12025550123\n", "12025550123"])
def test_the_borders_of_the_fictional_range_hold(e164: str) -> None:
    assert not phone.is_fictional(e164)


@given(st.text(max_size=60), st.sampled_from(["US", "GB", None]))
def test_parsing_never_raises_and_its_result_is_valid_and_stable(text: str, country: str | None) -> None:
    e164 = phone.parse(text, country)
    assert e164 is None or (phone.is_valid(e164) and phone.parse(e164) == e164)


def test_zones_are_all_that_the_number_may_be_in() -> None:
    assert phone.time_zones("+12125551234") == ("America/New_York",)
    assert phone.time_zones("+12082005678") == ("America/Boise", "America/Los_Angeles")
    assert len(phone.time_zones("+18005551234")) > 10
    assert phone.time_zones("nonsense") == ()


def test_fictional_numbers_are_where_the_plan_says_of_each() -> None:
    for area in range(200, 1000):
        for last in ("00", "37", "99"):
            e164 = f"+1{area}55501{last}"
            said = timezone.time_zones_for_number(phonenumbers.parse(e164))
            assert phone.time_zones(e164) == tuple(sorted(zone for zone in said if zone != "Etc/Unknown"))


def test_the_large_tables_that_nobody_needs_stay_unloaded() -> None:
    code = (
        "import sys, control_plane.domain.phone; print([m for m in sys.modules if m in ('phonenumbers.geocoder', 'phonenumbers.carrier')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    "e164",
    [
        *("+14155552671", "+12025550123", "+12121234567", "+18005551234", "+442079460000", "+447700900123", "+919876543210"),
        *("+4930123456", "+80012345678", "+87012345678", "+999123456789", "+1", "nonsense", "", "+3361234567", "+33612345678"),
    ],
)
def test_judged_at_once_a_number_is_what_it_is_one_by_one(e164: str) -> None:
    assert phone.judged(e164) == (phone.is_valid(e164), phone.time_zones(e164))
