"""Knowledge bases: documents come in, are read, found, replaced whole, and kept while an assistant looks there."""

from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import AuditEntry, KnowledgeChunk, KnowledgeDocument
from control_plane.knowledge import documents, tasks
from control_plane.knowledge.reader import read_file
from control_plane.knowledge.search_repository import SearchRepository
from tests.fixtures.api import Api
from tests.integration.knowledge.conftest import base, found, read_all, uploaded

PRICES = """# Prices

Members pay every month.

## Gold

The gold membership is 40 dollars a month. It ends a month after it was cancelled.

## Silver

The silver membership is 20 dollars a month.
"""


async def shown(api: Api, document: Any) -> Any:
    return (await api.viewer.get(f"/knowledge/{document['knowledge_id']}/documents/{document['id']}")).json()


async def test_what_is_uploaded_is_found_with_its_document_and_heading(api: Api) -> None:
    base_id = await base(api, description="What memberships cost.")
    made = await uploaded(api, base_id, "prices.md", PRICES)
    assert (made["name"], made["kind"], made["state"], made["chunks"]) == ("prices.md", "markdown", "queued", 0)
    assert [nudge.task for nudge in api.queue.sent].count("read_documents") == 1
    await read_all(api)
    told = await shown(api, made)
    assert (told["state"], told["error"], told["chunks"], told["pages"]) == ("ready", "", 3, None)
    best, *_ = await found(api, base_id, "How much does the gold membership cost?")
    assert (best["document"], best["heading"], best["page"]) == ("prices.md", "Prices › Gold", None)
    assert best["text"].startswith("The gold membership is 40 dollars a month.")
    assert "**gold**" in best["snippet"].lower()
    assert (await api.viewer.get(f"/knowledge/{base_id}")).json()["documents"] == {"queued": 0, "ready": 1, "failed": 0}


async def test_words_are_found_in_their_other_forms_and_what_nobody_wrote_is_not_found(api: Api) -> None:
    base_id = await base(api)
    await uploaded(api, base_id, "prices.md", PRICES)
    await read_all(api)
    assert (await found(api, base_id, "cancelling memberships"))[0]["heading"] == "Prices › Gold"
    assert await found(api, base_id, "Do you repair bicycles on Sundays?") == []
    # One word of many is an accident; punctuation and words that every sentence has are no question.
    assert await found(api, base_id, "dollar exchange rates in Brazil since 1994") == []
    assert await found(api, base_id, "the of and ?!") == []
    assert await found(api, base_id, "'; drop table \\ & | ! ( : * <->") == []
    assert [hit["heading"] for hit in await found(api, base_id, "membership -gold")] == ["Prices › Silver"]


async def test_words_that_nearly_every_passage_has_are_not_looked_for_where_rarer_ones_tell_enough(api: Api) -> None:
    base_id = await base(api)
    page = "\n".join(f"# Rule {number}\nA member of the club pays for court {number}." for number in range(60))
    await uploaded(api, base_id, "rules.md", page + "\n# Guests\nA member of the club brings guests on Sundays.")
    await read_all(api)
    async with api.engine.connect() as connection:
        await connection.exec_driver_sql("analyze knowledge_chunk")
        await connection.commit()
    async with api.sessions() as session:
        asked = await SearchRepository(session, api.workspace_id).understood("english", "Which member of the club brings guests?")
    assert (asked.enough, len(asked.lexemes)) == (2, 4)
    telling, _, having_half = asked.gate.partition(") & (")
    assert ("'guest'" in telling, "'club'" in telling, "'club'" in having_half, asked.loose.count("|")) == (True, False, True, 3)
    assert (await found(api, base_id, "Which member of the club brings guests?", limit=1))[0]["heading"] == "Guests"
    # What all have is found where nothing rarer is asked for, and "or" means what it says.
    assert len(await found(api, base_id, "member club", limit=20)) == 20
    assert [hit["heading"] for hit in await found(api, base_id, "guests or bicycles or skates or horses")] == ["Guests"]


