"""The `Agent` of a call: hears for the beep detector, and asks the conversation before it answers a turn."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence

from livekit import rtc
from livekit.agents import Agent, ModelSettings, StopResponse, llm, stt

from agent_worker.floor import is_back_channel


class Assistant(Agent):
    """Asks `may_reply` before each reply; a turn that is not to be answered leaves no reply behind."""

    def __init__(
        self,
        instructions: str,
        tools: Sequence[llm.Tool],
        *,
        may_reply: Callable[[], bool],
        on_audio: Callable[[rtc.AudioFrame], None],
        has_floor: Callable[[], bool],
    ) -> None:
        super().__init__(instructions=instructions, tools=list(tools))
        self._may_reply, self._on_audio, self._has_floor = may_reply, on_audio, has_floor

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        if not self._may_reply():
            raise StopResponse

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncGenerator[stt.SpeechEvent | str, None]:
        async for event in Agent.default.stt_node(self, self._overheard(audio), model_settings):
            if not self._is_passed_over(event):
                yield event

    def _is_passed_over(self, event: stt.SpeechEvent | str) -> bool:
        """A sound of listening while the agent has the floor: as words it would cut the agent off."""
        said = event if isinstance(event, str) else " ".join(each.text for each in event.alternatives[:1])
        return self._has_floor() and is_back_channel(said)

    async def remember(self, said: Sequence[tuple[str, float]]) -> None:
        """Put what the callee said without getting a reply into the model's memory; `said` is (text, wall-clock seconds)."""
        context = self.chat_ctx.copy()
        for text, at in said:
            context.add_message(role="user", content=text, created_at=at)
        await self.update_chat_ctx(context)

    async def _overheard(self, audio: AsyncIterable[rtc.AudioFrame]) -> AsyncGenerator[rtc.AudioFrame, None]:
        async for frame in audio:
            self._on_audio(frame)
            yield frame
