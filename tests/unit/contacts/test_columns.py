"""What columns mean when nobody says so."""

import pytest

from control_plane.contacts.importing.columns import Column, resolve, slug
from control_plane.contacts.importing.encoding import Unreadable


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Phone", "phone"),
        ("Phone Number", "phone"),
        ("phone_2", "phone"),
        ("Mobile", "phone"),
        ("Telefon (privat)", "phone"),
        ("number", "phone"),
        ("Phone type", "attributes.phone_type"),
        ("Telegram", "attributes.telegram"),
        ("Full Name", "name"),
        ("First name", "first_name"),
        ("SURNAME", "last_name"),
        ("E-mail", "email"),
        ("Timezone", "time_zone"),
        ("Lang", "language"),
        ("Order Date", "attributes.order_date"),
        ("", "attributes.column"),
    ],
)
def test_headers_are_guessed(header: str, target: str) -> None:
    assert resolve((header, "tel"), {})[0] == Column(header, target)


def test_equal_headers_get_names_of_their_own() -> None:
    targets = [column.target for column in resolve(("phone", "Note", "note", "name", "Name"), {})]
    assert targets == ["phone", "attributes.note", "attributes.note_2", "name", "attributes.name"]


def test_the_mapping_goes_before_the_guess() -> None:
    assert [c.target for c in resolve(("phone", "who"), {"phone": "ignore", "who": "phone"})] == ["ignore", "phone"]


def test_a_mapping_of_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(Unreadable, match="'tel', but the file has 'phone'"):
        resolve(("phone",), {"tel": "phone"})


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(Unreadable, match="at most 200"):
        resolve(tuple(f"c{i}" for i in range(201)), {})


def test_a_slug_is_a_variable_name() -> None:
    assert slug(" Order-Date (UTC) ") == "order_date_utc"
