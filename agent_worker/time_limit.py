"""A call's longest duration is announced before it strikes: nobody is cut off in the middle of a sentence without a warning."""

import asyncio
from collections.abc import Callable

from livekit.agents import AgentSession

from agent_worker import phrases

NOTICE_S = 30.0
"""Before the end. Time for a last question and a goodbye."""

SHARE = 0.25
"""Of a short call at most."""

TOO_SHORT_S = 20.0
"""A call that is limited to this is over before an announcement would help."""

LOOK_S = 0.25


def notice_s(left_s: float) -> float:
    """How long before its end a call of `left_s` is announced to end; 0 for not at all."""
    return min(NOTICE_S, left_s * SHARE) if left_s > TOO_SHORT_S else 0.0


async def announce(session: AgentSession, language: str, left_s: float, may_say: Callable[[], bool]) -> None:
    """Wait until the call is nearly over, `left_s` from now, and say so as soon as nobody speaks, if it `may_say` so then."""
    notice = notice_s(left_s)
    if not notice:
        return
    await asyncio.sleep(left_s - notice)
    while session.user_state == "speaking" or session.agent_state in ("speaking", "thinking"):  # noqa: ASYNC110 - until a pause
        await asyncio.sleep(LOOK_S)
    if may_say():
        session.say(phrases.for_language(language).nearly_over)
