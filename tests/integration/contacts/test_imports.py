"""CSV files as people really send them become contacts, or a reason in words."""

import asyncio
import csv
import io
import uuid
from typing import Any

import pytest

from control_plane.contacts.importer import Importer
from control_plane.contacts.tasks import run_import
from tests.fixtures.world import World


async def imported(world: World, content: bytes, list_id: str | None = None, **query: Any) -> Any:
    """The import of `content`, finished, with the list it went to."""
    list_id = list_id or await world.contact_list()
    accepted = await world.ours.upload(list_id, content, **query)
    assert accepted["state"] == "queued"
    await world.run_tasks()
    return await world.ours.get(f"/imports/{accepted['id']}")


async def members(world: World, list_id: str) -> list[Any]:
    """Members of a list in the order of the file."""
    page = await world.ours.get("/contacts", contact_list_id=list_id, limit=200)
    return list(reversed(page["items"]))


async def errors(world: World, import_id: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(await world.ours.get(f"/imports/{import_id}/errors.csv"))))


async def test_a_plain_file_becomes_contacts_with_guessed_columns(world: World) -> None:
    content = (
        "First Name,Last name,Mobile Phone,E-Mail,Time zone,Language,Order Date\n"
        "Ada,Lovelace,(202) 555-0101,ada@example.com,America/New_York,en,2026-11-30\n"
        '"Grace ""Amazing""",Hopper,+1 202-555-0102,,,,\n'
    )
    done = await imported(world, content.encode())
    assert (done["state"], done["rows"], done["created"], done["rejected"], done["encoding"]) == ("completed", 2, 2, 0, "utf-8")
    ada, grace = await members(world, done["contact_list_id"])
    assert (ada["name"], ada["email"], ada["time_zone"], ada["language"]) == ("Ada Lovelace", "ada@example.com", "America/New_York", "en")
    told = {"kind": "unknown", "priority": 0, "time_zones": ["America/New_York"], "dead_reason": ""}
    assert ada["phones"] == [{"e164": "+12025550101", **told}]
    assert ada["attributes"] == {"order_date": "2026-11-30"}
    assert grace["name"] == 'Grace "Amazing" Hopper'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
async def test_every_usual_dialect_reads_the_same(world: World, encoding: str, delimiter: str, line_end: str) -> None:
    lines = ["name{0}phone", "Zoë Müller{0}+12025550101", "José{0}+12025550102"]
    done = await imported(world, line_end.join(line.format(delimiter) for line in lines).encode(encoding))
    assert [m["name"] for m in await members(world, done["contact_list_id"])] == ["Zoë Müller", "José"]


async def test_broken_rows_are_reported_with_reason_and_text_and_the_others_go_on(world: World) -> None:
    content = (
        b"name,phone,time_zone\n"
        b"Ada,+12025550101,\n"
        b"Bob,12,\n"
        b"Cleo,,\n"
        b"Dan,+12025550102,Mars/Olympus\n"
        b"Eve,+12025550103,,surplus\n"
        b"Fay,+12025550104\n"
        b'"never closed,+12025550105,\n'
        b"Gus,+12025550106,\n"
    )
    done = await imported(world, content)
    assert (done["rows"], done["created"], done["rejected"]) == (8, 3, 5)
    assert [m["name"] for m in await members(world, done["contact_list_id"])] == ["Ada", "Fay", "Gus"]
    report = await errors(world, done["id"])
    assert [row["row"] for row in report] == ["2", "3", "4", "5", "7"]
    assert "'12' is not a phone number" in report[0]["reason"]
    assert report[0]["text"] == "Bob,12,"
    assert report[1]["reason"] == "The row has no phone number."
    assert "Mars/Olympus" in report[2]["reason"]
    assert "4 cells" in report[3]["reason"]
    assert "not closed" in report[4]["reason"]


async def test_a_line_of_20_mb_is_one_rejected_row_and_nothing_more(world: World) -> None:
    content = b"name,phone\nAda,+12025550101\n" + b"x" * 20_000_000 + b"\nBob,+12025550102\n"
    done = await imported(world, content)
    assert (done["state"], done["created"], done["rejected"]) == ("completed", 2, 1)
    (report,) = await errors(world, done["id"])
    assert report["reason"] == "The row is longer than 64 kB."
    assert len(report["text"]) <= 2_000


async def test_a_header_of_20_mb_fails_the_import_in_words(world: World) -> None:
    done = await imported(world, b"x" * 20_000_000)
    assert done["state"] == "failed"
    assert "longer than 64 kB" in done["error"]


async def test_a_file_in_another_encoding_fails_naming_the_line_and_changes_nothing(world: World) -> None:
    russian = "name,phone\nAda,+12025550101\nАннаПетрова,+12025550102\n".encode("cp1251")
    done = await imported(world, russian)
    assert done["state"] == "failed"
    said = "Line 3 of the file is not UTF-8 text. Save it as CSV UTF-8 and import it again, or say with `encoding` what it is in."
    assert done["error"] == said
    assert await members(world, done["contact_list_id"]) == []