async def test_of_many_passages_those_with_most_of_the_words_are_ranked_and_the_one_with_all_comes_first(api: Api) -> None:
    base_id = await base(api)
    question = "gold membership price month"
    half = "\n".join(f"# Half {number}\nGold membership {number}." for number in range(40))
    most = "\n".join(f"# Most {number}\nGold membership price {number}." for number in range(40))
    await uploaded(api, base_id, "rules.md", f"{half}\n{most}\n# All\nOf gold and of each other membership the price is per month.")
    await read_all(api)
    first, *others = [hit["heading"].split()[0] for hit in await found(api, base_id, question, limit=20)]
    assert (first, others) == ("All", ["Most"] * 19)
    # Where few have most of the words, those with half are found as well.
    await uploaded(api, base_id, "rules.md", f"{half}\n# Most\nGold membership price.")
    await read_all(api)
    assert [hit["heading"].split()[0] for hit in await found(api, base_id, question, limit=3)] == ["Most", "Half", "Half"]


async def test_each_base_is_searched_by_the_grammar_of_its_language(api: Api) -> None:
    spoken = {
        "es-MX": ("Las clínicas abren los sábados.", "¿Abre la clínica el sábado?"),
        "fr": ("Les remboursements se font en dix jours.", "remboursement jours"),
        "de": ("Die Kündigung braucht keine Gründe.", "Welche Gründe brauchen Kündigungen?"),
        "pt-BR": ("As consultas custam cem reais.", "quanto custa a consulta"),
        "hi": ("दुकानें रविवार को बंद रहती हैं।", "दुकान रविवार"),
        "xx": ("Zorb blint fnord.", "fnord blint"),
    }
    bases = {language: await base(api, name=language, language=language) for language in spoken}
    for language, (text, _) in spoken.items():
        await uploaded(api, bases[language], "a.txt", text)
    await read_all(api)
    for language, (text, question) in spoken.items():
        assert [hit["text"] for hit in await found(api, bases[language], question)] == [text], language


async def test_the_next_version_replaces_the_former_in_one_moment(api: Api) -> None:
    base_id = await base(api)
    first = await uploaded(api, base_id, "prices.md", PRICES)
    await read_all(api)
    second = await uploaded(api, base_id, "prices.md", PRICES.replace("40", "45"))
    assert (second["id"], second["state"], second["chunks"]) == (first["id"], "queued", 3)
    assert "40 dollars" in (await found(api, base_id, "gold membership"))[0]["text"]
    await read_all(api)
    (hit, *_) = await found(api, base_id, "gold membership")
    assert "45 dollars" in hit["text"]
    assert await found(api, base_id, "gold 40 dollars cancelled month -45") == []


async def test_a_version_that_cannot_be_read_leaves_the_former_in_place_and_says_why(api: Api) -> None:
    base_id = await base(api)
    made = await uploaded(api, base_id, "prices", PRICES)
    await read_all(api)
    await uploaded(api, base_id, "prices", b"%PDF-1.7 and nothing more")
    await read_all(api)
    told = await shown(api, made)
    assert (told["state"], told["error"], told["chunks"]) == ("failed", "The file is no complete PDF.", 1)
    assert len(await found(api, base_id, "gold membership")) == 1
    # The same bytes again are tried again: what was in the way may be gone.
    assert (await uploaded(api, base_id, "prices", b"%PDF-1.7 and nothing more"))["state"] == "queued"


async def test_the_same_content_is_kept_once(api: Api) -> None:
    base_id, other = await base(api), await base(api, name="Terms")
    made = await uploaded(api, base_id, "prices.md", PRICES)
    await read_all(api)
    assert (await uploaded(api, base_id, "prices.md", PRICES)) == await shown(api, made)
    refused = await uploaded(api, base_id, "copy.md", PRICES, status=409)
    assert (refused["code"], refused["detail"]) == ("document_exists", "'prices.md' has the same content.")
    assert (await uploaded(api, other, "copy.md", PRICES))["state"] == "queued"
    assert await _files(api) == 1


async def test_a_file_that_is_no_document_is_refused_and_leaves_nothing_behind(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    base_id = await base(api)
    for content in (b"", b"  \n ", b"PK\x03\x04\x00\x00 a zip"):
        assert (await uploaded(api, base_id, "a.txt", content, status=400))["errors"][0]["field"] == "file"
    monkeypatch.setattr(documents, "MAX_FILE", 1000)
    assert "larger than 1,000 bytes" in (await uploaded(api, base_id, "a.txt", "x" * 1001, status=400))["detail"]
    answer = await api.manager.post(f"/knowledge/{base_id}/documents", files={"other": ("a.txt", b"One.")})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "file")
    assert await _files(api) == 0


