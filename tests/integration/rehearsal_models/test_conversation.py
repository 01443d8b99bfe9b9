"""The stand-in language model behind LiveKit's own OpenAI plugin: text and tool calls arrive as the agent needs them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from livekit.agents import function_tool, llm
from livekit.plugins import openai
from openai import AsyncOpenAI


@function_tool
async def end_call() -> None:
    """Hang up."""


@function_tool
async def opt_out(quote: str) -> None:
    """Never call again.

    Args:
        quote: what was said
    """


@function_tool
async def set_outcome(label: str, note: str) -> str:
    """Record what was achieved.

    Args:
        label: one of interested, not_interested, callback, do_not_call, wrong_number
        note: for people
    """
    return "Recorded."


@pytest.fixture
async def model(models) -> AsyncIterator[openai.LLM]:
    async with AsyncOpenAI(base_url=models.base_url, api_key="rehearsal", max_retries=0) as client:
        yield openai.LLM(model="gpt-4.1-mini", client=client)


async def ask(model: openai.LLM, context: llm.ChatContext) -> tuple[str, list[llm.FunctionToolCall]]:
    """Text and tool calls of one answer; both become part of `context`."""
    text, calls, usage = "", [], None
    async with model.chat(chat_ctx=context, tools=[end_call, opt_out, set_outcome]) as stream:
        async for chunk in stream:
            usage = chunk.usage or usage
            if chunk.delta:
                text += chunk.delta.content or ""
                calls += chunk.delta.tool_calls
    assert usage
    assert usage.total_tokens > 0
    if text:
        context.add_message(role="assistant", content=text)
    for call in calls:
        context.insert(llm.FunctionCall(call_id=call.call_id, name=call.name, arguments=call.arguments))
        context.insert(llm.FunctionCallOutput(call_id=call.call_id, name=call.name, output="Recorded.", is_error=False))
    return text, calls


async def test_a_callee_who_agrees_is_led_to_a_goodbye(model: openai.LLM) -> None:
    context = llm.ChatContext.empty()
    context.add_message(role="system", content="# Agenda\nWould Tuesday suit you?")
    context.add_message(role="user", content="Hello?")
    assert await ask(model, context) == ("Hello! Would Tuesday suit you?", [])

    context.add_message(role="user", content="Yes, that sounds good.")
    text, calls = await ask(model, context)
    assert text == ""
    assert [call.name for call in calls] == ["set_outcome"]
    assert json.loads(calls[0].arguments) == {"label": "interested", "note": "Yes, that sounds good."}
    assert await ask(model, context) == ("Wonderful. Is there anything else?", [])

    context.add_message(role="user", content="Thank you, goodbye.")
    text, calls = await ask(model, context)
    assert text == "Thank you for your time. Goodbye."
    assert [call.name for call in calls] == ["end_call"]


async def test_a_callee_who_wants_no_more_calls_gets_the_opt_out_tool(model: openai.LLM) -> None:
    context = llm.ChatContext.empty()
    context.add_message(role="user", content="Please stop calling me.")
    text, calls = await ask(model, context)
    assert text == ""
    assert json.loads(calls[0].arguments) == {"quote": "Please stop calling me."}
    assert await ask(model, context) == ("I have removed your number. Goodbye.", [])


async def test_a_callee_with_no_time_is_promised_another_call_and_let_go(model: openai.LLM) -> None:
    context = llm.ChatContext.empty()
    context.add_message(role="user", content="I'm busy right now, call me back later.")
    _, calls = await ask(model, context)
    assert json.loads(calls[0].arguments)["label"] == "callback"
    text, calls = await ask(model, context)
    assert text == "Of course, I will call you back later. Goodbye."
    assert calls[0].name == "end_call"


async def test_a_conversation_never_goes_on_for_ever(model: openai.LLM) -> None:
    context = llm.ChatContext.empty()
    for _ in range(40):
        context.add_message(role="user", content="Hmm.")
        _, calls = await ask(model, context)
        if calls:
            break
    assert [call.name for call in calls] == ["end_call"]


async def test_delays_can_be_set_while_it_runs_and_do_not_hold_up_others(models) -> None:
    body = {"messages": [{"role": "user", "content": "Hello?"}]}

    async def timed(http: aiohttp.ClientSession) -> float:
        started = time.perf_counter()
        async with http.post(f"{models.url}/v1/chat/completions", json=body) as answer:
            assert (await answer.json())["owned_by"] == "callwright-rehearsal"
        return time.perf_counter() - started

    async with aiohttp.ClientSession() as http:
        async with http.put(f"{models.url}/rehearsal/delays", json={"llm_ms": 300}) as answer:
            assert (await answer.json())["llm_ms"] == 300
        try:
            slow = await asyncio.gather(*(timed(http) for _ in range(4)))
        finally:
            async with http.put(f"{models.url}/rehearsal/delays", json={"llm_ms": 0}) as answer:
                assert answer.status == 200
    assert min(slow) >= 0.3
    assert max(slow) < 0.9


@pytest.mark.parametrize(
    ("method", "path", "sent", "sentence"),
    [
        ("PUT", "/rehearsal/delays", {"llm_ms": -1}, "whole number of milliseconds"),
        ("PUT", "/rehearsal/delays", {"coffee_ms": 1}, "llm_ms, stt_ms, tts_ms"),
        ("POST", "/v1/chat/completions", {"messages": []}, "at least one message"),
        ("POST", "/v1/audio/speech", {"input": "", "voice": "nova"}, "1 to 4096 characters"),
        ("POST", "/v1/audio/transcriptions", {}, "multipart"),
    ],
)
async def test_wrong_requests_get_a_sentence_in_openais_shape(models, method: str, path: str, sent: dict, sentence: str) -> None:
    async with aiohttp.ClientSession() as http, http.request(method, models.url + path, json=sent) as answer:
        assert answer.status == 400
        assert sentence in (await answer.json())["error"]["message"]
