"""LiveKit's recorder with less to do for each frame: sound is taken to its other rate a stretch at a time, when the file is written to.

The callee is heard in frames of 32 ms. For each LiveKit wakes the thread that writes, which has the native library resample that frame by
itself; the file is written every 2.5 s only. What stands in the file is the same, but for the resampler's dither.
"""

from livekit import rtc
from livekit.agents.voice.recorder_io import recorder_io
from livekit.agents.voice.recorder_io.recorder_io import RESYNC_TOLERANCE


class Recorder(recorder_io.RecorderIO):
    """Hands over what was captured together with the next thing that the thread does not only keep."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self._captured: list[recorder_io._Captured] = []

    def _put(self, item: recorder_io._Captured | recorder_io._Flush | recorder_io._EndRun | None) -> None:
        if isinstance(item, recorder_io._Captured) and self._encoding:
            self._captured.append(item)
            return
        captured, self._captured = self._captured, []
        for each in captured:
            super()._put(each)
        super()._put(item)


class Track(recorder_io._Track):
    """One channel. `_stretch` is what was captured without a gap since the last time it was needed."""

    def __init__(self, *, sample_rate: int, t0: float) -> None:
        super().__init__(sample_rate=sample_rate, t0=t0)
        self._stretch: list[rtc.AudioFrame] = []
        self._stretch_from = self._next_at = 0.0
        """Unix seconds at which the stretch began, and at which its next frame should."""

    def push(self, started_at: float, frame: rtc.AudioFrame) -> None:
        if self._stretch and not self._goes_on(started_at, frame):
            self._place_stretch()
        if not self._stretch:
            self._stretch_from = self._next_at = started_at
            if self._run_start is not None:
                expected = self._run_start + self._run_samples / self._sample_rate
                self._next_at = expected if abs(started_at - expected) <= RESYNC_TOLERANCE else started_at
        self._stretch.append(frame)
        self._next_at += frame.duration

    def _goes_on(self, started_at: float, frame: rtc.AudioFrame) -> bool:
        last = self._stretch[-1]
        is_alike = (frame.sample_rate, frame.num_channels) == (last.sample_rate, last.num_channels)
        return is_alike and abs(started_at - self._next_at) <= RESYNC_TOLERANCE

    def _place_stretch(self) -> None:
        stretch, self._stretch = self._stretch, []
        if stretch:
            super().push(self._stretch_from, rtc.combine_audio_frames(stretch))

    def end_run(self) -> None:
        self._place_stretch()
        super().end_run()

    @property
    def placed_through(self) -> int | None:
        self._place_stretch()
        return super().placed_through

    def take(self, start: int, end: int):
        self._place_stretch()
        return super().take(start, end)
