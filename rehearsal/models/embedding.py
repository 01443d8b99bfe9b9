"""A stand-in embedding model: the same text is always the same vector, and texts about the same things lie close together.

No model of language: words in their plainest form, a small table of words that mean the same, and for each a direction of its own, taken
from its hash. Enough to rehearse search by meaning, and to see that it finds what no word of the question stands in.
"""

import base64
import hashlib
import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.models.chat import BadRequest

MODEL = "stand-in-embedding"
LENGTH = 256
MOST_TEXTS, LONGEST_TEXT = 2048, 40_000
"""OpenAI's bounds: 2,048 texts, of 8,192 tokens each."""
_CHARACTERS_PER_TOKEN = 4
_WORD = re.compile(r"\w+")
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s", "e", "y")
_SAYS_NOTHING = frozenset(
    {
        *("a", "an", "and", "are", "at", "be", "by", "can", "do", "does", "for", "from", "have", "how", "i", "in", "is", "it", "me", "my"),
        *("of", "on", "or", "our", "that", "the", "there", "this", "to", "was", "we", "what", "when", "where", "which", "who", "will"),
        *("with", "you", "your"),
    }
)
_MEAN_THE_SAME = (
    "price cost fee charge pay expensive cheap dollar euro rate tariff",
    "cancel terminate quit leave resign end stop",
    "membership subscription contract plan",
    "car automobile vehicle auto",
    "doctor physician medic",
    "open opening hours schedule",
    "dog puppy hound pet animal",
    "refund reimbursement repayment moneyback",
    "house home flat apartment residence",
    "sick ill unwell disease",
)


def _plain(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


_MEANING = {_plain(word): line.split()[0] for line in _MEAN_THE_SAME for word in line.split()}


def vector(text: str, length: int = LENGTH) -> list[float]:
    """Of length 1; a text without a word that says something has a direction, too, that nothing shares."""
    said = [_plain(word) for word in _WORD.findall(text.lower()) if word not in _SAYS_NOTHING] or [f"\0{text}"]
    total = [0.0] * length
    for meaning in sorted({_MEANING.get(word, word) for word in said}):
        for place, value in enumerate(_direction(meaning, length)):
            total[place] += value
    size = math.sqrt(sum(value * value for value in total)) or 1.0
    return [value / size for value in total]


def _direction(meaning: str, length: int) -> list[float]:
    """One and minus one, by the bits of as many hashes as it takes."""
    bits = b"".join(hashlib.sha256(f"{meaning}/{part}".encode()).digest() for part in range(-(-length // 256)))
    return [1.0 if bits[place // 8] >> place % 8 & 1 else -1.0 for place in range(length)]


def answer(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to the JSON body of `POST /v1/embeddings`. Raises `BadRequest`."""
    texts = _texts(wanted.get("input"))
    length = wanted.get("dimensions", LENGTH)
    if not isinstance(length, int) or isinstance(length, bool) or not 1 <= length <= 4096:
        raise BadRequest("dimensions must be a whole number from 1 to 4096.")
    is_packed = wanted.get("encoding_format") == "base64"
    vectors = [vector(text, length) for text in texts]
    data = [{"object": "embedding", "index": at, "embedding": _packed(each) if is_packed else each} for at, each in enumerate(vectors)]
    tokens = sum(len(text) // _CHARACTERS_PER_TOKEN + 1 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": str(wanted.get("model") or MODEL), "usage": usage}


def _texts(given: Any) -> Sequence[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
        raise BadRequest(f"input must be a text, or 1 to {MOST_TEXTS} of them.")
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST_TEXT for text in texts):
        raise BadRequest(f"Each text of input must have 1 to {LONGEST_TEXT} characters.")
    return texts


def _packed(values: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
