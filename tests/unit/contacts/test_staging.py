"""What goes into the tables, and which rows do."""

import uuid
from datetime import UTC, datetime

from control_plane.contacts.importing.consents import SaidConsent
from control_plane.contacts.importing.convert import Accepted, Rejected
from control_plane.contacts.importing.staging import (
    CONSENT_COLUMNS,
    CONTACT_COLUMNS,
    ERROR_COLUMNS,
    FOUND_COLUMNS,
    FOUND_PHONE_COLUMNS,
    PHONE_COLUMNS,
    Match,
    Owner,
    found_lines,
    part_of,
    sort_out,
)
from control_plane.kit.ids import new_id_texts

ZONE = ("America/New_York",)
OWNER = Owner(uuid.UUID(int=1), uuid.UUID(int=2))
A, B, C = "+12125551234", "+12125551235", "+12125551236"
ANN, BEN = uuid.UUID(int=7), uuid.UUID(int=8)


def table(lines: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines.splitlines()]


def row(number: int, *phones: str) -> Accepted:
    return Accepted(number, phones, (ZONE,) * len(phones), {})


def test_a_row_has_its_numbers_and_whatever_could_be_taken_for_copys_own_is_escaped() -> None:
    rows = [
        Accepted(1, (A, B), (ZONE, ()), {"note": 'a\t"b"\n\\'}, name="A\tda\\N", score=7),
        Rejected(2, "It is\tnothing.", "a\nb\\"),
        Accepted(3, (C,), (ZONE,), {}, email="a\\N@b", language="en", time_zone="Europe/Rome"),
    ]
    part = part_of(OWNER, rows)
    assert part is not None
    contacts, phones = table("".join(part.contacts), CONTACT_COLUMNS), table("".join(part.phones), PHONE_COLUMNS)
    (error,) = table(part.errors, ERROR_COLUMNS)
    assert [(c["name"], c["email"], c["language"], c["time_zone"], c["score"]) for c in contacts] == [
        ("A\\tda\\\\N", "\\N", "\\N", "\\N", "7"),
        ("", "a\\\\N@b", "en", "Europe/Rome", "\\N"),
    ]
    assert {(c["workspace_id"], c["import_id"]) for c in contacts} == {(str(OWNER.workspace_id), str(OWNER.import_id))}
    assert contacts[0]["attributes"] == '{"note":"a\\\\t\\\\"b\\\\"\\\\n\\\\\\\\"}'
    first, second = (c["id"] for c in contacts)
    assert [(p["contact_id"], p["priority"], p["e164"], p["time_zones"]) for p in phones] == [
        (first, "0", A, "{America/New_York}"),
        (first, "1", B, "{}"),
        (second, "0", C, "{America/New_York}"),
    ]
    assert (error["message"], error["row_text"], part.last, part.rejected) == ("It is\\tnothing.", "a\\nb\\\\", 3, 1)
    assert part_of(OWNER, []) is None


def test_a_consent_is_for_every_number_of_its_row() -> None:
    said = SaidConsent("care", "oral", datetime(2026, 3, 1, tzinfo=UTC), "I\tagree")
    part = part_of(OWNER, [row(1, A), row(2, B, C)._replace(consent=said)])
    assert part is not None
    consents = table(part.consents, CONSENT_COLUMNS)
    assert [(c["e164"], c["purpose"], c["text"], c["granted_at"]) for c in consents] == [
        (B, "care", "I\\tagree", "2026-03-01T00:00:00+00:00"),
        (C, "care", "I\\tagree", "2026-03-01T00:00:00+00:00"),
    ]


def test_the_first_row_of_a_number_counts_and_the_first_of_a_contact() -> None:
    rows = [row(1, A, B), row(2, A), row(3, B), row(4, C)]
    assert (sort_out(rows, {}).new, sort_out(rows, {}).found) == ([0, 2, 3], [])
    to_be = sort_out(rows, {A: Match(ANN, is_taken=False), C: Match(ANN, is_taken=False)})
    # B belongs to Ann by the first row; row 4 tells of Ann again.
    assert (to_be.new, to_be.found) == ([], [(0, ANN)])
    to_be = sort_out(rows, {A: Match(ANN, is_taken=True), C: Match(BEN, is_taken=False)})
    assert (to_be.new, to_be.found) == ([2], [(3, BEN)])


def test_what_is_said_of_a_known_contact_goes_under_its_id() -> None:
    part = part_of(OWNER, [row(1, A), row(2, B, C)])
    assert part is not None
    said, phones = found_lines(part, sort_out(part.accepted, {B: Match(BEN, is_taken=False)}))
    assert [line["contact_id"] for line in table(said, FOUND_COLUMNS)] == [str(BEN)]
    numbers = [(line["contact_id"], line["e164"], line["priority"]) for line in table(phones, FOUND_PHONE_COLUMNS)]
    assert numbers == [(str(BEN), B, "0"), (str(BEN), C, "1")]


def test_identifiers_by_the_thousand_are_version_7_all_different_and_ascend() -> None:
    texts = new_id_texts(10_000)
    assert texts == sorted(set(texts))
    assert {(uuid.UUID(text).version, uuid.UUID(text).variant) for text in texts} == {(7, uuid.RFC_4122)}
    assert new_id_texts(0) == []
