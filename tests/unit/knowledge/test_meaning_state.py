"""How far a base is known by meaning, in words."""

from typing import Any

import pytest

from control_plane.knowledge.embedding_models import LENGTHS, Wanted, length_of
from control_plane.knowledge.meaning_state import Known, meaning_of

NEW, OLD = Wanted("new"), Known("answering", "old", "", False, 9)
LEARNING = Known("building", "new", "", True, 3)


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        (("words", NEW, "", [OLD]), "off", "by words only, as was asked."),
        (("meaning", None, "", [OLD]), "off", "no model for meaning is named"),
        (("meaning", NEW, "install it, then run `callwright migrate`.", []), "unavailable", "install it, then run `callwright migrate`."),
        (("meaning", NEW, "", []), "waiting", "the model begins in a moment."),
        (("meaning", NEW, "", [LEARNING]), "building", "by words only; new knows 3 of 9 passages."),
        (("meaning", NEW, "", [OLD, LEARNING]), "building", "by words and by meaning (old); new knows 3 of 9 passages."),
        (("meaning", NEW, "", [Known("answering", "new", "", True, 8)]), "building", "(new); new knows 8 of 9 passages."),
        (
            ("meaning", NEW, "", [Known("building", "new", "HTTP 401.", True, 0)]),
            "failing",
            "new could not be asked and will be again. HTTP 401.",
        ),
        (("meaning", NEW, "", [Known("answering", "new", "", False, 0)]), "building", "(new); new knows 0 of 9 passages."),
        (("meaning", NEW, "", [Known("answering", "new", "", False, 9)]), "ready", "by words and by meaning (new)."),
    ],
)
def test_the_state_is_said_in_a_sentence(told: Any, state: str, words: str) -> None:
    found = meaning_of(told[0], told[1], told[2], told[3], 9)
    assert (found.state, found.words.endswith(words) or words in found.words, found.of) == (state, True, 9)
    assert found.words.startswith("It is searched by words")


def test_a_vector_is_kept_in_the_next_length_that_has_an_index() -> None:
    assert [length_of(dimensions) for dimensions in (1, 256, 257, 1536, 3072, 4000)] == [256, 256, 384, 1536, 3072, 4000]
    assert tuple(sorted(LENGTHS)) == LENGTHS
