"""The answer to a request is found in a stream of events, however it comes in pieces and whatever else comes with it."""

import json

import pytest

from control_plane.tools.mcp_wire import Stream

ANSWER = {"jsonrpc": "2.0", "id": 7, "result": {"content": [{"type": "text", "text": "Grüße\n"}]}}
BEFORE = (
    ": a comment\r\n\r\n"
    "id: 1\r\ndata:\r\n\r\n"
    'event: message\ndata: {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"id": 7, "result": 1}}\n\n'
    'data: {"jsonrpc": "2.0", "id": 7, "method": "sampling/createMessage"}\n\n'
    'data: {"jsonrpc": "2.0", "id": 6, "result": {}}\n\n'
    "data: {broken\n\n"
)


def event(text: str) -> str:
    return "event: message\n" + "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"


@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
@pytest.mark.parametrize("text", [json.dumps(ANSWER), json.dumps(ANSWER, indent=2, ensure_ascii=False), json.dumps([{}, ANSWER])])
def test_it_is_found_in_pieces_of_any_size(size: int, text: str) -> None:
    stream, sent = Stream(7), (BEFORE + event(text)).encode()
    found = [stream.take(sent[at : at + size]) for at in range(0, len(sent), size)]
    assert (stream.answer, found.index(True), sum(found)) == (ANSWER, len(found) - 1, 1)


def test_what_comes_after_it_is_not_looked_at() -> None:
    stream = Stream(7)
    assert stream.take((event(json.dumps(ANSWER)) + event(json.dumps(ANSWER | {"result": {}}))).encode())
    assert stream.answer == ANSWER


def test_an_event_without_an_end_is_none() -> None:
    stream = Stream(7)
    assert not stream.take(event(json.dumps(ANSWER)).encode()[:-1])
    assert stream.take(b"\n")
