"""Our detector hears what LiveKit's hears, window by window, and takes less for it."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import vad
from livekit.plugins import silero
from livekit.plugins.silero import onnx_model

from agent_worker import pipeline
from agent_worker.pipeline import INPUT_RATE, load_vad
from agent_worker.voice_activity import REMEMBERED, Once
from rehearsal.greetings.corpus import Part, corpus
from rehearsal.greetings.sound import RATE, render
from rehearsal.models.espeak import Espeak
from sip_config.contract import TurnsOrder

FRAME = INPUT_RATE * pipeline.FRAME_MS // 1000
Event = tuple[vad.VADEventType, int, float, float, float, float, bool, bytes]


class Counting:
    """A session that notes how often it is asked."""

    def __init__(self) -> None:
        self._session, self.asked = onnx_model.new_inference_session(True), 0

    def run(self, names, inputs):
        self.asked += 1
        return self._session.run(names, inputs)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """Somebody speaks over a telephone's line, with pauses."""
    greeting = next(each for each in corpus(Part.DEVELOPMENT) if len(each.transcript.split()) > 12)
    heard = render(greeting, Espeak().speak)
    assert RATE == INPUT_RATE
    return np.concatenate((heard.samples, np.zeros(2 * RATE, np.int16)))


def theirs() -> silero.VAD:
    """LiveKit's, tuned as ours."""
    ours = load_vad()
    return silero.VAD(session=onnx_model.new_inference_session(True), opts=ours._opts)


def frames(sound: np.ndarray, size: int = FRAME) -> list[rtc.AudioFrame]:
    pieces = [sound[start : start + size] for start in range(0, len(sound), size)]
    return [rtc.AudioFrame(piece.tobytes(), INPUT_RATE, 1, len(piece)) for piece in pieces]


async def told(stream: vad.VADStream) -> list[Event]:
    """All that a stream says, but for how long it took."""
    found = []
    async for event in stream:
        kept = b"".join(bytes(frame.data) for frame in event.frames)
        spans = event.silence_duration, event.speech_duration, event.raw_accumulated_speech
        found.append((event.type, event.samples_index, event.probability, *spans, event.speaking, kept))
    await stream.aclose()
    return found


async def heard(detector: vad.VAD, pushed: Sequence[rtc.AudioFrame | None]) -> list[Event]:
    """What one stream says of frames; None ends a segment."""
    stream = detector.stream()
    for frame in pushed:
        if frame is None:
            stream.flush()
        else:
            stream.push_frame(frame)
    stream.end_input()
    return await told(stream)


@pytest.mark.parametrize("size", [FRAME, 500, INPUT_RATE // 10])
async def test_it_hears_what_livekits_hears(sound: np.ndarray, size: int) -> None:
    ours, livekits = await heard(load_vad(), frames(sound, size)), await heard(theirs(), frames(sound, size))
    assert ours == livekits
    kinds = [kind for kind, *_ in ours]
    assert kinds.count(vad.VADEventType.START_OF_SPEECH) == kinds.count(vad.VADEventType.END_OF_SPEECH) >= 2


async def test_two_streams_hear_the_same_and_the_model_is_asked_once(sound: np.ndarray) -> None:
    detector = load_vad()
    session = Counting()
    detector._onnx_session = Once(session)
    first, second = detector.stream(), detector.stream()
    for frame in frames(sound):
        first.push_frame(frame)
        second.push_frame(frame)
        # As in a call: the second hears of it a little later.
        await asyncio.sleep(0)
    first.end_input()
    second.end_input()
    one, other = await asyncio.gather(told(first), told(second))
    assert one == other == await heard(theirs(), frames(sound))
    assert session.asked == len(sound) // FRAME


async def test_nothing_gathers_for_metrics_that_nobody_collects(sound: np.ndarray) -> None:
    stream = load_vad().stream()
    for frame in frames(sound):
        stream.push_frame(frame)
    stream.end_input()
    assert await told(stream)
    assert stream._metrics_task.done()
    assert not any(stream._tee_aiter._buffers)


async def test_streams_that_hear_apart_do_not_meet(sound: np.ndarray) -> None:
    """One is emptied in the middle of a word, as LiveKit does when a turn has ended otherwise; the other is not."""
    detector, pushed = load_vad(), frames(sound)
    emptied = [*pushed[:70], None, *pushed[70:]]
    one, other = await asyncio.gather(heard(detector, pushed), heard(detector, emptied))
    assert one == await heard(theirs(), pushed)
    assert other == await heard(theirs(), emptied)
    assert one != other


async def test_the_pace_of_a_conversation_is_for_all_streams() -> None:
    detector = load_vad()
    streams = detector.stream(), detector.stream()
    pipeline.conversation_pace(detector, TurnsOrder(pause_s=0.9))
    assert {stream._opts.min_silence_duration for stream in streams} == {0.9}
    for stream in streams:
        await stream.aclose()


async def test_others_have_their_turn_while_a_long_recording_is_heard(sound: np.ndarray) -> None:
    turns, hearing = 0, asyncio.create_task(heard(load_vad(), frames(sound, INPUT_RATE // 10)))
    while not hearing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= len(sound) // FRAME


def test_no_more_is_remembered_than_two_streams_need() -> None:
    session, state = load_vad()._onnx_session, np.zeros((2, 1, 128), np.float32)
    for turn in range(2 * REMEMBERED):
        window = np.full((1, 576), turn / 1000, np.float32)
        _, after = session.run(None, {"input": window, "state": state, "sr": np.array(INPUT_RATE)})
        after.fill(0)
    assert len(session._known) == REMEMBERED
    assert all(answer[1].any() for answer in session._known.values()), "who asked has emptied what is remembered"
