"""Single cells as spreadsheets and address books write them."""

import pytest

from control_plane.contacts.importing.cells import is_shortened, language, numbers


@pytest.mark.parametrize(
    ("cell", "country", "e164s"),
    [
        ("(212) 555-1234", "US", ["+12125551234"]),
        ("12125551234.0", "US", ["+12125551234"]),
        ("4930901820.0", "US", []),
        ("+4930901820.0", "US", ["+4930901820"]),
        ('="+12125551234"', "US", ["+12125551234"]),
        ("'+12125551234", "US", ["+12125551234"]),
        ("+1 212 555 1234 ::: +1 212 555 1235", "US", ["+12125551234", "+12125551235"]),
        ("212-555-1234; 212-555-1235", "US", ["+12125551234", "+12125551235"]),
        ("212-555-1234 or 212-555-1235", "US", ["+12125551234", "+12125551235"]),
        ("030/901820", "DE", ["+4930901820"]),
        ("212-555-1234 ext. 5", "US", []),
        ("212-555-1234, ext. 5", "US", []),
        ("call my wife", "US", []),
        (";" * 1_000, "US", []),
    ],
)
def test_a_cell_holds_the_numbers_that_a_person_sees_in_it(cell: str, country: str, e164s: list[str]) -> None:
    assert [found.e164 for found in numbers(cell, country)] == e164s


@pytest.mark.parametrize("cell", ["1.20256E+10", "1,20256E+10", "4.9e11", "1E10"])
def test_what_a_spreadsheet_has_shortened_is_known(cell: str) -> None:
    assert is_shortened(cell)


@pytest.mark.parametrize("cell", ["12025550101", "+12025550101", "1.202.555.0101", "E10", ""])
def test_numbers_are_not_taken_for_shortened_ones(cell: str) -> None:
    assert not is_shortened(cell)


@pytest.mark.parametrize(
    ("cell", "tag"),
    [
        *(("en", "en"), ("es-MX", "es-MX"), ("pt_BR", "pt-BR"), ("Spanish", "es"), ("Deutsch", "de"), ("FRANÇAIS", "fr"), ("हिन्दी", "hi")),
        *(("both", ""), ("English / Spanish", ""), ("?", ""), ("a" * 40, "")),
    ],
)
def test_a_language_is_a_tag_or_a_usual_name(cell: str, tag: str) -> None:
    assert language(cell) == tag
