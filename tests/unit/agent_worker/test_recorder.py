"""What our recorder writes is what LiveKit's writes."""

import asyncio
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from livekit import rtc
from livekit.agents.voice import agent_session
from livekit.agents.voice.recorder_io import recorder_io
from livekit.agents.voice.recorder_io.recorder_io import _Captured, _EndRun, _Flush, _Track
from livekit.agents.voice.transcription._speaking_rate import SpeakingRateStream
from livekit.rtc import _ffi_client

from agent_worker import upstream
from agent_worker.pipeline import FRAME_MS, INPUT_RATE
from agent_worker.recorder import Recorder, Track

T0, RATE, SPOKEN_RATE = 1000.0, 48_000, 24_000
FRAME_S = FRAME_MS / 1000
DITHER = 6 / 32768
"""What the native resampler adds to its samples at random: up to three steps, twice where what came late lies over what came before."""
CHANCE = np.random.default_rng(11)
Item = _Captured | _Flush | _EndRun


def frame(seconds: float, rate: int) -> rtc.AudioFrame:
    """A voice's harmonics, of some pitch or other."""
    at = np.arange(round(seconds * rate)) / rate
    pitch = CHANCE.uniform(100, 200)
    samples = sum(3000 / each * np.sin(2 * np.pi * each * pitch * at) for each in range(1, 12)).astype(np.int16)
    return rtc.AudioFrame(samples.tobytes(), rate, 1, len(samples))


def callee(seconds: float, late_s: dict[int, float]) -> list[_Captured]:
    """Frames as they arrive, a little irregularly; those of `late_s` by so many seconds more."""
    count = round(seconds / FRAME_S)
    at = [T0 + each * FRAME_S + CHANCE.uniform(0, 0.02) + late_s.get(each, 0.0) for each in range(count)]
    return [_Captured(0, started_at, frame(FRAME_S, INPUT_RATE)) for started_at in at]


def call() -> list[Item]:
    """12 s: the callee throughout, once held up for 0.3 s, once with a second missing; the agent says two things; written every 2.5 s."""
    heard = callee(12.0, {100: 0.3, 101: 0.27, 102: 0.24, 103: 0.2, 104: 0.17, 105: 0.14})
    del heard[200:231]
    said: list[tuple[float, Item]] = [(each.started_at + FRAME_S, each) for each in heard]
    for began, seconds in ((1.2, 2.2), (6.0, 1.7)):
        captured = _Captured(1, T0 + began, frame(seconds, SPOKEN_RATE))
        said += [(T0 + began + seconds, captured), (T0 + began + seconds, _EndRun(1))]
    said += [(T0 + at, _Flush(T0 + at - 0.05)) for at in (2.5, 5.0, 7.5, 10.0)]
    said += [(T0 + 12.1, each) for each in (_EndRun(0), _EndRun(1), _Flush(T0 + 12.1))]
    return [item for _, item in sorted(said, key=lambda each: each[0])]


def loudness(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))


async def written(kind: type[recorder_io.RecorderIO], tracks: type[_Track], path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Both channels of the file, decoded."""
    monkeypatch.setattr(recorder_io, "_Track", tracks)
    recorder = kind(agent_session=Any)
    recorder._output_path, recorder._t0 = path, T0
    for item in ITEMS:
        recorder._put(item)
    recorder._put(None)
    await asyncio.to_thread(recorder._encode_thread)
    await recorder._close_fut
    with av.open(str(path)) as container:
        return np.concatenate([each.to_ndarray() for each in container.decode(audio=0)], axis=1)


ITEMS = call()


def test_a_session_takes_our_recorder_where_it_would_take_livekits(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = (
        (agent_session, "RecorderIO"),
        (recorder_io, "_Track"),
        (_ffi_client, "to_python_level"),
        (SpeakingRateStream, "_spectral_flux"),
    )
    for place, name in taken:
        monkeypatch.setattr(place, name, getattr(place, name))
    assert agent_session.RecorderIO in (recorder_io.RecorderIO, Recorder)
    upstream.install()
    assert (agent_session.RecorderIO, recorder_io._Track) == (Recorder, Track)


def test_the_tracks_are_livekits_but_for_the_dither() -> None:
    ours, theirs = ([kind(sample_rate=RATE, t0=T0) for _ in range(2)] for kind in (Track, _Track))
    at = 0
    for item in ITEMS:
        for tracks in (ours, theirs):
            if isinstance(item, _Captured):
                tracks[item.channel].push(item.started_at, item.frame)
            elif isinstance(item, _EndRun):
                tracks[item.channel].end_run()
        if isinstance(item, _Flush):
            until = round((item.until - T0) * RATE)
            for ours_, theirs_ in zip(ours, theirs, strict=True):
                assert ours_.placed_through == theirs_.placed_through
                assert np.abs(ours_.take(at, until) - theirs_.take(at, until)).max() <= DITHER
            at = until
    assert [track.dropped_samples for track in ours] == [track.dropped_samples for track in theirs]


async def test_the_file_is_livekits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = await written(recorder_io.RecorderIO, _Track, tmp_path / "theirs.ogg", monkeypatch)
    ours = await written(Recorder, Track, tmp_path / "ours.ogg", monkeypatch)
    assert ours.shape == theirs.shape
    assert ours.shape[1] / RATE == pytest.approx(12.1, abs=0.1)
    # The encoder decides by a hair here and there.
    assert loudness(ours - theirs) < 0.05 * loudness(theirs)


async def test_frames_wait_until_they_are_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(agent_session=Any)
    first, second, *_ = [item for item in ITEMS if isinstance(item, _Captured)]
    recorder._put(first)
    recorder._put(second)
    assert recorder._q.empty()
    recorder._put(_Flush(T0 + 1))
    assert [recorder._q.get_nowait() for _ in range(3)] == [first, second, _Flush(T0 + 1)]
    recorder._close_fut.set_result(None)
    recorder._put(first)
    assert (recorder._q.empty(), recorder._captured) == (True, [])
