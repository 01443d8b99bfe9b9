"""OpenAI's chat format around the rules."""

import json

import pytest

from rehearsal.models.chat import OWNER, BadRequest, Chat, body, chunks, conversation
from rehearsal.models.rules import load_rules

END_CALL = {"type": "function", "function": {"name": "end_call", "parameters": {"type": "object", "properties": {}}}}
BYE = {"messages": [{"role": "user", "content": "Thank you, goodbye."}], "tools": [END_CALL], "model": "gpt-4.1-mini"}


def test_a_streamed_answer_is_text_then_a_tool_call_then_usage() -> None:
    events = list(chunks(Chat(load_rules()).complete(BYE), include_usage=True))
    deltas = [event["choices"][0]["delta"] for event in events if event["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == "Thank you for your time. Goodbye."
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    assert (calls[0]["function"]["name"], calls[0]["type"], calls[0]["index"]) == ("end_call", "function", 0)
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {}
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert events[-1]["choices"] == []
    assert events[-1]["usage"]["total_tokens"] > 0
    assert all(event["owned_by"] == OWNER for event in events)


def test_an_answer_without_streaming_holds_the_same() -> None:
    answer = body(Chat(load_rules()).complete(BYE))
    message = answer["choices"][0]["message"]
    assert message["content"].endswith("Goodbye.")
    assert message["tool_calls"][0]["function"] == {"name": "end_call", "arguments": "{}"}
    assert answer["model"] == "gpt-4.1-mini"
    assert answer["owned_by"] == OWNER


def test_tool_choice_none_forbids_calls() -> None:
    assert not Chat(load_rules()).complete(BYE | {"tool_choice": "none"}).reply.tool


def test_a_conversation_knows_the_first_time_that_a_tool_has_named_last() -> None:
    found = {"role": "tool", "content": "Free are: 2026-11-30T15:00 (Monday); 2026-11-30T16:00 (Monday)."}
    later = {"role": "tool", "content": "Nothing is booked yet. Read this: Monday."}
    mentioned = {"role": "user", "content": "Not 2026-12-01T09:00."}
    assert conversation([found, later, mentioned]).free == "2026-11-30T15:00"
    assert conversation([mentioned]).free == ""


def test_a_conversation_knows_what_was_said_called_and_answered() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "set_outcome", "arguments": "{}"}}
    seen = conversation(
        [
            {"role": "system", "content": "Be kind."},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": [{"type": "text", "text": "Yes."}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": "Recorded."},
        ]
    )  # a call of the turn under way does not count: the rule that made it must still be found for its next step
    assert (seen.said, seen.results, seen.called, seen.agent_turns) == ("Yes.", ("Recorded.",), frozenset(), 1)


@pytest.mark.parametrize("request_body", [{}, {"messages": []}, {"messages": ["hello"]}, {"messages": "hello"}])
def test_a_request_without_messages_is_refused(request_body: dict) -> None:
    with pytest.raises(BadRequest):
        Chat(load_rules()).complete(request_body)
