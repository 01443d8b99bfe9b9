"""What tools may ask of the call they run in; nothing more of it is visible to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from agent_worker.scheduling import CallBack
from sip_config.contract import ActivityKind, EndCause, PromiseOwner, RiskLevel


class Plans(Protocol):
    """Makes, moves and ends planned calls as the person has said. Each answers with what the model is to do next, in a sentence; `which` is
    the number of planned calls in the order."""

    async def create(self, words: str, about: str, *, is_confirmed: bool) -> str: ...

    async def change(self, which: str, words: str, *, is_confirmed: bool) -> str: ...

    async def cancel(self, which: str, *, is_confirmed: bool) -> str: ...

    async def call_back(self, words: str, *, is_confirmed: bool) -> CallBack: ...


class Effects(Protocol):
    """What tools do beyond speech."""

    async def use(self, name: str, arguments: Mapping[str, Any], use_id: str, timeout_s: float) -> str | None:
        """What the model is told of one use of a configured tool; None when the call has ended meanwhile."""
        ...

    def note(self, kind: ActivityKind, what: str, score: int | None = None) -> None:
        """Note something about the person, or the score (0 to 100) with its reasons, one a line."""
        ...


class Bookings(Protocol):
    """What is free in the order's calendars, and times in them for the person. Each answers with what the model is to do next."""

    async def check(self, calendar: str, after: str) -> str: ...

    async def book(self, calendar: str, at: str, note: str, *, is_confirmed: bool) -> str: ...


class HandsOver(Protocol):
    async def to(self, destination: str, about: str) -> str | None:
        """None once the person is put through, or waits while somebody is fetched, who is told what it is `about`; else what the model is
        to do next."""
        ...


class CallControl(Protocol):
    @property
    def handing_over(self) -> HandsOver: ...

    @property
    def booking(self) -> Bookings: ...

    @property
    def effects(self) -> Effects: ...

    @property
    def scheduling(self) -> Plans: ...

    @property
    def stays_on(self) -> bool:
        """Whether somebody may be in danger, so that an opt-out is kept but does not end the call."""
        ...

    async def press(self, key: str) -> None:
        """Press keys of the phone."""
        ...

    def hang_up(self, cause: EndCause) -> None:
        """End the call soon; the first cause given is the one that counts."""
        ...

    async def opt_out(self, quote: str) -> bool:
        """Have the wish never to be called again committed, then confirm it and hang up; whether it was committed."""
        ...

    def set_outcome(self, label: str, note: str, callback_at: datetime | None = None, quote: str = "") -> None:
        """Record what was achieved, and when and in which words a call back was promised; a later label replaces an earlier one."""
        ...

    def flag_risk(self, kind: str, level: RiskLevel, quote: str) -> None:
        """Record something grave that the person said, in their words."""
        ...

    def record_mood(self, mood: str) -> None:
        """Record what mood the person's last words were said in."""
        ...

    def remember(self, text: str, quote: str) -> None:
        """Record something about the person that is worth knowing in a later call, and their words that say it."""
        ...

    def note_promise(self, what: str, owner: PromiseOwner, due_at: datetime | None, quote: str) -> None:
        """Record something that was promised to the callee, who is to keep it, until when, and in which words."""
        ...
