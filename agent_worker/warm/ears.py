"""Words on a track, for somebody who is no part of a session."""

import asyncio
from collections.abc import Callable

from livekit import rtc
from livekit.agents import stt, vad

RATE = 16_000


async def listen(track: rtc.Track, on_words: Callable[[str], None], ears: stt.STT, detector: vad.VAD) -> None:
    """Call `on_words` with each final transcript, until the track ends or this is cancelled."""
    heard = ears.stream() if ears.capabilities.streaming else stt.StreamAdapter(stt=ears, vad=detector).stream()
    sound = rtc.AudioStream.from_track(track=track, sample_rate=RATE, num_channels=1)

    async def feed() -> None:
        async for event in sound:
            heard.push_frame(event.frame)
        heard.end_input()

    feeding = asyncio.create_task(feed())
    try:
        async for event in heard:
            if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT and event.alternatives:
                on_words(event.alternatives[0].text)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        await heard.aclose()
        await sound.aclose()
