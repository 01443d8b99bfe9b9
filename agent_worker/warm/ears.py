"""Words on a track, for somebody who is no part of a session."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable

from livekit import rtc
from livekit.agents import stt, vad

RATE = 16_000
_SIGNS = (stt.SpeechEventType.INTERIM_TRANSCRIPT, stt.SpeechEventType.PREFLIGHT_TRANSCRIPT)


async def listen(track: rtc.Track, on_words: Callable[[str, float], None], ears: stt.STT, detector: vad.VAD) -> None:
    """Call `on_words` with each utterance as of `utterances`, until the track ends or this is cancelled."""
    heard = ears.stream() if ears.capabilities.streaming else stt.StreamAdapter(stt=ears, vad=detector).stream()
    sound = rtc.AudioStream.from_track(track=track, sample_rate=RATE, num_channels=1)

    async def feed() -> None:
        async for event in sound:
            heard.push_frame(event.frame)
        heard.end_input()

    feeding = asyncio.create_task(feed())
    try:
        async for text, began in utterances(heard):
            on_words(text, began)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        await heard.aclose()
        await sound.aclose()


async def utterances(heard: AsyncIterable[stt.SpeechEvent]) -> AsyncIterator[tuple[str, float]]:
    """Each final transcript with the wall-clock seconds at which it began: at the first sign of it, because the transcript itself comes
    long after the words."""
    began: float | None = None
    async for event in heard:
        if event.type is stt.SpeechEventType.START_OF_SPEECH:
            began = event.speech_start_time or event.created_at
        elif event.type in _SIGNS:
            began = began or event.created_at
        elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT and event.alternatives:
            yield event.alternatives[0].text, began or event.created_at
            began = None
