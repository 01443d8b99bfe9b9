"""Server-Sent Events as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from typing import Any

import msgspec

from control_plane.kit.live_feed import Entry

OVER_ID = "over"
"""`Last-Event-ID` of a client that was told the end and asks again, as browsers do."""
HEARTBEAT = b": still here\n\n"


def told(entry: Entry) -> bytes:
    """The body is JSON on one line."""
    return _frame(entry.event.type, entry.event.body, entry.id)


def retry(after_s: float) -> bytes:
    """How long a client whose stream has ended waits before it asks again."""
    return f"retry: {round(after_s * 1000)}\n\n".encode()


def ready(entry_id: str, *, is_resumed: bool) -> bytes:
    """Everything that happens from here on is told; `entry_id` is the place to resume from."""
    return _frame("ready", _json({"resumed": is_resumed}), entry_id)


def reset(entry_id: str, reason: str) -> bytes:
    """Something was missed: read anew what you show, then listen on."""
    return _frame("reset", _json({"reason": reason}), entry_id)


def over(url: str) -> bytes:
    """Nothing more will happen here."""
    return _frame("end", _json({"url": url}), OVER_ID)


def counters(status: Any) -> bytes:
    """A campaign's figures as they are now. They have no place in the stream: the next ones replace them."""
    return _frame("campaign.counters", _json(status), "")


def _frame(event: str, data: bytes, entry_id: str) -> bytes:
    place = f"id: {entry_id}\n" if entry_id else ""
    return f"{place}event: {event}\ndata: ".encode() + data + b"\n\n"


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value, enc_hook=str)
