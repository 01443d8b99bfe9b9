"""How far a base is known by meaning, in words for whoever manages it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from control_plane.knowledge.embedding_models import Wanted
from control_plane.knowledge.schemas import Meaning

BY_WORDS = "It is searched by words only"
_NO_MODEL = f"{BY_WORDS}: no model for meaning is named in `embedding`, nor for the installation (CALLWRIGHT_EMBEDDING_MODEL)."


@dataclass(frozen=True, slots=True)
class Known:
    """One model's idea of a base."""

    state: str
    model: str
    error: str
    is_due: bool
    """Passages are being looked for that it does not know."""
    passages: int


def meaning_of(searches_by: str, wanted: Wanted | None, lacks: str, models: Sequence[Known], passages: int) -> Meaning:
    """`wanted` and `lacks`: by which model it is to be searched, and why no vectors can be kept (db/vectors.Room)."""
    if searches_by == "words":
        return _off("off", f"{BY_WORDS}, as was asked.", passages)
    if wanted is None:
        return _off("off", _NO_MODEL, passages)
    if lacks:
        return _off("unavailable", f"{BY_WORDS}: {lacks}", passages)
    answers = next((each for each in models if each.state == "answering"), None)
    target = next((each for each in models if each.state == "building"), answers)
    model = answers.model if answers is not None else ""
    if target is None:
        said = "the model begins in a moment." if passages else "nothing is in it yet."
        return _off("waiting", f"{BY_WORDS}: {said}", passages)
    meanwhile = f"It is searched by words and by meaning ({model})" if model else BY_WORDS
    told: dict[str, Any] = {"model": model, "passages": target.passages, "of": passages}
    if target.error:
        return Meaning(state="failing", words=f"{meanwhile}: {target.model} could not be asked and will be again. {target.error}", **told)
    if target.state == "building" or target.is_due or target.passages < passages:
        return Meaning(state="building", words=f"{meanwhile}; {target.model} knows {target.passages} of {passages} passages.", **told)
    return Meaning(state="ready", words=f"{meanwhile}.", **told)


def _off(state: Literal["off", "waiting", "unavailable"], words: str, passages: int) -> Meaning:
    return Meaning(state=state, words=words, model="", passages=0, of=passages)
