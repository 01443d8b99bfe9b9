"""A process that dies: its sessions and its telephony raise a `BaseException` around a chosen commit or send, and nothing catches that.

Whoever comes after it has healthy ones. What was committed or sent before stays so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from control_plane.dialer.context import Dialer
from control_plane.telephony.port import Dial, DialResult, Dispatch, Leg
from tests.fakes.telephony import FakeTelephony


class Killed(BaseException):
    """The process is gone; nobody catches this."""


@dataclass
class Death:
    """At which step of a task its process dies: `before` or `after` commit number `commit`, or the first `send` of that name."""

    when: str
    commit: int = 0
    send: str = ""
    seen: int = field(default=0)

    def at_commit(self, when: str) -> None:
        if when == "before":
            self.seen += 1
        if self.seen == self.commit and when == self.when:
            raise Killed

    def at_send(self, send: str, when: str) -> None:
        if (send, when) == (self.send, self.when):
            raise Killed


class MortalSessions(async_sessionmaker[AsyncSession]):
    """Sessions of a process that dies around one of its commits; releasing a savepoint is no commit."""

    def __init__(self, dialer: Dialer, death: Death) -> None:
        super().__init__(**dialer.sessions.kw)
        self._death = death

    def __call__(self, **options: Any) -> AsyncSession:
        session = super().__call__(**options)
        for name, when in (("before_commit", "before"), ("after_commit", "after")):
            event.listen(session.sync_session, name, self._dying(session, when))
        return session

    def _dying(self, session: AsyncSession, when: str) -> Callable[[Any], None]:
        def die(_: Any) -> None:
            if not session.in_nested_transaction():
                self._death.at_commit(when)

        return die


class MortalTelephony:
    """The port of a process that dies around what it sends. Questions change nothing, so nobody dies of one."""

    def __init__(self, inner: FakeTelephony, death: Death) -> None:
        self._inner, self._death = inner, death

    async def dispatch(self, order: Dispatch) -> None:
        self._death.at_send("dispatch", "before")
        await self._inner.dispatch(order)
        self._death.at_send("dispatch", "after")

    async def dial(self, order: Dial) -> DialResult:
        self._death.at_send("dial", "before")
        result = await self._inner.dial(order)
        self._death.at_send("dial", "after")
        return result

    async def close_room(self, room: str) -> None:
        self._death.at_send("close_room", "before")
        await self._inner.close_room(room)
        self._death.at_send("close_room", "after")

    async def hang_up(self, room: str, identity: str) -> None:
        self._death.at_send("hang_up", "before")
        await self._inner.hang_up(room, identity)
        self._death.at_send("hang_up", "after")

    async def legs(self, room: str) -> tuple[Leg, ...]:
        return await self._inner.legs(room)

    async def rooms(self) -> tuple[str, ...]:
        return await self._inner.rooms()


def dying(dialer: Dialer, telephony: FakeTelephony, death: Death) -> Dialer:
    """The same dialer in a process with mortal ports.

    Patient like the bench's own: a turn that a busy machine misses is moved with a commit of its own, and deaths count commits.
    """
    return replace(dialer, sessions=MortalSessions(dialer, death), telephony=MortalTelephony(telephony, death))
