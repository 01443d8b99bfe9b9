"""Walks plain values from a file or a request and keeps every mistake with its place, so that one reading names them all."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any
from zoneinfo import available_timezones

from control_plane.domain.errors import FieldError, Invalid
from sip_config.contract import AnsweredBy, NetworkResult, Outcome

CONVERSATION = "conversation"
"""A person answered and talked."""
ABANDONED = "abandoned"
"""A person answered and nobody spoke to them."""
ENDS = tuple(dict.fromkeys((CONVERSATION, ABANDONED, *map(str, NetworkResult), *map(str, AnsweredBy), *map(str, Outcome))))
"""How a call may have ended, as cool-downs name it."""
_MOST_TEXT, _MOST_MISTAKES = 1000, 100


class Node:
    """A mapping at one place of the input. Reading never raises; `finish` does, with all mistakes."""

    def __init__(self, plain: Any, where: str, mistakes: list[FieldError] | None = None) -> None:
        self._where = where
        self._mistakes: list[FieldError] = [] if mistakes is None else mistakes
        if not isinstance(plain, Mapping):
            self.wrong("", "This is a mapping of names to values.")
        self.plain: Mapping[str, Any] = plain if isinstance(plain, Mapping) else {}
        self._is_broken = not isinstance(plain, Mapping)

    def wrong(self, name: str, message: str) -> None:
        if len(self._mistakes) < _MOST_MISTAKES:
            self._mistakes.append(FieldError(".".join(part for part in (self._where, name) if part), message))

    def finish(self) -> None:
        """Raises `Invalid` when anything was wrong."""
        if self._mistakes:
            first = self._mistakes[0]
            raise Invalid(f"{first.field}: {first.message}" if first.field else first.message, *self._mistakes)

    def has(self, name: str) -> bool:
        return self.plain.get(name) is not None

    def only(self, *names: str) -> None:
        for name in self.plain:
            if name not in names:
                self.wrong(str(name)[:60], f"There is no such field here; there are {', '.join(names)}.")

    def text(self, name: str, pattern: re.Pattern[str] | None = None, meaning: str = "", *, optional: bool = False) -> str:
        value = self.plain.get(name)
        if value is None:
            if not (optional or self._is_broken):
                self.wrong(name, "This is missing.")
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > _MOST_TEXT:
            self.wrong(name, f"This is text of up to {_MOST_TEXT} characters.")
            return ""
        if pattern is not None and not pattern.fullmatch(value):
            self.wrong(name, f"{value[:60]!r} is not {meaning}.")
            return ""
        return value

    def flag(self, name: str) -> bool:
        value = self.plain.get(name, False)
        if not isinstance(value, bool):
            self.wrong(name, "This is true or false.")
        return value is True

    def number(self, name: str, least: int, most: int, *, default: int | None = None) -> int:
        value = self.plain.get(name)
        if value is None and (default is not None or self._is_broken):
            return default or 0
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(name, f"This is a whole number from {least} to {most}.")
            return least
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str:
        value = self.plain.get(name)
        if not isinstance(value, str) or value not in choices:
            if not self._is_broken:
                self.wrong(name, f"This is one of {', '.join(choices)}.")
            return choices[0]
        return value

    def choices(self, name: str, choices: Sequence[str], *, least: int = 0) -> list[str]:
        value = self.plain.get(name)
        if value is None and (least == 0 or self._is_broken):
            return []
        if not isinstance(value, list) or len(value) < least or any(not isinstance(v, str) or v not in choices for v in value):
            self.wrong(name, f"This is a list of {', '.join(choices)}.")
            return []
        return value

    def words(self, name: str, pattern: re.Pattern[str], meaning: str) -> list[str]:
        value = self.plain.get(name)
        if not isinstance(value, list):
            if not self._is_broken:
                self.wrong(name, f"This is a list; each entry is {meaning}.")
            return []
        for word in value:
            if not isinstance(word, str) or not pattern.fullmatch(word):
                self.wrong(name, f"{str(word)[:60]!r} is not {meaning}.")
        return [word for word in value if isinstance(word, str)]

    def day(self, name: str) -> date | None:
        value = self.plain.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else self._no_day(name)
        except ValueError:
            return self._no_day(name)

    def _no_day(self, name: str) -> None:
        self.wrong(name, "This is a day, written as YYYY-MM-DD.")

    def child(self, name: str) -> "Node | None":
        return Node(self.plain[name], self._place(name), self._mistakes) if self.has(name) else None

    def items(self, name: str, least: int, most: int) -> list["Node"]:
        value = self.plain.get(name)
        if value is None and (least == 0 or self._is_broken):
            return []
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.wrong(name, f"This is a list of {least} to {most} entries.")
            return []
        return [Node(item, f"{self._place(name)}[{i}]", self._mistakes) for i, item in enumerate(value)]

    def _place(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether `name` is in the time zone database."""
    return name in _zones()


@lru_cache(maxsize=1024)
def ends_of(network_result: str | None, answered_by: str | None, outcome: str | None) -> tuple[str, ...]:
    """How a call ended, in every word that a cool-down may name it by; empty while it is under way."""
    words = [word for word in (network_result, answered_by, outcome) if word and word not in _SAYING_NOTHING]
    if network_result == NetworkResult.ANSWERED and answered_by in _PERHAPS_A_PERSON:
        if outcome == Outcome.AGENT_FAILURE:
            words.append(ABANDONED)
        elif outcome not in _NOT_TALKED:
            words.append(CONVERSATION)
    return tuple(words)


_PERHAPS_A_PERSON = (AnsweredBy.HUMAN, AnsweredBy.UNCERTAIN)
_NOT_TALKED = (Outcome.NO_CONVERSATION, Outcome.HUNG_UP_EARLY)
_SAYING_NOTHING = (AnsweredBy.NONE, "unknown")
