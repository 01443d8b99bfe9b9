"""Knowledge by meaning, with the stand-in model over HTTP: passages are learned in the background, found without a word of the question,
and nothing is found where nothing is meant."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text

from control_plane.db.migrate import migrate
from control_plane.db.models import KnowledgeEmbedding, UsageAccount
from control_plane.health.database_findings import DatabaseFindings
from control_plane.knowledge import embedding_tasks
from control_plane.knowledge.embedding_tasks import AGAIN_AFTER
from control_plane.knowledge.search_repository import ByMeaning, SearchRepository
from tests.fixtures.api import Api
from tests.integration.calls.conftest import checked
from tests.integration.knowledge.conftest import Embeddings, base, by_meaning, count_again, found, learn, read_all, uploaded

CLUB = "# Leaving\nA subscription is terminated in writing.\n# Parking\nCars stand behind the building."
LEAVING, CARS = "How do I quit my contract?", "automobile"


async def club(api: Api, **fields: Any) -> str:
    """A base whose document was read; no model knows it yet."""
    base_id = await base(api, **fields)
    await uploaded(api, base_id, "club.md", CLUB)
    await read_all(api)
    return base_id


async def state(api: Api, base_id: str) -> Any:
    return checked(await api.viewer.get(f"/knowledge/{base_id}"), 200)["meaning"]


async def vectors(api: Api) -> int:
    async with api.sessions() as session:
        return await session.scalar(text("select count(*) from knowledge_vector")) or 0


async def test_what_shares_no_word_with_the_question_is_found_by_meaning_with_its_source(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await base(api)
    assert (await state(api, base_id))["words"] == "It is searched by words only: nothing is in it yet."
    await uploaded(api, base_id, "club.md", CLUB)
    await read_all(api)
    assert [nudge.task for nudge in api.queue.sent].count("embed_chunks") == 1
    assert (await found(api, base_id, LEAVING), (await state(api, base_id))["state"]) == ([], "waiting")
    await learn(api)
    told = await state(api, base_id)
    assert (told["state"], told["model"], told["passages"], told["of"]) == ("ready", "stand-in-embedding", 2, 2)
    assert told["words"] == "It is searched by words and by meaning (stand-in-embedding)."
    (hit,) = await found(api, base_id, LEAVING)
    assert (hit["document"], hit["heading"], hit["text"]) == ("club.md", "Leaving", "A subscription is terminated in writing.")
    assert [hit["heading"] for hit in await found(api, base_id, CARS)] == ["Parking"]
    # What words and meaning find stands before what only one of them does; what neither is about is not found.
    both = await found(api, base_id, "Is a subscription terminated, or cars?")
    assert both[0]["heading"] == "Leaving"
    assert await found(api, base_id, "Do you repair bicycles on Sundays?") == []
    assert await found(api, base_id, "quit contract -subscription") == []
    # How close a passage must lie is the base's own matter.
    checked(await api.manager.patch(f"/knowledge/{base_id}", json={"least_similarity": 0.95}), 200)
    assert await found(api, base_id, LEAVING) == []


async def test_a_document_that_is_replaced_is_learned_anew_and_the_rest_is_not(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    await uploaded(api, base_id, "club.md", CLUB.replace("Cars stand", "Dogs wait"))
    await uploaded(api, base_id, "more.md", "Opening hours are short.")
    await read_all(api)
    assert (await state(api, base_id))["state"] == "building"
    assert [hit["heading"] for hit in await found(api, base_id, "dogs")] == ["Parking"]
    asked = embeddings.passages
    await learn(api)
    assert (embeddings.passages - asked, await vectors(api)) == (3, 3)
    assert [hit["heading"] for hit in await found(api, base_id, "puppy")] == ["Parking"]
    assert await found(api, base_id, CARS) == []


async def test_another_model_learns_while_the_former_answers(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    embeddings.failing = {"other": 500}
    checked(await api.manager.patch(f"/knowledge/{base_id}", json={"embedding": {"model": "other"}}), 200)
    await learn(api)
    told = await state(api, base_id)
    assert (told["state"], told["model"], told["passages"]) == ("failing", "stand-in-embedding", 0)
    assert told["words"].endswith("other could not be asked and will be again. The model answered HTTP 500.")
    assert len(await found(api, base_id, LEAVING)) == 1
    embeddings.failing = {}
    api.clock.advance(AGAIN_AFTER[0])
    await learn(api)
    assert ((await state(api, base_id))["model"], await vectors(api)) == ("other", 2)
    embeddings.asked.clear()
    assert len(await found(api, base_id, LEAVING)) == 1
    assert [model for model, _, _ in embeddings.asked] == ["other"]


async def test_what_is_configured_no_more_learns_nothing_and_what_came_meanwhile_is_learned_once_it_is(
    api: Api, embeddings: Embeddings
) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    by_meaning(api, embeddings, model="")
    await uploaded(api, base_id, "more.md", "# Hours\nOpening hours are short.")
    await read_all(api)
    await learn(api)
    assert (embeddings.passages, (await state(api, base_id))["state"]) == (2, "off")
    by_meaning(api, embeddings)
    await learn(api)
    assert (embeddings.passages, (await state(api, base_id))["state"]) == (3, "ready")


async def test_a_model_that_was_replaced_learns_nothing_while_the_next_one_is_learning(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    embeddings.failing = {"other": 500}
    checked(await api.manager.patch(f"/knowledge/{base_id}", json={"embedding": {"model": "other"}}), 200)
    await uploaded(api, base_id, "more.md", "# Hours\nOpening hours are short.")
    await read_all(api)
    await learn(api)
    assert (embeddings.passages, len(await found(api, base_id, LEAVING))) == (2, 1)
    embeddings.failing, embeddings.passages = {}, 0
    api.clock.advance(AGAIN_AFTER[0])
    await learn(api)
    told = await state(api, base_id)
    assert (told["state"], told["model"], told["passages"], embeddings.passages) == ("ready", "other", 3, 3)


async def test_what_was_begun_waits_while_no_model_is_configured(api: Api, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    by_meaning(api, embeddings)
    monkeypatch.setattr(embedding_tasks, "BATCH", 1)
    base_id = await club(api)
    embeddings.fails_after = 1
    await learn(api)
    embeddings.fails_after = None
    by_meaning(api, embeddings, model="")
    api.clock.advance(AGAIN_AFTER[0])
    await learn(api)
    assert embeddings.passages == 1
    by_meaning(api, embeddings)
    await learn(api)
    assert ((await state(api, base_id))["state"], embeddings.passages) == ("ready", 2)


async def test_vectors_that_a_backup_left_out_are_made_again(api: Api, embeddings: Embeddings, database: str) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    async with api.engine.begin() as connection:
        await connection.execute(text("drop table knowledge_vector"))
    migrate(database)
    told = await state(api, base_id)
    assert (told["state"], told["passages"], told["of"]) == ("building", 0, 2)
    await learn(api)
    assert ((await state(api, base_id))["state"], len(await found(api, base_id, LEAVING))) == ("ready", 1)
    # Where only some are gone, all passages have to be looked at.
    async with api.engine.begin() as connection:
        await connection.execute(text("delete from knowledge_vector where chunk_id = (select min(id::text)::uuid from knowledge_chunk)"))
    await learn(api)
    assert await vectors(api) == 1
    embeddings.passages = 0
    await count_again(api)
    await learn(api)
    assert (await vectors(api), embeddings.passages) == (2, 1)


async def test_words_answer_and_nothing_else_is_lost_where_postgresql_refuses_vectors(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    async with api.engine.begin() as connection:
        await connection.execute(text("alter table knowledge_vector rename column vector to elsewhere"))
    assert await found(api, base_id, LEAVING) == []
    assert [hit["heading"] for hit in await found(api, base_id, "subscription")] == ["Leaving"]
    await uploaded(api, base_id, "more.md", "Opening hours are short.")
    await read_all(api)
    await learn(api)
    told = await state(api, base_id)
    assert (told["state"], "PostgreSQL did not keep the vectors" in told["words"]) == ("failing", True)
    async with api.engine.begin() as connection:
        await connection.execute(text("alter table knowledge_vector rename column elsewhere to vector"))
    api.clock.advance(AGAIN_AFTER[0])
    await learn(api)
    assert ((await state(api, base_id))["state"], len(await found(api, base_id, LEAVING))) == ("ready", 1)


async def test_what_has_come_before_a_model_fails_is_kept(api: Api, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    by_meaning(api, embeddings)
    monkeypatch.setattr(embedding_tasks, "BATCH", 1)
    base_id = await club(api)
    embeddings.fails_after = 1
    await learn(api)
    told = await state(api, base_id)
    assert (told["state"], told["passages"], told["of"]) == ("failing", 1, 2)
    embeddings.fails_after = None
    await learn(api)
    assert (await state(api, base_id))["passages"] == 1, "it is left alone for a while"
    api.clock.advance(AGAIN_AFTER[0])
    await learn(api)
    assert ((await state(api, base_id))["state"], embeddings.passages) == ("ready", 2)


async def test_words_answer_where_the_model_does_not(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    embeddings.failing = {"stand-in-embedding": 503}
    assert await found(api, base_id, LEAVING) == []
    assert [hit["heading"] for hit in await found(api, base_id, "subscription")] == ["Leaving"]


async def test_who_searches_by_words_gives_nothing_to_any_model(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api, searches_by="words")
    await learn(api)
    await found(api, base_id, LEAVING)
    assert ((await state(api, base_id))["words"], embeddings.asked) == ("It is searched by words only, as was asked.", [])
    checked(await api.manager.patch(f"/knowledge/{base_id}", json={"searches_by": "meaning"}), 200)
    await learn(api)
    assert await vectors(api) == 2
    checked(await api.manager.patch(f"/knowledge/{base_id}", json={"searches_by": "words"}), 200)
    assert await found(api, base_id, LEAVING) == []
    await learn(api)
    assert await vectors(api) == 0


async def test_a_base_is_understood_by_the_account_that_it_names(api: Api, embeddings: Embeddings) -> None:
    own = {"model": "own", "credential": "ours"}
    unknown = await api.manager.post("/knowledge", json={"name": "Prices", "embedding": own})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "embedding.credential")
    secret = checked(await api.owner.post("/secrets", json={"name": "ours", "value": "sk-ours"}), 201)
    by_meaning(api, embeddings, model="")
    base_id, other = await club(api, embedding=own), await base(api, name="Others")
    assert (await state(api, other))["state"] == "off"
    await learn(api)
    assert {(model, key) for model, key, _ in embeddings.asked} == {("own", "Bearer sk-ours")}
    assert len(await found(api, base_id, LEAVING)) == 1
    used = await api.owner.delete(f"/secrets/{secret['id']}")
    assert (used.status_code, used.json()["code"], "'Prices'" in used.json()["detail"]) == (409, "secret_in_use", True)
    assert (await api.manager.delete(f"/knowledge/{base_id}")).status_code == 204
    assert (await vectors(api), (await api.owner.delete(f"/secrets/{secret['id']}")).status_code) == (0, 204)


async def test_what_models_read_is_counted_and_billed(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings, model="text-embedding-3-small")
    embeddings.tokens = 1_000_000
    base_id = await club(api)
    await learn(api)
    await found(api, base_id, LEAVING)
    usage = checked(await api.viewer.get("/usage"), 200)
    (row,) = usage["knowledge"]
    assert (row["knowledge_id"], row["tokens"], row["currency"]) == (base_id, 2_000_000, "USD")
    assert Decimal(row["cost"]) == Decimal("0.04")
    assert Decimal(usage["total"]["cost"]) == 0, "it is no call"
    # A question costs less than is counted, and many of them do not.
    embeddings.tokens = 1_500
    for _ in range(4):
        await found(api, base_id, LEAVING)
    async with api.sessions() as session:
        assert (await session.scalar(select(UsageAccount.cost))) == Decimal("0.0401")


async def test_without_pgvector_words_are_searched_until_it_is_there(api: Api, embeddings: Embeddings, database: str) -> None:
    async with api.engine.begin() as connection:
        await connection.execute(text("drop table knowledge_vector"))
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    told = await state(api, base_id)
    assert (told["state"], "there is no table for vectors yet" in told["words"], embeddings.asked) == ("unavailable", True, [])
    assert [hit["heading"] for hit in await found(api, base_id, "subscription")] == ["Leaving"]
    migrate(database)
    await learn(api)
    assert (await state(api, base_id))["state"] == "ready"


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ("update pg_extension set extversion = '0.7.4' where extname = 'vector'", "pgvector is 0.7.4, and it takes 0.8 or newer"),
        ("create schema elsewhere; alter extension vector set schema elsewhere", "pgvector lies in the schema 'elsewhere'"),
    ],
)
async def test_a_pgvector_that_cannot_be_used_is_told_and_words_are_searched(
    api: Api, embeddings: Embeddings, database: str, moved: str, words: str
) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    async with api.engine.begin() as connection:
        for statement in moved.split("; "):
            await connection.execute(text(statement))
    await uploaded(api, base_id, "more.md", "Opening hours are short.")
    await read_all(api)
    await learn(api)
    migrate(database)
    told = await state(api, base_id)
    assert (told["state"], words in told["words"], embeddings.passages) == ("unavailable", True, 2)
    assert await found(api, base_id, LEAVING) == []
    assert [hit["heading"] for hit in await found(api, base_id, "subscription")] == ["Leaving"]
    finding = await DatabaseFindings(api.app.state.settings, api.sessions, api.clock).meaning()
    assert (finding.state, words in finding.advice) == ("note", True)


async def test_a_search_by_meaning_goes_through_the_index_of_its_length(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    await club(api)
    await learn(api)
    async with api.sessions() as session:
        embedding = (await session.scalars(select(KnowledgeEmbedding))).one()
        asked = ByMeaning([embedding.id], f"[{','.join(['0.1'] * 256)}]", 256, 0.0)
        await session.execute(text("set local enable_seqscan = off"))
        await session.execute(text("set local enable_bitmapscan = off"))
        await session.execute(text("set local enable_sort = off"))
        given = {f"{name}_0": value for name, value in asked.given().items()}
        plan = await session.scalars(text(f"explain with {asked.sql(0)} select * from list_0"), given)
        assert "ix_knowledge_vector_256" in "\n".join(plan)
        assert await SearchRepository(session, api.workspace_id).found([], [], 5) == []
        assert await session.scalar(select(func.count()).select_from(KnowledgeEmbedding)) == 1


async def test_a_model_that_begins_to_give_other_vectors_is_asked_for_all_again(api: Api, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await club(api)
    await learn(api)
    embeddings.dimensions = 300
    assert await found(api, base_id, LEAVING) == []
    await uploaded(api, base_id, "more.md", "Opening hours are short.")
    await read_all(api)
    await learn(api)
    assert ((await state(api, base_id))["passages"], len(await found(api, base_id, LEAVING))) == (3, 1)


async def test_the_choice_of_a_model_is_kept_as_it_was_given(api: Api) -> None:
    base_id = await base(api, embedding={"model": "m"}, least_similarity=0.5)
    told = checked(await api.manager.patch(f"/knowledge/{base_id}", json={"description": "Prices."}), 200)
    assert (told["embedding"], told["least_similarity"], told["searches_by"]) == ({"model": "m", "credential": None}, 0.5, "meaning")
    none = checked(await api.manager.patch(f"/knowledge/{base_id}", json={"embedding": None}), 200)
    assert none["embedding"] is None
