"""The stand-in embedding model: OpenAI's shape, the same vector for the same text, and near vectors for texts about the same things."""

import base64
import math
import struct
from typing import Any

import pytest

from rehearsal.models.chat import BadRequest
from rehearsal.models.embedding import LENGTH, answer, vector


def closeness(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(vector(one), vector(other), strict=True))


def test_texts_about_the_same_lie_close_and_others_do_not() -> None:
    assert closeness("How do I quit my contract?", "Memberships are cancelled. Terminating a subscription is free.") > 0.5
    assert closeness("How do I quit my contract?", "Cars stand behind the building.") < 0.3
    assert vector("The price") == vector("a cost!")
    assert math.isclose(sum(value * value for value in vector("")), 1.0)


def test_it_answers_in_the_shape_that_was_asked_for() -> None:
    told = answer({"model": "m", "input": ["One price.", "Two cars."]})
    assert ([each["index"] for each in told["data"]], told["model"], told["usage"]["total_tokens"] > 0) == ([0, 1], "m", True)
    assert told["data"][0]["embedding"] == vector("One price.")
    (packed,) = answer({"input": "One price.", "encoding_format": "base64", "dimensions": 300})["data"]
    assert len(struct.unpack("<300f", base64.b64decode(packed["embedding"]))) == 300
    assert len(vector("x")) == LENGTH


@pytest.mark.parametrize(
    "wanted", [{}, {"input": []}, {"input": [1]}, {"input": ""}, {"input": "x", "dimensions": 0}, {"input": ["x"] * 2049}]
)
def test_what_openai_would_refuse_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        answer(wanted)
