"""LiveKit's Silero detector, with every window of sound judged once and where it is.

A session hears the callee with two streams of its detector: one for turns, and one by which `stt.StreamAdapter` cuts utterances out for
ears that take one at a time. Each would have a thread of the pool ask the model about every 32 ms. What a stream makes of the answers is
LiveKit's own, as before.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from livekit.plugins import silero
from livekit.plugins.silero import onnx_model
from livekit.plugins.silero.vad import VADStream

REMEMBERED = 64
"""Windows, two seconds: as far as one stream may fall behind the other, and no answer depends on it."""


class Detector(silero.VAD):
    """As `silero.VAD`: made by `load`."""

    def __init__(self, *, session: Any, opts: Any) -> None:
        super().__init__(session=Once(session), opts=opts)  # type: ignore[arg-type]

    def stream(self) -> "Stream":
        stream = Stream(self, self._opts, onnx_model.OnnxModel(onnx_session=self._onnx_session, sample_rate=self._opts.sample_rate))
        self._streams.add(stream)
        return stream


class Stream(VADStream):
    """LiveKit's, without a task that takes the time of each window for metrics that nobody collects."""

    def __init__(self, detector: Detector, opts: Any, model: onnx_model.OnnxModel) -> None:
        super().__init__(detector, opts, model)
        # All that a stream asks of its loop is a thread for the model.
        self._loop = _Here()  # type: ignore[assignment]
        self._event_aiter = self._event_ch

    async def _metrics_monitor_task(self, event_aiter: Any) -> None:
        """Nothing is drawn from the copy of the events, so nothing gathers in it."""


class Once:
    """In an onnxruntime session's place: what was computed lately is not computed again. The model has no state but what it is handed."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._known: dict[tuple[bytes, bytes], Sequence[np.ndarray]] = {}

    def run(self, names: Sequence[str] | None, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The probability of speech in a window, and the state to hand in with the next one."""
        asked = inputs["input"].tobytes(), inputs["state"].tobytes()
        answer = self._known.get(asked)
        if answer is None:
            answer = self._known[asked] = self._session.run(names, inputs)
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
        probability, state = answer
        # The asker may overwrite its state.
        return probability, state.copy()


class _Here:
    """In an event loop's place: nothing is handed to a thread, since the way there and back takes longer than the judging."""

    async def run_in_executor(self, executor: None, judge: Callable[[np.ndarray], float], window: np.ndarray) -> float:
        judged = judge(window)
        # A stored recording is pushed all at once: after each window others have their turn.
        await asyncio.sleep(0)
        return judged
