"""Before a file is imported its uploader sees what would become of it, and can put that right."""

import json
from typing import Any

from control_plane.contacts.import_preview import BEGINNING
from tests.fixtures.world import World


async def previewed(world: World, content: bytes, status: int = 200, **query: Any) -> Any:
    path = f"/api/v1/contact-lists/{await world.contact_list()}/imports/preview"
    answer = await world.ours.client.post(path, content=content, headers={"Content-Type": "text/csv"}, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_guess_is_shown_with_values_and_can_be_put_right(world: World) -> None:
    content = "Kunde;Anschluss;E-Mail;Tarif\nZoë;030 901820;z@example.com;gold\nJosé;12;;\n".encode("cp1252")
    refused = await previewed(world, content, 400, default_country="DE")
    assert "No column of the file is known to hold phone numbers" in refused["detail"]
    shown = await previewed(world, content, default_country="DE", mapping=json.dumps({"Anschluss": "phone", "Kunde": "name"}))
    assert (shown["encoding"], shown["delimiter"], shown["default_country"], shown["has_header"]) == ("cp1252", ";", "DE", True)
    assert [(c["header"], c["target"]) for c in shown["columns"]] == [
        *(("Kunde", "name"), ("Anschluss", "phone"), ("E-Mail", "email"), ("Tarif", "attributes.tarif")),
    ]
    assert shown["columns"][0]["values"] == ["Zoë", "José"]
    assert (shown["accepted"], shown["rejected"]) == (1, 1)
    assert shown["rejections"][0]["text"] == "José;12;;"
    assert "'12' is not a phone number" in shown["rejections"][0]["reason"]


async def test_the_beginning_of_a_long_file_is_enough_wherever_it_is_cut(world: World) -> None:
    row = "Zoë,+12025550101,ü\n".encode()
    for cut in range(3):
        shown = await previewed(world, b"name,phone,note\n" + b"x" * cut + row * (BEGINNING // len(row) + 5))
        assert shown["encoding"] == "utf-8"
        assert shown["accepted"] > 1_000
        assert shown["rejected"] == 0


async def test_a_file_without_header_and_one_without_a_last_line_end_are_shown_too(world: World) -> None:
    shown = await previewed(world, b"Ada,+12025550101")
    assert (shown["has_header"], shown["accepted"]) == (False, 1)
    assert [c["target"] for c in shown["columns"]] == ["attributes.column_1", "phone"]


async def test_nothing_is_kept_of_a_preview(world: World) -> None:
    await previewed(world, b"phone\n+12025550101\n")
    assert (await world.ours.get("/contacts"))["items"] == []
    assert world.queue.sent == []


async def test_what_cannot_be_imported_at_all_is_refused_in_words(world: World) -> None:
    for content, words in [
        (b"", "The file is empty."),
        (b"PK\x03\x04...", "an Excel workbook"),
        (b"x" * (BEGINNING + 1), "longer than 64 kB"),
    ]:
        assert words in (await previewed(world, content, 400))["detail"]
    await previewed(world, b"x" * 1_100_000, 413)


async def test_a_list_of_somebody_else_is_not_there(world: World) -> None:
    theirs = await world.theirs.post("/contact-lists", {"name": "Theirs"})
    path = f"/api/v1/contact-lists/{theirs['id']}/imports/preview"
    answer = await world.ours.client.post(path, content=b"phone\n", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 404
