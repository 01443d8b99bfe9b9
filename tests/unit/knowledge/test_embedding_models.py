"""What a model with OpenAI's interface answers: vectors as they are kept, or a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from control_plane.db.models import KnowledgeBase
from control_plane.kit.outbound import NotDelivered, Reply
from control_plane.knowledge.embedding_models import LONGEST_TEXT, EmbeddingModel, NotEmbedded, Wanted, wanted_of


@dataclass
class Scripted:
    """Says one thing, and remembers what it was asked."""

    body: bytes = b""
    status: int = 200
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.asked.append((url, dict(headers), msgspec.json.decode(body)))
        if not self.status:
            raise NotDelivered("No answer within 1.5 s.")
        return Reply(self.status, self.body)


def model(channel: Scripted, key: str = "sk") -> EmbeddingModel:
    return EmbeddingModel("small", "https://models.example.com/v1/", key, channel)


async def test_vectors_come_in_the_order_of_the_texts_and_in_a_length_that_has_an_index() -> None:
    channel = Scripted(
        b'{"data": [{"index": 1, "embedding": [0, -2e-5]}, {"index": 0, "embedding": [1, 0.5]}], "usage": {"total_tokens": 7}}'
    )
    told = await model(channel).embed(["x" * 2 * LONGEST_TEXT, "two"])
    assert (told.dimensions, told.tokens) == (2, 7)
    first, second = (msgspec.json.decode(each) for each in told.vectors)
    assert (first[:3], second[:2], len(first)) == ([1, 0.5, 0], [0, -2e-5], 256)
    ((url, headers, asked),) = channel.asked
    assert (url, headers["Authorization"], asked["model"]) == ("https://models.example.com/v1/embeddings", "Bearer sk", "small")
    assert [len(each) for each in asked["input"]] == [LONGEST_TEXT, 3]


async def test_a_model_without_a_key_is_asked_without_one() -> None:
    channel = Scripted(b'{"data": [{"embedding": [1]}], "usage": null}')
    assert (await model(channel, "").embed(["one"])).tokens == 0
    assert "Authorization" not in channel.asked[0][1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"{}", "no list of vectors"),
        (b"\xff", "no list of vectors"),
        (b'{"data": [{"embedding": "AAAA"}]}', "no list of vectors"),
        (b'{"data": []}', "another number of vectors"),
        (b'{"data": [{"embedding": [1, 0]}, {"embedding": [1], "index": 1}]}', "several lengths"),
        (b'{"data": [{"embedding": [0, 0]}, {"embedding": [1, 0], "index": 1}]}', "without a direction"),
        (b'{"data": [{"embedding": [1e30, 0]}, {"embedding": [1, 0], "index": 1}]}', "without a direction"),
        (b'{"data": [{"embedding": []}, {"embedding": [], "index": 1}]}', "have 0 numbers"),
    ],
)
async def test_whatever_a_model_answers_is_no_more_than_a_sentence(answer: bytes, why: str) -> None:
    with pytest.raises(NotEmbedded, match=why):
        await model(Scripted(answer)).embed(["one", "two"])


@pytest.mark.parametrize(("status", "why"), [(0, "No answer within"), (401, r"The model answered HTTP 401\.")])
async def test_a_model_that_does_not_answer_is_said_to_be_so(status: int, why: str) -> None:
    with pytest.raises(NotEmbedded, match=why):
        await model(Scripted(status=status)).embed(["one"])


def test_a_base_is_searched_by_its_own_model_else_by_the_installations_and_by_none_where_it_does_not_want_one() -> None:
    own = {"model": "own", "credential": None}
    assert wanted_of(KnowledgeBase(searches_by="meaning", embedding=own), "all") == Wanted("own")
    assert wanted_of(KnowledgeBase(searches_by="meaning", embedding=own | {"credential": "ours"}), "") == Wanted("own", "ours")
    assert wanted_of(KnowledgeBase(searches_by="meaning"), "all") == Wanted("all")
    assert wanted_of(KnowledgeBase(searches_by="meaning"), "") is None
    assert wanted_of(KnowledgeBase(searches_by="words", embedding=own), "all") is None
