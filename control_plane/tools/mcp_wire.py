"""The Model Context Protocol by streamable HTTP, as far as using a server's tools takes: begin, list, call, leave.

Not the client of the `mcp` package, whose server is what this is tested against: here every request goes through the guarded connection
(kit/outbound), is read up to a bound and no longer than to its own answer, and is sent once. Nothing is advertised, so that a server may
ask nothing of us, no stream is kept open, and nothing that a server sends is run: its own schemas of answers, say, whose regular
expressions can be written to never end. Source: modelcontextprotocol.io/specification/2025-06-18/basic/transports and …/server/tools.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from control_plane.kit.clock import monotonic
from control_plane.kit.outbound import NotDelivered, OutboundClient, Reply
from control_plane.kit.outbound_guard import Forbidden

VERSIONS = ("2025-06-18", "2025-11-25", "2025-03-26", "2024-11-05")
"""That we ask for, then others by which listing and calling tools are the same."""
MOST_ANSWER, MOST_LIST, MOST_BODY = 65_536, 262_144, 16_384
"""Bytes of an answer, of one page of the list of tools, and of what is sent."""
MOST_PAGES, MOST_TOOLS = 10, 500
LEAVES_WITHIN_S = 0.5
_LONGEST_WORDS = 300
_SESSION = re.compile(r"[\x21-\x7e]{1,256}")
NOT_BEGUN = frozenset({-32700, -32600, -32601, -32602})
"""Errors of JSON-RPC by which nothing was begun: no request, no such method, no such arguments."""


class Failed(Exception):
    """The server answered, and not with what was asked for; the text is a sentence. `code` is that of JSON-RPC."""

    def __init__(self, words: str, status: int, code: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.code = code


class Stream:
    """Finds the answer to one request in a stream of events, piece by piece, in time that grows with its length only."""

    def __init__(self, asked: int) -> None:
        self.answer: Mapping[str, Any] | None = None
        self._asked = asked
        self._read, self._line_from, self._looked = bytearray(), 0, 0
        self._data: list[bytes] = []

    def take(self, piece: bytes) -> bool:
        """Whether the answer is there."""
        self._read += piece
        while self.answer is None and (end := self._read.find(b"\n", self._looked)) >= 0:
            line, self._line_from = bytes(self._read[self._line_from : end]).rstrip(b"\r"), end + 1
            self._looked = self._line_from
            self._take_line(line)
        self._looked = len(self._read)
        return self.answer is not None

    def _take_line(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            self._data.append(line[5:])
        elif not line:
            self.answer, self._data = answer_in(b"\n".join(self._data), self._asked), []


def answer_in(text: bytes, asked: int) -> Mapping[str, Any] | None:
    """The answer to a request in a message, or in several that came together; None when there is none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    messages = said if isinstance(said, list) else [said]
    fitting = (one for one in messages if isinstance(one, dict) and one.get("id") == asked and ("result" in one or "error" in one))
    return next(fitting, None)


class Wire:
    """One conversation with one server, within `within_s` in all. Everything raises `Failed`, `NotDelivered` or `Forbidden`."""

    def __init__(self, client: OutboundClient, url: str, headers: Mapping[str, str], within_s: float) -> None:
        self._client, self._url = client, url
        self._headers = {**headers, "accept": "application/json, text/event-stream", "content-type": "application/json"}
        self._until = monotonic() + within_s
        self._asked = 0

    async def begin(self) -> str:
        """Agree on a version; the server's name and version."""
        about = {"protocolVersion": VERSIONS[0], "capabilities": {}, "clientInfo": {"name": "callwright", "version": "1"}}
        said = await self._ask("initialize", about, MOST_ANSWER)
        version = said.get("protocolVersion")
        if version not in VERSIONS:
            raise Failed(f"The server speaks another version of the Model Context Protocol than {', '.join(VERSIONS)}.", 200)
        self._headers["mcp-protocol-version"] = version
        reply = await self._post({"jsonrpc": "2.0", "method": "notifications/initialized"}, MOST_ANSWER)
        if not 200 <= reply.status < 300:
            raise Failed(f"The server answered {reply.status}.", reply.status)
        server = said.get("serverInfo")
        named = [str(server.get(part, "")) for part in ("name", "version")] if isinstance(server, Mapping) else []
        return " ".join(named).strip()[:200]

    async def tools(self, wanted: str | None = None) -> list[Mapping[str, Any]]:
        """What the server offers, page by page, up to the page with the `wanted` one."""
        found, cursor = list[Mapping[str, Any]](), None
        for _ in range(MOST_PAGES):
            page = await self._ask("tools/list", {"cursor": cursor} if cursor else {}, MOST_LIST)
            listed, cursor = page.get("tools"), page.get("nextCursor")
            if not isinstance(listed, list):
                raise Failed("The server's answer holds no list of tools.", 200)
            found += [tool for tool in listed if isinstance(tool, Mapping)]
            is_there = wanted is not None and any(tool.get("name") == wanted for tool in found)
            if is_there or not isinstance(cursor, str) or not cursor or len(found) >= MOST_TOOLS:
                break
        return found[:MOST_TOOLS]

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._ask("tools/call", {"name": tool, "arguments": arguments}, MOST_ANSWER)

    async def leave(self) -> None:
        """Let the server forget the session; one that does not want to keeps it for as long as it likes."""
        if "mcp-session-id" not in self._headers:
            return
        try:
            await self._client.exchange("DELETE", self._url, self._headers, b"", most=MOST_ANSWER, within_s=LEAVES_WITHIN_S)
        except (NotDelivered, Forbidden):
            return

    async def _ask(self, method: str, given: Mapping[str, Any], most: int) -> Mapping[str, Any]:
        self._asked += 1
        stream = Stream(self._asked)
        reply = await self._post({"jsonrpc": "2.0", "id": self._asked, "method": method, "params": given}, most, stream)
        if not 200 <= reply.status < 300:
            raise Failed(f"The server answered {reply.status}.", reply.status)
        answer = stream.answer if _is_stream(reply) else answer_in(reply.body, self._asked)
        if answer is None:
            raise Failed("What the server answered is not of the Model Context Protocol.", reply.status)
        self._keep_session(method, reply)
        return _result_of(answer, reply.status)

    async def _post(self, message: Mapping[str, Any], most: int, stream: Stream | None = None) -> Reply:
        left_s, body = max(0.1, round(self._until - monotonic(), 1)), json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
        if len(body) > MOST_BODY:
            raise Failed("The arguments are too long.", 200, -32602)
        take = stream.take if stream else None
        return await self._client.exchange("POST", self._url, self._headers, body, most=most, within_s=left_s, is_enough=take)

    def _keep_session(self, method: str, reply: Reply) -> None:
        given = reply.headers.get("mcp-session-id")
        if method == "initialize" and given is not None:
            if not _SESSION.fullmatch(given):
                raise Failed("The server's name of the session is none.", reply.status)
            self._headers["mcp-session-id"] = given


def _is_stream(reply: Reply) -> bool:
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"


def _result_of(answer: Mapping[str, Any], status: int) -> Mapping[str, Any]:
    error, result = answer.get("error"), answer.get("result")
    if isinstance(error, Mapping):
        code = error.get("code")
        words = f"The server refused it: {str(error.get('message', ''))[:_LONGEST_WORDS]}"
        raise Failed(words, status, code if isinstance(code, int) else None)
    if not isinstance(result, Mapping):
        raise Failed("What the server answered is not of the Model Context Protocol.", status)
    return result
