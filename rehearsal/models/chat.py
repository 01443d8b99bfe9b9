"""OpenAI's chat completion format around the rules: requests become conversations, replies become one body or a stream of chunks."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.models.rules import Conversation, Reply, RuleBook, answer

OWNER = "callwright-rehearsal"
"""`owned_by` and `system_fingerprint` of every answer: nobody shall take the stand-in for a model."""

_TIME = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\b")
_CHARACTERS_PER_TOKEN = 4  # OpenAI's rule of thumb; usage is an estimate and only has to be plausible


class BadRequest(ValueError):
    """A request that the real API would refuse with 400; the text says why."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer, ready to be written down."""

    id: str
    model: str
    reply: Reply
    prompt_tokens: int
    completion_tokens: int

    @property
    def usage(self) -> dict[str, int]:
        total = self.prompt_tokens + self.completion_tokens
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens, "total_tokens": total}


class Chat:
    """Answers chat requests. Ids count up, so that a run repeats."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._numbers = itertools.count(1)
        answer(book, Conversation("warm up"), {})  # compiles the patterns before the first caller waits for them

    def complete(self, request: Mapping[str, Any]) -> Completion:
        """The answer to the JSON body of `POST /v1/chat/completions`. Raises `BadRequest`."""
        messages = request.get("messages")
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages) or not messages:
            raise BadRequest("messages must be a list of at least one message.")
        reply = answer(self._book, conversation(messages), offered_tools(request))
        said = reply.text + json.dumps(reply.arguments)
        prompt = sum(len(_text(message)) for message in messages)
        return Completion(
            id=f"chatcmpl-rehearsal-{next(self._numbers)}",
            model=str(request.get("model") or "stand-in-llm"),
            reply=reply,
            prompt_tokens=prompt // _CHARACTERS_PER_TOKEN + len(messages),
            completion_tokens=len(said) // _CHARACTERS_PER_TOKEN + 1,
        )


def conversation(messages: Sequence[Mapping[str, Any]]) -> Conversation:
    """What the rules need of OpenAI `messages`."""
    last_user = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=None)
    after = messages if last_user is None else messages[last_user + 1 :]
    before = messages[:last_user]
    assistant = [message for message in before if message.get("role") == "assistant"]
    return Conversation(
        said=None if last_user is None else _text(messages[last_user]),
        system="\n\n".join(_text(message) for message in messages if message.get("role") in ("system", "developer")),
        earlier=tuple(_text(message) for message in before if message.get("role") in ("user", "assistant")),
        results=tuple(_text(message) for message in after if message.get("role") == "tool"),
        called=frozenset(call["function"]["name"] for message in assistant for call in message.get("tool_calls") or ()),
        agent_turns=sum(bool(_text(message)) for message in assistant),
        free=next((found[0] for message in reversed(messages) if (found := _times_in(message))), ""),
    )


def offered_tools(request: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Name → JSON schema of the parameters of every tool that may be called now; none under `tool_choice: none`."""
    if request.get("tool_choice") == "none":
        return {}
    functions = [tool["function"] for tool in request.get("tools") or () if tool.get("type") == "function"]
    return {function["name"]: function.get("parameters") or {} for function in functions}


def body(completion: Completion) -> dict[str, Any]:
    """The JSON answer without streaming."""
    reply = completion.reply
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tool:
        message["tool_calls"] = [_call(completion, json.dumps(reply.arguments, ensure_ascii=False))]
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply), "logprobs": None}
    return _envelope(completion, "chat.completion") | {"choices": [choice], "usage": completion.usage}


def chunks(completion: Completion, include_usage: bool) -> Iterator[dict[str, Any]]:
    """The chunks of a stream, in OpenAI's order: role, words, tool call with its arguments in pieces, finish, usage."""
    reply = completion.reply
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in _words(reply.text)]
    if reply.tool:
        arguments = json.dumps(reply.arguments, ensure_ascii=False)
        deltas.append({"tool_calls": [{"index": 0} | _call(completion, "")]})
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in _words(arguments)]
    envelope = _envelope(completion, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    for delta in deltas:
        yield envelope | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield envelope | {"choices": [{"index": 0, "delta": {}, "finish_reason": _finish(reply)}]}
    if include_usage:
        yield envelope | {"choices": [], "usage": completion.usage}


def _envelope(completion: Completion, kind: str) -> dict[str, Any]:
    # `created` is a required integer that nobody reads; a constant keeps answers repeatable.
    return {"id": completion.id, "object": kind, "created": 0, "model": completion.model, "owned_by": OWNER, "system_fingerprint": OWNER}


def _call(completion: Completion, arguments: str) -> dict[str, Any]:
    call_id = completion.id.replace("chatcmpl", "call")
    return {"id": call_id, "type": "function", "function": {"name": completion.reply.tool, "arguments": arguments}}


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.tool else "stop"


def _words(text: str) -> list[str]:
    """`text` in pieces of a word and the space after it, as a model's tokens would come."""
    pieces = text.split(" ")
    return [piece + " " for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]


def _times_in(message: Mapping[str, Any]) -> list[str]:
    return _TIME.findall(_text(message)) if message.get("role") == "tool" else []


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")