@pytest.mark.parametrize("said", ["cp1251", "windows-1251"])
async def test_a_file_is_read_in_the_encoding_that_is_said(world: World, said: str) -> None:
    done = await imported(world, "name,phone\nАнна Петрова,+12025550102\n".encode("cp1251"), encoding=said)
    assert (done["state"], done["encoding"]) == ("completed", "cp1251")
    assert [m["name"] for m in await members(world, done["contact_list_id"])] == ["Анна Петрова"]


async def test_what_spreadsheets_do_to_files_is_undone_or_said(world: World) -> None:
    """A hint for the separator, rows of empty cells, numbers as amounts and formulas, everything in quotation marks, long numbers cut."""
    content = (
        'sep=;\n"Name";"Mobile";"Home, other";"Language"\n'
        '"Ada";"12025550101.0";"";"Spanish"\n'
        ";;;\n"
        '"Bob ""B"" Lee";"=""+12025550102""";"(202) 555-0103";"klingonisch"\n'
        '"Cleo";"1.20256E+10";"";""\n'
        ";;;\n"
    )
    done = await imported(world, content.encode("utf-16"), mapping='{"Home, other": "phone"}')
    assert (done["rows"], done["created"], done["rejected"]) == (3, 2, 1)
    ada, bob = await members(world, done["contact_list_id"])
    assert (ada["phones"][0]["e164"], ada["language"]) == ("+12025550101", "es")
    assert (bob["name"], [p["e164"] for p in bob["phones"]]) == ('Bob "B" Lee', ["+12025550102", "+12025550103"])
    assert (bob["language"], bob["attributes"]) == (None, {"language": "klingonisch"})
    (report,) = await errors(world, done["id"])
    assert report["reason"].startswith("'1.20256E+10' is what a spreadsheet has left of a long number")


async def test_text_that_means_something_to_the_database_stays_text(world: World) -> None:
    odd = 'a\\N \\. {"x": 1} \\\\ \t \n end; -- \'"\u2028é\U0001f600'
    cell = '"' + odd.replace('"', '""') + '"'
    done = await imported(world, f"name,phone,note\n{cell},+12025550101,{cell}\n{cell},12,{cell}\n".encode())
    (member,) = await members(world, done["contact_list_id"])
    assert (member["name"], member["attributes"]) == (odd, {"note": odd})
    (report,) = await errors(world, done["id"])
    assert report["text"] == f"{cell},12,{cell}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and so on", "an Excel workbook"),
        (b"name,email\nAda,ada@example.com\n", "No column of the file is known to hold phone numbers"),
        (b"\n\n", "The file is empty."),
        (b"\xff\xfen\x00a", "Line 1 of the file is not UTF-16 text"),
    ],
)
async def test_a_file_that_cannot_be_imported_says_why(world: World, content: bytes, words: str) -> None:
    done = await imported(world, content)
    assert done["state"] == "failed"
    assert words in done["error"]


async def test_numbers_without_country_code_are_read_as_of_the_chosen_country(world: World) -> None:
    done = await imported(world, b"name,phone\nHans,030 901820\n", default_country="de")
    assert done["default_country"] == "DE"
    (hans,) = await members(world, done["contact_list_id"])
    assert hans["phones"][0]["e164"] == "+4930901820"


async def test_a_mapping_decides_what_columns_mean(world: World) -> None:
    mapping = '{"Rufnummer": "phone", "Kunde": "name", "Notiz": "ignore", "Tarif": "attributes.plan"}'
    done = await imported(world, b"Kunde,Rufnummer,Notiz,Tarif\nAda,+12025550101,secret,gold\n", mapping=mapping)
    assert done["mapping"] == {"Kunde": "name", "Rufnummer": "phone", "Notiz": "ignore", "Tarif": "attributes.plan"}
    (ada,) = await members(world, done["contact_list_id"])
    assert (ada["name"], ada["attributes"]) == ("Ada", {"plan": "gold"})


async def test_a_file_without_header_is_understood_by_its_numbers(world: World) -> None:
    done = await imported(world, b"Ada,+12025550101\nBob,+12025550102\n")
    assert (done["rows"], done["created"]) == (2, 2)


async def test_several_numbers_become_one_contact_in_the_order_of_the_columns(world: World) -> None:
    done = await imported(world, b"name,phone,phone 2,mobile\nAda,+12025550101,oops,+12025550102\n")
    (ada,) = await members(world, done["contact_list_id"])
    assert [p["e164"] for p in ada["phones"]] == ["+12025550101", "+12025550102"]
    assert ada["attributes"] == {"phone_2": "oops"}


async def test_a_number_twice_in_a_file_counts_as_a_duplicate(world: World) -> None:
    done = await imported(world, b"name,phone\nAda,+12025550101\nAda again,(202) 555 0101\n")
    assert (done["created"], done["duplicates"]) == (1, 1)
    assert [m["name"] for m in await members(world, done["contact_list_id"])] == ["Ada"]


