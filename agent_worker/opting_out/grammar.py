"""How a wish never to be called again is put together: named groups of words, sentences made of them, and what makes it another wish.

A pattern names groups as `<group>`; a space in it also stands for a comma and a space. It is looked for in one sentence of normalised
text whose words are separated by a space or by a comma and a space. Found, it is still no wish if its clause, or one beside it that
begins so, has a time, a place or a condition in it (`limits`), if what stands right before makes it a question, a report or its
opposite (`turned`), or if anything the callee says in the same breath asks for something else (`others`).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_GROUP = re.compile(r"<([a-z_]+)>")
_ELISION = re.compile(r"(?<!\w)((?:[cdjlmnst]|qu)') ?(?=\w)")
_PAUSE = re.compile(r"\s*[,;:()\"“”«»–—]+\s*|\s+-+\s+|[.!?…।|]+(?:\s+|$)")
_SPACE = re.compile(r"\(\?<[!=][^()]*\)| ")
"""A space of a pattern, or what looks behind: that must keep its width."""
_SILENT = re.compile(r"[-¿¡*_]+")


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language. All but `groups` are patterns over the groups."""

    groups: Mapping[str, str]
    demands: tuple[str, ...]
    """What the other side is told to do or to leave."""
    statements: tuple[str, ...]
    """What the callee says of themselves, or of the calls."""
    always: str
    """Looks like a limit and is none: "at all", "from now on"."""
    limits: str
    late_limits: str
    """Limits behind the wish only: "now" before it gives a reason."""
    breaks: str
    """Before what a clause begins without a comma."""
    subjects: str
    """A clause with one of these before the wish says something of its own and limits nothing."""
    turned: str
    """Right before a demand."""
    told_of: str
    """Right before a statement: it is somebody else's."""
    others: str


@dataclass(frozen=True, slots=True)
class Compiled:
    wishes: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    """Each with what must not stand before it."""
    always: re.Pattern[str]
    limits: re.Pattern[str]
    late_limits: re.Pattern[str]
    breaks: re.Pattern[str]
    subjects: re.Pattern[str]
    others: re.Pattern[str]


def without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def as_words(plain: str) -> str:
    """Normalised text as the patterns expect it."""
    words = _SILENT.sub(" ", _PAUSE.sub(", ", _ELISION.sub(r"\1 ", plain.replace("ß", "ss"))))
    return re.sub(r"\s+", " ", words).replace(" ,", ",").strip(" ,")


def compiled(grammar: Grammar) -> Compiled:
    def whole(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![^ ,])(?:{_expanded(pattern, grammar.groups)})(?![^ ,])")

    def before(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![^ ,])(?:{_expanded(pattern, grammar.groups)}) *$")

    turned, told_of = before(grammar.turned), before(grammar.told_of)
    return Compiled(
        (*((whole(wish), turned) for wish in grammar.demands), *((whole(wish), told_of) for wish in grammar.statements)),
        whole(grammar.always),
        whole(grammar.limits),
        whole(f"{grammar.limits}|{grammar.late_limits}"),
        re.compile(rf",| (?=(?:{_expanded(grammar.breaks, grammar.groups)})(?![^ ,]))"),
        whole(grammar.subjects),
        whole(grammar.others),
    )


def _expanded(pattern: str, groups: Mapping[str, str]) -> str:
    while _GROUP.search(pattern):
        pattern = _GROUP.sub(lambda found: f"(?:{groups[found[1]]})", pattern)
    return _SPACE.sub(lambda found: ",? " if found[0] == " " else found[0], without_marks(pattern))


def is_wish(sentence: str, grammar: Compiled) -> bool:
    """Whether the sentence holds a wish that nothing beside it narrows or turns."""
    return any(
        not turned.search(sentence[: found.start()].rpartition(",")[2]) and _stands(found, sentence, grammar)
        for wish, turned in grammar.wishes
        for found in wish.finditer(sentence)
    )


def asks_for_else(text: str, grammar: Compiled) -> bool:
    """Whether the callee asks for another way or another moment to talk."""
    return grammar.others.search(text) is not None


def _stands(found: re.Match[str], sentence: str, grammar: Compiled) -> bool:
    before, after = sentence[: found.start()], sentence[found.end() :]
    return not _limited_before(before, grammar) and not _limited_after(after, grammar)


def _limited_before(before: str, grammar: Compiled) -> bool:
    clauses = [clause.strip() for clause in grammar.always.sub(" ", before).split(",")]
    own = clauses[-1]
    if any(_begins_with_limit(clause, grammar) for clause in clauses[-2:]):
        return True
    return grammar.limits.search(own) is not None and not grammar.subjects.search(own)


def _begins_with_limit(clause: str, grammar: Compiled) -> bool:
    """At once or after one word ("please", "well")."""
    first, _, rest = clause.partition(" ")
    return grammar.limits.match(clause) is not None or (not grammar.subjects.fullmatch(first) and grammar.limits.match(rest) is not None)


def _limited_after(after: str, grammar: Compiled) -> bool:
    own, *further = (clause.strip() for clause in grammar.breaks.split(grammar.always.sub(" ", after)))
    return grammar.late_limits.search(own) is not None or any(grammar.limits.match(clause) for clause in further)
