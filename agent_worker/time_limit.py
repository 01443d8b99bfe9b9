"""A call's longest duration is announced before it strikes: nobody is cut off in the middle of a sentence without a warning.

Nor is anybody who waits for somebody else, or talks with them: the end waits until they are back, and is announced then.
"""

import asyncio
import contextlib
from typing import Protocol

from livekit.agents import AgentSession

from agent_worker import phrases
from sip_config.contract import CallOrder, EndCause

NOTICE_S = 30.0
"""Before the end. Time for a last question and a goodbye."""

SHARE = 0.25
"""Of a short call at most."""

TOO_SHORT_S = 20.0
"""A call that is limited to this is over before an announcement would help."""

LOOK_S = 0.25

LONGEST_WAIT_S = 240.0
"""For all whom the callee waits for at the end, together. LiveKit's own limit, which announces nothing, is five minutes behind the longest
duration (`calls/reducer`, CARE_RESERVE): the notice has its place before it."""


class Talk(Protocol):
    """What of the conversation is needed here."""

    order: CallOrder
    session: AgentSession
    over: asyncio.Future[EndCause]

    @property
    def stays_on(self) -> bool: ...

    @property
    def is_elsewhere(self) -> bool:
        """The callee waits for somebody else, or talks with them."""
        ...


def notice_s(left_s: float) -> float:
    """How long before its end a call of `left_s` is announced to end; 0 for not at all."""
    return min(NOTICE_S, left_s * SHARE) if left_s > TOO_SHORT_S else 0.0


async def until_over(talk: Talk, left_s: float) -> None:
    """Wait until the call has lasted as long as it may, `left_s` seconds from now, and say before that it nearly has. Who is elsewhere then
    has a whole notice after they are back."""
    notice, latest = notice_s(left_s), _now() + left_s + LONGEST_WAIT_S
    await asyncio.sleep(left_s - notice)
    while True:
        while talk.is_elsewhere and _now() < latest:
            notice = NOTICE_S
            await asyncio.sleep(LOOK_S)
        await _last_part(talk, notice)
        if not talk.is_elsewhere or _now() >= latest:
            return


async def _last_part(talk: Talk, notice: float) -> None:
    ends_at = _now() + notice
    if notice:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(ends_at):
                await announce(talk)
    await asyncio.sleep(ends_at - _now())


async def announce(talk: Talk) -> None:
    """Say that the call is nearly over as soon as nobody speaks, unless there is nothing to be said of it."""
    session = talk.session
    while _is_spoken(session) or talk.is_elsewhere:  # noqa: ASYNC110 - until a pause
        await asyncio.sleep(LOOK_S)
    if not talk.over.done() and not talk.stays_on:
        # The session may be closing at this moment.
        with contextlib.suppress(RuntimeError):
            session.say(phrases.for_language(talk.order.language).nearly_over)


def _is_spoken(session: AgentSession) -> bool:
    return session.user_state == "speaking" or session.agent_state in ("speaking", "thinking")


def _now() -> float:
    """Seconds of the event loop's clock."""
    return asyncio.get_running_loop().time()
