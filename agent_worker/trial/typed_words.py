"""Typed words in the place of speech recognition, so that a trial's turns take the way of a call's through livekit-agents."""

import asyncio

from livekit.agents import APIConnectOptions, NotGivenOr, stt
from livekit.agents.utils import AudioBuffer

_NEVER_RETRIED = APIConnectOptions(max_retry=0)


class TypedWords(stt.STT):
    """Hears what `said` is told: one utterance each time."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self._waiting: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    @property
    def are_heard(self) -> bool:
        """Whether nothing waits to be heard."""
        return self._waiting.empty()

    @property
    def model(self) -> str:
        return "typed"

    def said(self, text: str, began: float) -> None:
        """`began`: wall-clock seconds."""
        self._waiting.put_nowait((text, began))

    async def next(self) -> tuple[str, float]:
        return await self._waiting.get()

    def stream(self, *, language: NotGivenOr[str] = "", conn_options: APIConnectOptions = _NEVER_RETRIED) -> "_Stream":
        return _Stream(stt=self, conn_options=conn_options)

    async def _recognize_impl(
        self, buffer: AudioBuffer, *, language: NotGivenOr[str] = "", conn_options: APIConnectOptions = _NEVER_RETRIED
    ) -> stt.SpeechEvent:
        raise RuntimeError("typed words have no sound")


class _Stream(stt.RecognizeStream):
    async def _run(self) -> None:
        assert isinstance(self._stt, TypedWords)
        # As in a call, the words come when their sound is over.
        while True:
            text, began = await self._stt.next()
            self._event_ch.send_nowait(stt.SpeechEvent(stt.SpeechEventType.START_OF_SPEECH, speech_start_time=began))
            self._event_ch.send_nowait(stt.SpeechEvent(stt.SpeechEventType.END_OF_SPEECH))
            heard = stt.SpeechData(language="", text=text)  # type: ignore[arg-type]
            self._event_ch.send_nowait(stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[heard]))
