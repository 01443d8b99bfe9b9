"""Plays what was spoken beforehand on a track of its own, without a session."""

import asyncio
from collections.abc import Callable

import structlog
from livekit import rtc

from agent_worker.opening_line import Line

log = structlog.get_logger()


async def play(room: rtc.Room, line: Line, name: str, limit_s: float, on_sound: Callable[[], None] | None = None) -> bool:
    """Play `line` to everybody in the room; whether it was played to its end. `on_sound` is called with its first sound."""
    source = rtc.AudioSource(line.sample_rate, 1)
    try:
        async with asyncio.timeout(limit_s):
            await room.local_participant.publish_track(rtc.LocalAudioTrack.create_audio_track(name, source))
            async for frame in line.frames():
                await source.capture_frame(frame)
                if on_sound is not None:
                    on_sound()
                    on_sound = None
            await source.wait_for_playout()
        return True
    except Exception as error:  # the native library raises nothing more specific; the call goes its way
        log.warning("clip_not_played", clip=name, error=type(error).__name__)
        return False
    finally:
        await source.aclose()
