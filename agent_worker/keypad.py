"""Presses keys of a phone, as its callee's side hears them."""

import asyncio

from livekit import rtc

KEYS = "0123456789*#"
"""In the order of their DTMF codes."""

APART_S = 0.3
"""Between two keys (facts: livekit §2.7)."""


async def press(caller: rtc.LocalParticipant, keys: str) -> None:
    """One key after the other. Raises `ValueError` for what is no key."""
    for number, key in enumerate(keys):
        if number:
            await asyncio.sleep(APART_S)
        await caller.publish_dtmf(code=KEYS.index(key), digit=key)
