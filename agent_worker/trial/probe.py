"""Asks each part of an assistant for a little, and says which of them answer: its language model, the same with its tools, its voice,
and its ear, which hears the voice."""

import asyncio
from collections.abc import Awaitable, Callable

from livekit import rtc
from livekit.agents import APIConnectOptions, APIStatusError, llm

from agent_worker import clock, pipeline
from agent_worker.logs import without_secrets
from agent_worker.opening_line import NoSpeechError
from agent_worker.phrases import for_language
from agent_worker.pipeline import Warm
from agent_worker.tools import tools_for
from agent_worker.trial.talk import conversation_for
from agent_worker.vendors import VendorError
from sip_config.contract import CallOrder
from sip_config.contract.trial import Tried

WITHIN_S = 6.0
"""For each part: longer than anybody on the phone would wait."""
_ONCE = APIConnectOptions(max_retry=0, timeout=WITHIN_S)
_LONGEST_WORDS = 300
Attempt = Callable[[], Awaitable[None]]


async def probe(order: CallOrder, warm: Warm) -> tuple[Tried, ...]:
    """Never raises for what a model does."""
    heard: list[rtc.AudioFrame] = []

    async def answer() -> None:
        await _answered(pipeline.build_llm(order, warm), [])

    async def speak() -> None:
        frame = await pipeline.build_tts(order, warm).synthesize(for_language(order.language).are_you_there, conn_options=_ONCE).collect()
        if not frame.samples_per_channel:
            raise NoSpeechError("it answered without sound")
        heard.append(frame)

    async def listen() -> None:
        if not heard:
            raise NoSpeechError("there was no voice to hear")
        await pipeline.build_stt(order, warm).recognize(heard, conn_options=_ONCE)

    async def use_tools() -> None:
        async with conversation_for(order) as conversation:
            await _answered(pipeline.build_llm(order, warm), tools_for(order, conversation))

    async def one_after_the_other(*parts: tuple[str, Attempt]) -> list[Tried]:
        return [await _tried(part, attempt) for part, attempt in parts]

    words, sound = await asyncio.gather(
        one_after_the_other(("llm", answer), ("tools", use_tools)),
        one_after_the_other(("tts", speak), ("stt", listen)),
    )
    return (*words, *sound)


async def _answered(model: llm.LLM, tools: list[llm.Tool]) -> None:
    context = llm.ChatContext()
    context.add_message(role="system", content="This is a test of the line. Answer with the word ready.")
    context.add_message(role="user", content="Ready?")
    async with model.chat(chat_ctx=context, tools=tools, conn_options=_ONCE) as stream:
        async for chunk in stream:
            if chunk.delta is not None and (chunk.delta.content or chunk.delta.tool_calls):
                return
    raise NoSpeechError("it answered without a word")


async def _tried(part: str, attempt: Attempt) -> Tried:
    began = clock.seconds()
    try:
        async with asyncio.timeout(WITHIN_S):
            await attempt()
    except TimeoutError:
        return Tried(part, False, round(clock.seconds() - began, 2), f"It did not answer within {WITHIN_S:g} s.")
    except VendorError as error:
        return Tried(part, False, round(clock.seconds() - began, 2), without_secrets(str(error))[:_LONGEST_WORDS])
    except APIStatusError as error:
        words = f"HTTP {error.status_code}: {error.message}"
        return Tried(part, False, round(clock.seconds() - began, 2), without_secrets(words)[:_LONGEST_WORDS])
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        return Tried(part, False, round(clock.seconds() - began, 2), without_secrets(words)[:_LONGEST_WORDS])
    return Tried(part, True, round(clock.seconds() - began, 2))
