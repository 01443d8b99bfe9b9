"""From a recording to who said what and when: each channel apart, utterance by utterance, by the ear that hears calls."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import av
import numpy as np
from livekit import rtc
from livekit.agents import APIConnectOptions, stt, vad

from agent_worker.pipeline import INPUT_RATE
from sip_config.contract import Speaker
from sip_config.contract.transcription import HeardTurn

CHANNELS = (Speaker.CALLEE, Speaker.AGENT)
"""Left and right, as livekit-agents records a session."""
PIECE = INPUT_RATE // 10
"""Samples that are handed to the detector at once."""
TAIL_S = 2.0
"""Silence behind the end, so that the last utterance ends."""
AT_ONCE = 4
"""Utterances that are being recognised; nobody waits for them."""
LONGEST_TEXT = 4000
_PATIENT = APIConnectOptions(max_retry=3, timeout=30.0)


@dataclass(frozen=True, slots=True)
class _Utterance:
    speaker: Speaker
    begins_s: float
    ends_s: float
    sound: rtc.AudioFrame


async def hear(recording: bytes, ear: stt.STT, detector: vad.VAD, from_s: float) -> tuple[HeardTurn, ...]:
    """Everything that was said, in the order in which it was begun; `from_s` is added to all times. Raises `av.FFmpegError` for what is no
    recording with two channels, and what `ear` raises."""
    turns = asyncio.Semaphore(AT_ONCE)
    tasks: list[asyncio.Task[HeardTurn | None]] = []
    try:
        for channel, speaker in enumerate(CHANNELS):
            samples = await asyncio.to_thread(_samples, recording, channel)
            async for utterance in _utterances(samples, speaker, detector):
                tasks.append(asyncio.create_task(_heard(utterance, ear, turns, from_s)))
        heard = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return tuple(sorted((turn for turn in heard if turn is not None), key=lambda turn: turn.started_at_s))


def _samples(recording: bytes, channel: int) -> np.ndarray:
    """One channel as the detector wants it: 16-bit at its rate."""
    resampler = av.AudioResampler(format="s16p", layout="stereo", rate=INPUT_RATE)
    with av.open(io.BytesIO(recording), mode="r") as container:
        track = container.streams.audio[0]
        if track.codec_context.layout.nb_channels != len(CHANNELS):
            raise ValueError("it has not two channels")
        pieces = [piece.to_ndarray()[channel] for frame in container.decode(track) for piece in resampler.resample(frame)]
    pieces += [piece.to_ndarray()[channel] for piece in resampler.resample(None)]
    return np.concatenate([*pieces, np.zeros(int(TAIL_S * INPUT_RATE), np.int16)]).astype(np.int16, copy=False)


async def _utterances(samples: np.ndarray, speaker: Speaker, detector: vad.VAD) -> AsyncIterator[_Utterance]:
    stream = detector.stream()
    for start in range(0, len(samples), PIECE):
        piece = samples[start : start + PIECE]
        stream.push_frame(rtc.AudioFrame(piece.tobytes(), INPUT_RATE, 1, len(piece)))
    stream.end_input()
    began_s = 0.0
    try:
        async for event in stream:
            at_s = event.samples_index / INPUT_RATE
            if event.type == vad.VADEventType.START_OF_SPEECH:
                began_s = at_s - event.speech_duration
            elif event.type == vad.VADEventType.END_OF_SPEECH:
                yield _Utterance(speaker, began_s, at_s - event.silence_duration, rtc.combine_audio_frames(event.frames))
    finally:
        await stream.aclose()


async def _heard(utterance: _Utterance, ear: stt.STT, turns: asyncio.Semaphore, from_s: float) -> HeardTurn | None:
    async with turns:
        event = await ear.recognize([utterance.sound], conn_options=_PATIENT)
    # No database keeps a zero byte.
    text = event.alternatives[0].text.replace("\0", "").strip() if event.alternatives else ""
    begins, ends = (round(from_s + max(0.0, at_s), 3) for at_s in (utterance.begins_s, utterance.ends_s))
    return HeardTurn(utterance.speaker, text[:LONGEST_TEXT], begins, ends) if text else None