async def test_a_workspace_has_room_for_so_much(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    base_id = await base(api)
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 1)
    await uploaded(api, base_id, "a.txt", "One. Two. Three.")
    assert (await uploaded(api, base_id, "b.txt", "Two", status=409))["code"] == "too_many_documents"
    await uploaded(api, base_id, "a.txt", "Its next version.")
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 10)
    monkeypatch.setattr(documents, "MOST_BYTES", 20)
    assert (await uploaded(api, base_id, "b.txt", "Two, and more", status=409))["code"] == "too_many_documents"
    assert await _files(api) == 1
    monkeypatch.setattr(tasks, "MOST_CHUNKS", 0)
    await read_all(api)
    (told,) = (await api.viewer.get(f"/knowledge/{base_id}/documents")).json()["items"]
    assert (told["state"], "passages together" in told["error"]) == ("failed", True)


async def test_a_document_whose_reader_keeps_dying_is_given_up(api: Api) -> None:
    base_id = await base(api)
    made = await uploaded(api, base_id, "a.txt", "One.")
    async with api.sessions.begin() as session:
        row = await session.get_one(KnowledgeDocument, made["id"])
        row.attempts = tasks.MOST_ATTEMPTS
    await read_all(api)
    told = await shown(api, made)
    assert (told["state"], told["error"]) == ("failed", "The file could not be read, several times; upload it again, or divide it.")
    assert await _files(api) == 0


async def test_a_document_that_another_worker_reads_is_left_to_it_until_its_lease_is_over(api: Api) -> None:
    base_id = await base(api)
    made = await uploaded(api, base_id, "a.txt", "One.")
    async with api.sessions.begin() as session:
        (await session.get_one(KnowledgeDocument, made["id"])).lease_until = api.clock.now() + tasks.LEASE
    await read_all(api)
    assert (await shown(api, made))["state"] == "queued"
    api.clock.advance(2 * tasks.LEASE)
    await read_all(api)
    assert (await shown(api, made))["state"] == "ready"


async def test_a_reader_that_takes_too_long_is_ended() -> None:
    told = await read_file("text", b"One.", within_s=0.0)
    assert (told.chunks, "takes more time" in told.error) == ((), True)


async def test_documents_and_bases_go_with_all_that_was_read_from_them(api: Api) -> None:
    base_id = await base(api)
    first = await uploaded(api, base_id, "a.txt", "One thing.")
    await uploaded(api, base_id, "b.txt", "Another thing.")
    await read_all(api)
    assert (await api.manager.delete(f"/knowledge/{base_id}/documents/{first['id']}")).status_code == 204
    assert [hit["document"] for hit in await found(api, base_id, "thing")] == ["b.txt"]
    await uploaded(api, base_id, "c.txt", "Not read yet.")
    assert (await api.manager.delete(f"/knowledge/{base_id}")).status_code == 204
    async with api.sessions() as session:
        assert (await session.scalars(select(KnowledgeChunk.id))).all() == []
        kinds = ("knowledge", "document")
        entries = await session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind.in_(kinds)).order_by(AuditEntry.id))
        told = entries.all()
    assert told == ["knowledge.created", *["document.uploaded"] * 2, "document.deleted", "document.uploaded", "knowledge.deleted"]
    assert await _files(api) == 0


async def test_names_are_taken_once_and_are_no_paths(api: Api) -> None:
    base_id = await base(api)
    again = await api.manager.post("/knowledge", json={"name": "Prices"})
    assert (again.status_code, again.json()["code"]) == (409, "knowledge_exists")
    assert (await uploaded(api, base_id, "../../etc/C:\\passwd.txt", "One."))["name"] == "passwd.txt"
    raw = await api.manager.post(f"/knowledge/{base_id}/documents", content="<html><p>Two", headers={"Content-Type": "text/html"})
    assert (raw.status_code, raw.json()["name"], raw.json()["kind"]) == (202, "document", "html")


async def _files(api: Api) -> int:
    """How many uploads lie in the storage."""
    async with api.sessions() as session:
        keys = (await session.scalars(select(KnowledgeDocument.file_key))).all()
    folder = api.app.state.storage._folder / "knowledge"
    files = [file.name for file in folder.iterdir()] if folder.exists() else []
    assert sorted(files) == sorted(key.split("/")[1] for key in keys if key)
    return len(files)
