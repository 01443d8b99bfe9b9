"""Nobody who has answered is left in silence: a call in which the agent is not heard in time is apologised for and ended.

The session that should have spoken is not trusted with the apology: it is a clip on a track of its own, made before the phone rang.
"""

import asyncio
from collections.abc import Callable

from livekit import rtc

from agent_worker import clip, clock
from agent_worker.greeting import Greeting
from agent_worker.opening_line import Line

HEARD_WITHIN_S = 2.0
"""From the moment at which the opening is due to its first sound."""

LOOK_S = 0.25
APOLOGY_LIMIT_S = 12.0
NOT_HEARD = f"the agent was not heard within {HEARD_WITHIN_S:.0f} s of its turn"


async def until_mute(greeting: Callable[[], Greeting]) -> None:
    """Returns once the opening under way should have been heard and was not; never, while all is well. `greeting` gives the current one: a
    person behind a menu is greeted anew."""
    while not greeting().is_mute(clock.seconds(), HEARD_WITHIN_S):  # noqa: ASYNC110 - what is waited for is that nothing happens
        await asyncio.sleep(LOOK_S)


async def apologise(room: rtc.Room, line: Line) -> bool:
    """Play `line` to everybody in the room; whether it was played to its end."""
    return await clip.play(room, line, "apology", APOLOGY_LIMIT_S)
