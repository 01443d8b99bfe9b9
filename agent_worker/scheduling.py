"""Further calls that a callee asks for, moves or gives up: the control plane reads the words, the callee hears what is meant, and only
their own yes has it done. Which schedules there are comes with the order; the model names one by its place in that list and knows no id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from agent_worker.consent_words import says_yes
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from sip_config.contract import PlannedCalls

log = structlog.get_logger()

_NOT_NOW = "That cannot be planned now. Tell the person that it did not work, and do not promise it."
_NOT_READ = "The person has not said yes to the plan. Read it to them and wait for their answer."
_FIRST = "Say first what the person wants, with is_confirmed false."
_NOTHING = "Nothing is stored yet. Read this to the person, in the language that you speak with them, and ask whether it is right: "


@dataclass(frozen=True, slots=True)
class Wish:
    """What was proposed: a new plan, another time for a schedule, or its end."""

    asked: tuple[tuple[str, str], ...]
    """As the control plane is asked."""
    sentence: str
    """What the callee hears, with {plan}, unless the control plane has it in the language of the call."""

    def reads(self, found: Mapping[str, str]) -> str:
        return found.get("sentence") or self.sentence.format(plan=found["read_back"])


@dataclass(frozen=True, slots=True)
class CallBack:
    """What the model is to do next; and once the person has agreed, the time, in UTC (None in a trial), and the words that they heard."""

    next: str
    is_agreed: bool = False
    at: datetime | None = None
    sentence: str = ""


class Scheduling:
    """One wish at a time: a new proposal takes the place of the former."""

    def __init__(self, client: CallClient, planned: Sequence[PlannedCalls] = ()) -> None:
        self._client, self._planned = client, planned
        self._wish: Wish | None = None
        self._found: Mapping[str, str] = {}
        """What the control plane has made of the wish."""
        self._answer = ""
        """What the callee has said since the plan was read; the model's own word that they agreed counts for nothing."""

    def heard(self, text: str) -> None:
        self._answer = text

    async def create(self, words: str, about: str, *, is_confirmed: bool) -> str:
        """What the model is to do next, in a sentence; so for the others."""
        wish = Wish((("words", words), ("about", about)), "we will call you {plan}")
        return await (self._confirm("words") if is_confirmed else self._propose(wish))

    async def change(self, which: str, words: str, *, is_confirmed: bool) -> str:
        schedule_id = self._id(which)
        if schedule_id is None:
            return self._unknown(which)
        wish = Wish((("changes", schedule_id), ("words", words)), "we will call you {plan}")
        return await (self._confirm("changes", schedule_id) if is_confirmed else self._propose(wish))

    async def cancel(self, which: str, *, is_confirmed: bool) -> str:
        schedule_id = self._id(which)
        if schedule_id is None:
            return self._unknown(which)
        wish = Wish((("cancels", schedule_id),), "we will not call you any more {plan}")
        return await (self._confirm("cancels", schedule_id) if is_confirmed else self._propose(wish))

    async def call_back(self, words: str, *, is_confirmed: bool) -> CallBack:
        """One time to call back. The control plane hears of what is agreed with the outcome of the call."""
        if not is_confirmed:
            return CallBack(await self._propose(Wish((("calls_back", words),), "we will call you {plan}")))
        wish = self._agreed("calls_back")
        if isinstance(wish, str):
            return CallBack(wish)
        self._wish, at, sentence = None, self._found.get("at"), wish.reads(self._found)
        return CallBack(f"Stored. Tell the person: {sentence}.", True, datetime.fromisoformat(at).astimezone(UTC) if at else None, sentence)

    async def stop(self, schedule_id: str, words: str) -> bool:
        """End the schedule: the callee was asked and has said in `words` that it is what they mean. Whether it is done."""
        self._wish = None
        proposed = await self._ask({"cancels": schedule_id})
        return proposed is not None and "read_back" in proposed and await self._ask({"yes": words}) is not None

    async def _propose(self, wish: Wish) -> str:
        self._wish, self._answer = None, ""
        found = await self._ask(dict(wish.asked))
        if found is None:
            return _NOT_NOW
        if "question" in found:
            return f"Ask the person: {found['question']}"
        self._wish, self._found, self._answer = wish, found, ""
        return f"{_NOTHING}{wish.reads(found)}."

    async def _confirm(self, kind: str, schedule_id: str = "") -> str:
        wish = self._agreed(kind, schedule_id)
        if isinstance(wish, str):
            return wish
        found = await self._ask({"yes": self._answer})
        self._wish = None
        return f"Stored. Tell the person: {wish.reads(found)}." if found and "read_back" in found else _NOT_NOW

    def _agreed(self, kind: str, schedule_id: str = "") -> Wish | str:
        """What was proposed, once the person has said yes to it; else what the model is to do first."""
        wish = self._wish
        if wish is None or wish.asked[0][0] != kind or (schedule_id and wish.asked[0][1] != schedule_id):
            return _FIRST
        return wish if says_yes(self._answer) is True else _NOT_READ

    async def _ask(self, asked: dict[str, str]) -> dict[str, str] | None:
        try:
            return await self._client.schedule(asked)
        except (Unreachable, Refused, Superseded) as error:
            log.warning("schedule_not_planned", error=str(error))
            return None

    def _id(self, which: str) -> str | None:
        place = int(which) if which.isascii() and which.isdigit() and len(which) < 4 else 0
        return self._planned[place - 1].id if 1 <= place <= len(self._planned) else None

    def _unknown(self, which: str) -> str:
        return f"There are no planned calls {which!r}. Name them by their number, 1 to {len(self._planned)}, and ask the person if unsure."
