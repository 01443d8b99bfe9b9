"""Extraction by rules: values that the callee gave as the answer to a question about them, or that can be told by their form. Pure.

A property of the assistant's schema is asked about when the agent's question names it, by the words of its name, title or description.
Whatever does not fit the property's own schema stays unknown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from control_plane.analysis.findings import UNKNOWN, Finding, Said, found, plain
from control_plane.analysis.fitting import fits, properties_of
from control_plane.analysis.words import NO, YES

FORM, ANSWER = 0.85, 0.7
"""Confidence of what is told by its form, and of an answer to a question."""
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,12}(?:\.\d{1,6})?(?![\w]|[.,]\d)")
_SMALL = {
    *("the", "a", "an", "of", "is", "are", "to", "for", "in", "on", "at", "and", "or", "your", "you", "how", "what", "when", "which"),
    *("does", "do", "has", "have", "was", "were", "will", "can", "it"),
}


def extract(transcript: Sequence[Said], schema: Mapping[str, Any]) -> dict[str, Finding]:
    return {name: _extract(transcript, name, each) for name, each in properties_of(schema).items()}


def _extract(transcript: Sequence[Said], name: str, wanted: Mapping[str, Any]) -> Finding:
    """The last fitting answer: people correct themselves."""
    last = Finding()
    words = _words(name, wanted)
    for question, said in _answers(transcript):
        is_asked = bool(words & set(question.split()))
        value = _value(said, wanted, is_asked=is_asked)
        if value != UNKNOWN and fits(value, wanted):
            last = found(value, ANSWER if is_asked else FORM, said)
    return last


def _answers(transcript: Sequence[Said]) -> Iterator[tuple[str, Said]]:
    question = ""
    for said in transcript:
        if said.is_callee:
            yield question, said
            question = ""
        else:
            question = said.words


def _value(said: Said, wanted: Mapping[str, Any], *, is_asked: bool) -> Any:
    kind, form = wanted.get("type"), wanted.get("format")
    if form == "email":
        match = _EMAIL.search(said.text)
        return match.group() if match else UNKNOWN
    if not is_asked:
        return UNKNOWN
    if isinstance(choices := wanted.get("enum"), list):
        named = [choice for choice in choices if isinstance(choice, str) and plain(choice.replace("_", " ")) in said.words]
        return named[0] if len(named) == 1 else UNKNOWN
    if kind == "boolean":
        return True if YES.search(said.words) else False if NO.search(said.words) else UNKNOWN
    if kind in ("integer", "number"):
        numbers = _NUMBER.findall(said.text)
        return (int(numbers[0]) if "." not in numbers[0] else float(numbers[0])) if len(numbers) == 1 else UNKNOWN
    return UNKNOWN


def _words(name: str, wanted: Mapping[str, Any]) -> set[str]:
    told = " ".join((name.replace("_", " "), str(wanted.get("title", "")), str(wanted.get("description", ""))))
    return {word for word in plain(told).split() if len(word) > 1} - _SMALL
