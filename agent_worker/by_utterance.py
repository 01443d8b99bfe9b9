"""Speech recognition one utterance at a time, as the VAD hears them, whatever a vendor would make of a pause.

Opt-outs, screening and consent read whole utterances with their times, and have been measured so; a vendor that sends several finals
within one, or waits for the end of a turn as it sees it, would change them all.
"""

import asyncio
from dataclasses import replace

from livekit.agents import APIConnectOptions, APITimeoutError, stt
from livekit.agents.types import NOT_GIVEN, NotGivenOr
from livekit.agents.utils import AudioBuffer

WITHIN_S = 10.0
"""From the end of an utterance to its words; a vendor that takes longer has lost it."""


class ByUtterance(stt.STT):
    """`inner` is asked for each utterance anew: in one request where it can, else over a connection of its own."""

    def __init__(self, inner: stt.STT) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._inner = inner

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def provider(self) -> str:
        return self._inner.provider

    def update_options(self, *, language: str) -> None:
        self._inner.update_options(language=language)  # type: ignore[attr-defined]

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _recognize_impl(
        self, buffer: AudioBuffer, *, language: NotGivenOr[str] = NOT_GIVEN, conn_options: APIConnectOptions
    ) -> stt.SpeechEvent:
        # `recognize` of the inner one would try again by itself, and ours does.
        once = replace(conn_options, max_retry=0)
        try:
            async with asyncio.timeout(WITHIN_S):
                if self._inner.capabilities.offline_recognize:
                    return await self._inner._recognize_impl(buffer, language=language, conn_options=once)
                return await self._streamed(buffer, language, once)
        except TimeoutError as error:
            raise APITimeoutError from error

    async def _streamed(self, buffer: AudioBuffer, language: NotGivenOr[str], once: APIConnectOptions) -> stt.SpeechEvent:
        stream = self._inner.stream(language=language, conn_options=once)
        try:
            for frame in buffer if isinstance(buffer, list) else [buffer]:
                stream.push_frame(frame)
            # Plugins take an input that ended before they have begun for nothing to do.
            await asyncio.sleep(0)
            stream.end_input()
            finals = [event.alternatives[0] async for event in stream if _is_final(event)]
        finally:
            await stream.aclose()
        heard = [replace(finals[0], text=" ".join(final.text for final in finals))] if finals else []
        return stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=heard)


def _is_final(event: stt.SpeechEvent) -> bool:
    return event.type == stt.SpeechEventType.FINAL_TRANSCRIPT and bool(event.alternatives)
