"""Times that a callee books: the control plane knows what is free, the callee hears what is meant, and only their own yes books it."""

import json
from collections.abc import Sequence
from typing import Any

import structlog

from agent_worker.consent_words import says_yes
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from sip_config.contract import BookableCalendar

log = structlog.get_logger()

_NOT_NOW = "That cannot be looked up or booked now. Tell the person that it did not work, and do not promise it."
_NOT_READ = "The person has not said yes to the time. Read it to them and wait for their answer."
_FIRST = "Say first which time the person wants, with is_confirmed false."
_NOTHING = "Nothing is booked yet. Read this to the person, in the language that you speak with them, and ask whether it is right: "
_FREE = "Free are, by the clock there: {times}. Offer two or three of them in words, not all."
_NONE_FREE = "Nothing is free in the two weeks from then on. Say so, and ask whether a later time would do."
_MISWRITTEN = "Write the time like 2026-11-30T15:00, as the clock of the calendar shows it, and name the calendar as it is given to you."


class Booking:
    """One wish at a time: a new proposal takes the place of the former."""

    def __init__(self, client: CallClient, calendars: Sequence[BookableCalendar] = ()) -> None:
        self._client, self._names = client, [each.name for each in calendars]
        self._wish: tuple[str, str] | None = None
        """Calendar and time that were read to the callee."""
        self._read_back, self._answer = "", ""
        """What the callee has said since; the model's own word that they agreed counts for nothing."""

    def heard(self, text: str) -> None:
        self._answer = text

    async def check(self, calendar: str, after: str) -> str:
        """What the model is to do next, in a sentence; so for `book`."""
        found = await self._ask({"calendar": calendar, "after": after}, calendar)
        if isinstance(found, str):
            return found
        times = found.get("free") or []
        return _FREE.format(times="; ".join(str(each) for each in times)) if times else _NONE_FREE

    async def book(self, calendar: str, at: str, note: str, *, is_confirmed: bool) -> str:
        return await (self._confirm(calendar, at) if is_confirmed else self._propose(calendar, at, note))

    async def _propose(self, calendar: str, at: str, note: str) -> str:
        self._wish = None
        if not at.strip():
            return _MISWRITTEN
        found = await self._ask({"calendar": calendar, "at": at, "note": note}, calendar)
        if isinstance(found, str):
            return found
        if "question" in found:
            return f"Ask the person: {found['question']}"
        self._wish, self._read_back, self._answer = (calendar, at), str(found["read_back"]), ""
        return f"{_NOTHING}{self._read_back}."

    async def _confirm(self, calendar: str, at: str) -> str:
        if self._wish != (calendar, at):
            return _FIRST
        if says_yes(self._answer) is not True:
            return _NOT_READ
        found = await self._ask({"yes": self._answer})
        self._wish = None
        if isinstance(found, str):
            return found
        if "question" in found:
            return f"It was not booked, because somebody else has it by now. Ask the person: {found['question']}"
        return f"Booked. Tell the person: {self._read_back}."

    async def _ask(self, asked: dict[str, str], calendar: str | None = None) -> dict[str, Any] | str:
        """The answer, or what the model is to do instead."""
        if calendar is not None and calendar not in self._names:
            return f"There is no such calendar. Name one of: {json.dumps(self._names, ensure_ascii=False)}."
        try:
            return await self._client.booking(asked)
        except Refused:
            return _MISWRITTEN
        except (Unreachable, Superseded) as error:
            log.warning("nothing_booked", error=str(error))
            return _NOT_NOW
