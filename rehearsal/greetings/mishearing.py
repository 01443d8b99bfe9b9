"""A recogniser's errors: words left out, put in, and taken for others, one in so many. Repeatable."""

import random
from collections.abc import Sequence

SHARES = (0.6, 0.25, 0.15)
"""Of the errors: taken for another word, left out, put in."""


def misheard(text: str, rate: float, vocabulary: Sequence[str], chance: random.Random) -> str:
    """`text` with `rate` errors per word; wrong words are of `vocabulary`."""
    words: list[str] = []
    for word in text.split():
        if chance.random() >= rate:
            words.append(word)
            continue
        kind = chance.choices(("other", "none", "more"), SHARES)[0]
        if kind != "none":
            words.append(chance.choice(vocabulary))
        if kind == "more":
            words.append(word)
    return " ".join(words)
