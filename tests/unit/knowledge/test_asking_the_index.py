"""What an index of words is asked: for passages with so many of a question's words, never for fewer than have them."""

import re
from itertools import combinations

import pytest

from control_plane.knowledge.search_repository import at_least


def answers(query: str, has: set[str]) -> bool:
    """Whether a passage with these words fits the query."""
    plain = re.sub(r"'(\w+)'", lambda word: str(word[1] in has), query)
    return bool(eval(plain.replace("&", " and ").replace("|", " or ")))


@pytest.mark.parametrize(("words", "count"), [(words, count) for words in range(1, 8) for count in range(1, words + 1)])
def test_passages_with_so_many_of_few_words_fit_and_others_do_not(words: int, count: int) -> None:
    all_words = [f"w{number}" for number in range(words)]
    query = at_least(count, all_words)
    for size in range(words + 1):
        for has in combinations(all_words, size):
            # For four of seven the query would be long already: it asks for three of the six rarest.
            fits = size >= count if (words, count) != (7, 4) else len(set(has) - {"w6"}) >= 3
            assert answers(query, set(has)) is fits


@pytest.mark.parametrize(("words", "count"), [(8, 4), (12, 6), (32, 16), (32, 24)])
def test_of_many_words_as_much_is_asked_as_an_index_answers_quickly(words: int, count: int) -> None:
    all_words = [f"w{number}" for number in range(words)]
    query = at_least(count, all_words)
    assert query.count("w") <= 64
    assert answers(query, set(all_words[:count]))
    assert answers(query, set(all_words[-count:])), "the rarest come first, and a passage may have none but the others"
    assert not answers(query, set())


def test_of_no_words_nothing_is_asked_and_quotes_stay_within_their_word() -> None:
    assert at_least(0, []) == ""
    assert at_least(1, ["it's", "a\\b"]) == "'it''s' | 'a\\\\b'"