async def test_importing_again_updates_what_is_new_and_keeps_what_the_file_does_not_say(world: World) -> None:
    first = await imported(world, b"name,phone,plan,city\nAda,+12025550101,gold,Rome\nBob,+12025550102,,\n")
    list_id = first["contact_list_id"]
    again = await imported(world, b"name,phone,plan\n,+12025550101,silver\nBob,+12025550102,\n", list_id)
    assert (again["created"], again["updated"], again["duplicates"]) == (0, 1, 1)
    ada, _bob = await members(world, list_id)
    assert (ada["name"], ada["attributes"]) == ("Ada", {"plan": "silver", "city": "Rome"})
    elsewhere = await imported(world, b"name,phone\nAda,+12025550101\n")
    assert (elsewhere["created"], elsewhere["updated"]) == (0, 1)
    assert [m["id"] for m in await members(world, elsewhere["contact_list_id"])] == [ada["id"]]


async def test_the_same_number_in_another_workspace_is_another_contact(world: World) -> None:
    await imported(world, b"name,phone\nAda,+12025550101\n")
    theirs = await world.theirs.post("/contact-lists", {"name": "Theirs"})
    accepted = await world.theirs.upload(theirs["id"], b"name,phone\nEve,+12025550101\n")
    await world.run_tasks()
    assert (await world.theirs.get(f"/imports/{accepted['id']}"))["created"] == 1
    assert [c["name"] for c in (await world.theirs.get("/contacts"))["items"]] == ["Eve"]


async def test_a_form_upload_works_like_a_raw_one(world: World) -> None:
    list_id = await world.contact_list()
    files = {"file": ("people.csv", b"who,phone\nAda,030 901820\n", "text/csv")}
    data = {"default_country": "DE", "mapping": '{"who": "name"}'}
    answer = await world.ours.client.post(f"/api/v1/contact-lists/{list_id}/imports", files=files, data=data)
    assert answer.status_code == 202, answer.text
    await world.run_tasks()
    assert [m["name"] for m in await members(world, list_id)] == ["Ada"]


async def test_what_a_form_says_is_text_or_refused(world: World) -> None:
    list_id = await world.contact_list()
    files = {"file": ("people.csv", b"phone\n1\n", "text/csv"), "encoding": ("x.txt", b"utf-8", "text/plain")}
    for path in (f"/contact-lists/{list_id}/imports", f"/contact-lists/{list_id}/imports/preview", "/consents/imports"):
        answer = await world.ours.client.post(f"/api/v1{path}", files=files)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "encoding")


async def test_running_an_import_twice_or_at_once_changes_nothing_more(world: World) -> None:
    list_id = await world.contact_list()
    accepted = await world.ours.upload(list_id, b"name,phone\nAda,+12025550101\nBob,x\n")
    await asyncio.gather(*(run_import(world.ctx, accepted["id"]) for _ in range(3)))
    await run_import(world.ctx, accepted["id"])
    done = await world.ours.get(f"/imports/{accepted['id']}")
    assert (done["state"], done["created"], done["rejected"]) == ("completed", 1, 1)
    assert len(await errors(world, accepted["id"])) == 1


async def test_no_member_is_seen_before_the_import_is_complete(world: World) -> None:
    list_id = await world.contact_list()
    accepted = await world.ours.upload(list_id, b"name,phone\n" + b"".join(b"P,+1202555%04d\n" % (100 + i) for i in range(100)))
    seen: list[int] = []

    class Watched(Importer):
        async def _take(self, *args: Any) -> None:
            await super()._take(*args)
            seen.append(len(await members(world, list_id)))

    await Watched(world.app.state.engine, world.app.state.storage, world.clock).run(uuid.UUID(accepted["id"]))
    assert set(seen) == {0}
    assert len(await members(world, list_id)) == 100


@pytest.mark.parametrize(
    ("content", "query", "field"),
    [
        (b"", {}, "file"),
        (b"phone\n1", {"mapping": "not json"}, "mapping"),
        (b"phone\n1", {"mapping": '{"phone": "telephone"}'}, "mapping"),
        (b"phone\n1", {"default_country": "Atlantis"}, "default_country"),
        (b"phone\n1", {"encoding": "rot13"}, "encoding"),
    ],
)
async def test_wrong_options_are_refused_naming_the_field(world: World, content: bytes, query: dict[str, str], field: str) -> None:
    list_id = await world.contact_list()
    problem = await world.ours.upload(list_id, content, 400, **query)
    assert problem["errors"][0]["field"] == field
    assert world.queue.sent == []


async def test_a_foreign_list_or_import_is_not_there(world: World) -> None:
    done = await imported(world, b"phone\n+12025550101\n")
    await world.theirs.upload(done["contact_list_id"], b"phone\n+12025550101\n", 404)
    await world.theirs.get(f"/imports/{done['id']}", 404)
    await world.theirs.get(f"/imports/{done['id']}/errors.csv", 404)
