"""The compiled numbering plan is a shortcut: whatever is asked, it answers what the reference answers or not at all."""

import csv
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from control_plane.domain import numbering_plan, phone

CORPUS = Path(__file__).parents[1] / "usage" / "destinations.csv"
NEIGHBOURS = 5
"""Numbers per country beside the plan's own examples: some are valid, some are not, some were and are no more."""
FORMATS = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
# What has made the two differ: changed plans, prefixes for dialling, digits of other scripts, letters, extensions.
ODD = [
    *("+358494608867", "+26732172220", "+863782076855", "+50620065498", "+4537098671", "+917965667162", "+8563025034149", "+40600797770"),
    *("+2631301934", "8 (916) 123-45-67", "0 15 1234 5678", "011 44 20 7183 8750", "00442071838750", "+1 (800) FLOWERS", "1-800-FLOWERS"),
    *("tel:+12125551234", "+1 212 555 1234 x5", "+1 212 555 1234;ext=5", "٠٢٠٧١٨٣٨٧٥٠", "+１２１２５５５１２３４", "(212) 555-1234 or 5"),
    *("+1.212.555.1234", "212/555/1234", "+44 (0)20 7183 8750", "+39 06 1234 5678", "+54 9 11 1234 5678", "0049 30 901820", "-2125551234"),
    "++12125551234",
]


def table() -> Iterator[tuple[str, str | None]]:
    """Texts and the country that they are read as of."""
    draw = random.Random(7)
    for row in csv.DictReader(CORPUS.read_text(encoding="utf-8").splitlines()):
        yield row["number"], None
    for text in ODD:
        yield from ((text, country) for country in ("US", "GB", "RU", "DE", None))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in sorted({*PhoneNumberType.values()} - {PhoneNumberType.UNKNOWN}):
            if (example := phonenumbers.example_number_for_type(region, kind)) is not None:
                yield from ((phonenumbers.format_number(example, form), region) for form in FORMATS)
        example = phonenumbers.example_number(region)
        for number in neighbours(example, draw):
            yield number, None
            yield number[len(str(example.country_code)) + 1 :], region


def neighbours(example: phonenumbers.PhoneNumber, draw: random.Random) -> Iterator[str]:
    """The number of an example with other digits, now and then one more or one less."""
    national = phonenumbers.national_significant_number(example)
    for i in range(NEIGHBOURS):
        kept = i % len(national)
        length = len(national) + draw.choice((0, 0, 0, 0, -1, 1)) - kept
        yield f"+{example.country_code}{national[:kept]}" + "".join(draw.choice("0123456789") for _ in range(length))


@contextmanager
def by_reference() -> Iterator[None]:
    """Within this, nobody asks the compiled plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering_plan, "_is_compared", False)
        phone.time_zones.cache_clear()
        yield
    phone.time_zones.cache_clear()


def test_both_read_the_same_numbers_with_the_same_zones() -> None:
    compiled = {asked: phone.find(*asked) for asked in table()}
    assert len(compiled) > 5_000
    assert sum(found is not None for found in compiled.values()) > 3_000
    with by_reference():
        assert [(asked, found, said) for asked, found in compiled.items() if (said := phone.find(*asked)) != found] == []


@given(st.text(st.sampled_from("0123456789+() ./-x#,;٣１A"), max_size=24), st.sampled_from(["US", "DE", "IN", "AR", None]))
def test_both_read_the_same_in_whatever_is_written(text: str, country: str | None) -> None:
    found = phone.find(text, country)
    with by_reference():
        assert phone.find(text, country) == found


@pytest.mark.skipif(numbering_plan.compiled is None, reason="there is no compiled plan for this machine")
def test_the_versions_that_were_compared_are_those_installed() -> None:
    installed = (numbering_plan.compiled.__phonenumbers_version__, phonenumbers.__version__)
    assert installed == numbering_plan.COMPARED, "compare the plans anew: which country codes differ, and are they all in _OTHERWISE?"
