"""What in LiveKit's SDK takes processor time from the calls being held, done at a fraction of the cost with the same results.

None of it has a setting. The tests compare each with LiveKit's own, so a release that does them otherwise is noticed.
"""

import logging
from functools import cache

import numpy as np
from livekit.agents.voice import agent_session
from livekit.agents.voice.recorder_io import recorder_io
from livekit.agents.voice.room_io import room_io
from livekit.agents.voice.transcription._speaking_rate import SpeakingRateStream
from livekit.rtc import _ffi_client
from livekit.rtc._proto import ffi_pb2

from agent_worker.captions import Captions, state_changed
from agent_worker.native_events import put
from agent_worker.recorder import Recorder, Track

SLICE_S = 0.025
LIVEKITS_FLUX = SpeakingRateStream._spectral_flux
LIVEKITS_LEVEL = _ffi_client.to_python_level

LOG_LEVELS = {
    ffi_pb2.LogLevel.LOG_ERROR: logging.ERROR,
    ffi_pb2.LogLevel.LOG_WARN: logging.WARNING,
    ffi_pb2.LogLevel.LOG_INFO: logging.INFO,
    ffi_pb2.LogLevel.LOG_DEBUG: logging.DEBUG,
}
"""Every log record of the native library is looked up, nearly all of them to be dropped: a seventh of the time to get a call ready."""


def spectral_flux(audio: np.ndarray, sample_rate: int) -> float:
    """How fast speech is: the mean change of the spectrum's magnitude between half-overlapping 25 ms slices of mono float `audio`.

    LiveKit paces the transcript by it, and the transcript tells how much of a sentence was heard before the callee cut in. Its loop over
    slices took a fifth of a call's Python time, most of it while the opening line was on its way out.
    """
    length = int(sample_rate * SLICE_S)
    if len(audio) < length:
        return 0.0
    slices = np.lib.stride_tricks.sliding_window_view(audio, length)[:: length // 2]
    magnitudes = np.abs(np.fft.rfft(slices * _window(length)))
    return float(np.abs(np.diff(magnitudes, axis=0)).sum(axis=1).mean()) if len(magnitudes) > 1 else 0.0


def install() -> None:
    """Let LiveKit use them in this process and those forked from it."""
    SpeakingRateStream._spectral_flux = lambda self, audio, sample_rate: spectral_flux(audio, sample_rate)
    _ffi_client.to_python_level = LOG_LEVELS.get
    agent_session.RecorderIO = Recorder  # pyright: ignore[reportPrivateImportUsage]
    recorder_io._Track = Track
    room_io._ParticipantTranscriptionOutput = Captions  # pyright: ignore[reportPrivateImportUsage]
    room_io.RoomIO._on_agent_state_changed = lambda self, ev: state_changed(self, ev)
    _ffi_client.FfiQueue.put = lambda self, item: put(self, item)


@cache
def _window(length: int) -> np.ndarray:
    window = np.hanning(length)
    return window / np.sqrt(np.sum(window**2))
