"""What goes into the staging tables."""

import uuid

from control_plane.contacts.importing.convert import Accepted, Rejected
from control_plane.contacts.importing.staging import CONTACT_COLUMNS, ERROR_COLUMNS, PHONE_COLUMNS, part_of
from control_plane.kit.ids import new_id_texts

ZONE = ("America/New_York",)


def table(lines: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines.splitlines()]


def test_a_row_has_its_numbers_and_whatever_could_be_taken_for_copys_own_is_escaped() -> None:
    rows = [
        Accepted(1, ("+12125551234", "+12125551235"), (ZONE, ()), {"note": 'a\t"b"\n\\'}, name="A\tda\\N", score=7),
        Rejected(2, "It is\tnothing.", "a\nb\\"),
        Accepted(3, ("+12125551236",), (ZONE,), {}),
    ]
    part = part_of(uuid.UUID(int=1), rows)
    contacts, phones = table(part.contacts, CONTACT_COLUMNS), table(part.phones, PHONE_COLUMNS)
    (error,) = table(part.errors, ERROR_COLUMNS)
    assert [(c["row_number"], c["e164"], c["name"], c["score"]) for c in contacts] == [
        ("1", "+12125551234", "A\\tda\\\\N", "7"),
        ("3", "+12125551236", "", "\\N"),
    ]
    assert contacts[0]["attributes"] == '{"note":"a\\\\t\\\\"b\\\\"\\\\n\\\\\\\\"}'
    assert [(p["row_number"], p["priority"], p["e164"], p["time_zones"]) for p in phones] == [
        ("1", "0", "+12125551234", "{America/New_York}"),
        ("1", "1", "+12125551235", "{}"),
        ("3", "0", "+12125551236", "{America/New_York}"),
    ]
    assert (error["message"], error["row_text"], part.rows, part.rejected) == ("It is\\tnothing.", "a\\nb\\\\", 3, 1)


def test_identifiers_by_the_thousand_are_version_7_all_different_and_ascend() -> None:
    texts = new_id_texts(10_000)
    assert texts == sorted(set(texts))
    assert {(uuid.UUID(text).version, uuid.UUID(text).variant) for text in texts} == {(7, uuid.RFC_4122)}
    assert new_id_texts(0) == []
