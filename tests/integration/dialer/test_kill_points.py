"""A kill before and after every commit and every send of a call's way, and what is true then and after the sweep.

The dying process is one task with mortal ports: its sessions or its telephony raise a `BaseException` that nothing catches. Whoever
comes after it has healthy ones. Every nudge is delivered once more at the end, and no row of the table ever sees a second INVITE.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from control_plane.calls.agent_service import AgentService
from control_plane.db.models import Call
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.dialer.context import Dialer
from control_plane.telephony.port import Answered, Dial, DialResult, Dispatch, Leg, Refused
from sip_config.contract import DispatchTicket, EventKind
from sip_config.naming import room_name
from tests.fakes.telephony import FakeTelephony
from tests.integration.dialer.conftest import Bench
from tests.integration.dialer.test_life_of_a_call import ONE, report

BUSY = Refused(486, "Busy Here", "resource_exhausted")
MOST_SWEEPS = 6
"""Enough for every repeated dispatch to time out as well."""


class Killed(BaseException):
    """The process is gone; nobody catches this."""


@dataclass
class Death:
    """At which step of a task its process dies: `before` or `after` commit number `commit`, or around the `send`."""

    when: str
    commit: int = 0
    send: bool = False
    seen: int = field(default=0)

    def at_commit(self, when: str) -> None:
        if when == "before":
            self.seen += 1
        if self.seen == self.commit and when == self.when:
            raise Killed

    def at_send(self, when: str) -> None:
        if self.send and when == self.when:
            raise Killed


class MortalSessions(async_sessionmaker[AsyncSession]):
    """Sessions of a process that dies around one of its commits; releasing a savepoint is no commit."""

    def __init__(self, bench: Bench, death: Death) -> None:
        super().__init__(**bench.dialer.sessions.kw)
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
    """The port of a process that dies around what it sends; what was sent before stays sent."""

    def __init__(self, inner: FakeTelephony, death: Death) -> None:
        self._inner, self._death = inner, death

    async def dispatch(self, order: Dispatch) -> None:
        self._death.at_send("before")
        await self._inner.dispatch(order)
        self._death.at_send("after")

    async def dial(self, order: Dial) -> DialResult:
        self._death.at_send("before")
        result = await self._inner.dial(order)
        self._death.at_send("after")
        return result

    async def close_room(self, room: str) -> None:
        await self._inner.close_room(room)

    async def hang_up(self, room: str, identity: str) -> None:
        await self._inner.hang_up(room, identity)

    async def legs(self, room: str) -> tuple[Leg, ...]:
        return await self._inner.legs(room)

    async def rooms(self) -> tuple[str, ...]:
        return await self._inner.rooms()


@dataclass(frozen=True)
class Situation:
    """How far the call has come when the dying task begins."""

    dialer: Dialer
    call: Call | None = None
    ticket: DispatchTicket | None = None


async def claim(at: Situation) -> None:
    await tick(at.dialer)


async def dispatch(at: Situation) -> None:
    assert at.call is not None
    await place.dispatch(at.dialer, at.call.id)


async def dial(at: Situation) -> None:
    assert at.call is not None
    await place.place(at.dialer, at.call.id)


async def _says(at: Situation, say: Callable[[AgentService], Awaitable[None]]) -> None:
    assert at.call is not None
    assert at.ticket is not None
    async with at.dialer.unit() as unit:
        await say(AgentService(unit, at.call.id, at.ticket.token))


async def opts_out(at: Situation) -> None:
    await _says(at, lambda agent: agent.opt_out("Never again.", 2.0))


async def reports(at: Situation) -> None:
    await _says(at, lambda agent: agent.take_report(report(str(at.call and at.call.id))))


@dataclass(frozen=True)
class Expected:
    """The call's state (None: there is no call), INVITEs sent, the enrollment's state and its attempts."""

    call: str | None
    invites: int
    enrollment: str
    attempts: int


NOT_CLAIMED = Expected(None, 0, "waiting", 0)
GIVEN_BACK = Expected("released", 0, "waiting", 0)
LOST = Expected("lost", 0, "waiting", 1)
LOST_AFTER_INVITE = Expected("lost", 1, "waiting", 1)
TALKING = Expected("in_progress", 1, "claimed", 0)
DONE = Expected("ended", 1, "done", 1)
OPTED_OUT = Expected("ended", 1, "suppressed", 1)


def before(state: str, invites: int = 0) -> Expected:
    """A claimed call at work."""
    return Expected(state, invites, "claimed", 0)


KILLS: list[tuple[str, Callable[[Situation], Awaitable[None]], str, Death, Expected, Expected]] = [
    # what dies                      task      network  where                        then                     after the sweep
    ("claim, before its commit", claim, "answers", Death("before", commit=1), NOT_CLAIMED, NOT_CLAIMED),
    ("claim, after its commit", claim, "answers", Death("after", commit=1), before("queued"), GIVEN_BACK),
    ("dispatch, before its generation", dispatch, "answers", Death("before", commit=1), before("queued"), GIVEN_BACK),
    ("dispatch, after its generation", dispatch, "answers", Death("after", commit=1), before("queued"), GIVEN_BACK),
    ("dispatch, before the send", dispatch, "answers", Death("before", send=True), before("queued"), GIVEN_BACK),
    ("dispatch, after the send", dispatch, "answers", Death("after", send=True), before("queued"), GIVEN_BACK),
    ("dispatch, before it is noted", dispatch, "answers", Death("before", commit=2), before("queued"), GIVEN_BACK),
    ("dispatch, after it is noted", dispatch, "answers", Death("after", commit=2), before("dispatched"), GIVEN_BACK),
    ("dial, before its commit", dial, "answers", Death("before", commit=1), before("ready"), GIVEN_BACK),
    ("dial, after its commit", dial, "answers", Death("after", commit=1), before("dialing"), LOST),
    ("dial, before the INVITE", dial, "answers", Death("before", send=True), before("dialing"), LOST),
    ("dial, after the INVITE: answered", dial, "answers", Death("after", send=True), before("dialing", 1), TALKING),
    ("dial, before the last look's commit", dial, "answers", Death("before", commit=2), before("dialing", 1), TALKING),
    ("dial, after the last look's commit", dial, "answers", Death("after", commit=2), before("dialing", 1), TALKING),
    ("dial, before the answer's commit", dial, "answers", Death("before", commit=3), before("dialing", 1), TALKING),
    ("dial, after the answer's commit", dial, "answers", Death("after", commit=3), TALKING, TALKING),
    ("dial, after the INVITE: busy, unseen", dial, "busy", Death("after", send=True), before("dialing", 1), LOST_AFTER_INVITE),
    ("dial, before busy is committed", dial, "busy", Death("before", commit=3), before("dialing", 1), LOST_AFTER_INVITE),
    ("dial, after busy is committed", dial, "busy", Death("after", commit=3), *[Expected("ended", 1, "waiting", 1)] * 2),
    ("opt-out, before its commit", opts_out, "answers", Death("before", commit=1), TALKING, OPTED_OUT),
    ("opt-out, after its commit", opts_out, "answers", Death("after", commit=1), TALKING, OPTED_OUT),
    ("report, before its commit", reports, "answers", Death("before", commit=1), TALKING, DONE),
    ("report, after its commit", reports, "answers", Death("after", commit=1), DONE, DONE),
]
AGENT_SAYS_IT_AGAIN = (opts_out, reports)
"""The API died, not the agent, which repeats what it had no answer to; after an opt-out it reports."""


@pytest.mark.parametrize(("task", "network", "death", "then", "after_the_sweep"), [pytest.param(*k[1:], id=k[0]) for k in KILLS])
async def test_a_kill_loses_nobody_and_dials_nobody_twice(
    bench: Bench,
    task: Callable[[Situation], Awaitable[None]],
    network: str,
    death: Death,
    then: Expected,
    after_the_sweep: Expected,
) -> None:
    death.seen = 0
    await bench.make_world(ONE)
    situation = await _brought_to(bench, task, network)
    with pytest.raises(Killed):
        await task(_dying(situation, bench, death))
    assert await _as_it_is(bench) == then
    if task in AGENT_SAYS_IT_AGAIN:
        await task(situation)
        await reports(situation)
    await _swept(bench)
    await _everything_nudged_again(bench)
    assert await _as_it_is(bench) == after_the_sweep
    await _nothing_is_held_in_vain(bench)


async def test_after_a_kill_before_the_dial_the_contact_is_called_by_a_new_call(bench: Bench) -> None:
    await bench.make_world(ONE)
    death = Death("before", commit=1)
    situation = await _brought_to(bench, dial, "answers")
    with pytest.raises(Killed):
        await dial(_dying(situation, bench, death))
    await _swept(bench)
    await _let_enrollments_fall_due(bench)
    assert await bench.tick() == 1
    assert [call.state for call in await bench.calls()] == ["released", "queued"]


async def test_a_lost_call_keeps_its_contact_from_being_called_until_its_phone_cannot_ring(bench: Bench) -> None:
    await bench.make_world(ONE)
    situation = await _brought_to(bench, dial, "answers")
    death = Death("before", send=True)
    mortal = replace(bench.dialer, telephony=MortalTelephony(bench.telephony, death))
    with pytest.raises(Killed):
        await dial(Situation(mortal, situation.call))
    await _swept(bench)
    await _let_enrollments_fall_due(bench)
    assert await bench.tick() == 0
    assert [call.state for call in await bench.calls()] == ["lost"]


async def _brought_to(bench: Bench, task: Callable[..., Awaitable[None]], network: str) -> Situation:
    """The call as far as the dying task finds it; the agent is in the room and the network's word is waiting."""
    if task is claim:
        return Situation(bench.dialer)
    await bench.tick()
    (call,) = await bench.calls()
    if task is dispatch:
        return Situation(bench.dialer, call)
    ticket = await bench.dispatch(call)
    room = room_name(str(call.id))
    bench.telephony.agent_joins(room)
    await bench.agent_says(ticket, EventKind.READY)
    bench.telephony.answer(room, Answered() if network == "answers" else BUSY)
    if task is not dial:
        await place.place(bench.dialer, call.id)
    return Situation(bench.dialer, call, ticket)


