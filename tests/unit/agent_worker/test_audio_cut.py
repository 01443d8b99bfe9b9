"""Cutting a recording: what was before the cut is gone, what comes after it is all there."""

from pathlib import Path

import av
import numpy as np
import pytest

from agent_worker.audio_cut import cut

RATE = 48_000


def recording(path: Path, *parts: tuple[float, float]) -> None:
    """Parts of (seconds, Hz), 0 Hz for silence, on both channels."""
    sound = np.concatenate([0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE) for seconds, hertz in parts])
    with av.open(str(path), mode="w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.stack([sound, sound]).astype(np.float32), format="fltp", layout="stereo")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def strength(sound: np.ndarray, hertz: float) -> float:
    """How much of one tone is in it."""
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / RATE)
    return float(abs(np.mean(sound * wave)))


@pytest.mark.parametrize("from_s", [0.0, 1.0, 1.234, 4.5])
def test_the_kept_part_has_its_length_and_nothing_from_before(tmp_path: Path, from_s: float):
    recording(tmp_path / "a.ogg", (1.0, 300.0), (4.0, 1000.0))
    written_s = cut(tmp_path / "a.ogg", tmp_path / "b.ogg", from_s)
    sound = heard(tmp_path / "b.ogg")
    assert written_s == pytest.approx(5.0 - from_s, abs=0.05)
    assert len(sound) / RATE == pytest.approx(5.0 - from_s, abs=0.05)
    assert strength(sound[-RATE // 4 :], 1000.0) > 0.1
    if from_s >= 1.0:
        # 20 ms for the packet the cut falls into, 20 ms for the decoder to forget.
        assert strength(sound[RATE // 25 : RATE // 5], 300.0) < 0.01


def test_a_cut_behind_the_end_leaves_nothing(tmp_path: Path):
    recording(tmp_path / "a.ogg", (1.0, 300.0))
    assert cut(tmp_path / "a.ogg", tmp_path / "b.ogg", 2.0) == 0.0


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path):
    (tmp_path / "a.ogg").write_bytes(b"nothing")
    with pytest.raises(av.FFmpegError):
        cut(tmp_path / "a.ogg", tmp_path / "b.ogg", 0.0)