def _dying(situation: Situation, bench: Bench, death: Death) -> Situation:
    """The same situation in a process with mortal ports."""
    sessions, telephony = MortalSessions(bench, death), MortalTelephony(bench.telephony, death)
    # Patient like the bench's own: a turn that a busy machine misses is moved with a commit of its own, and the table counts commits.
    return replace(situation, dialer=replace(bench.dialer, sessions=sessions, telephony=telephony))


async def _as_it_is(bench: Bench) -> Expected:
    calls, (enrollment,) = await bench.calls(), await bench.enrollments()
    state = calls[0].state if calls else None
    return Expected(state, len(bench.telephony.sent), enrollment.state, enrollment.attempts)


async def _swept(bench: Bench) -> None:
    for _ in range(MOST_SWEEPS):
        await bench.let_leases_expire()
        await bench.sweep()


async def _everything_nudged_again(bench: Bench) -> None:
    for call in await bench.calls():
        await place.dispatch(bench.dialer, call.id)
        await place.place(bench.dialer, call.id)


async def _nothing_is_held_in_vain(bench: Bench) -> None:
    """A call that is over has given its slot back; only a lost one keeps its number, and until a stated time."""
    for call in await bench.calls():
        if call.state in ("ended", "released", "lost"):
            assert (call.holds_slot, call.holds_number) == (False, call.state == "lost")
            assert (call.reserved_until is not None) == (call.state == "lost")


async def _let_enrollments_fall_due(bench: Bench) -> None:
    async with bench.dialer.sessions.begin() as session:
        for enrollment in await bench.enrollments():
            row = await session.merge(enrollment)
            row.due_at = row.created_at
