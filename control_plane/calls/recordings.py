"""Serves recordings from the storage, whole or, as players ask when somebody jumps, one range of bytes (RFC 9110 §14)."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from litestar.exceptions import HTTPException
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK, HTTP_206_PARTIAL_CONTENT, HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE

from control_plane.db.models import Call
from control_plane.domain.errors import NotFound
from control_plane.kit.storage import Storage

# One range; whatever else a client sends may be ignored, and is: it gets the whole.
_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})?|-(?P<suffix>[0-9]{1,18}))")


async def recording_answer(storage: Storage, call: Call, byte_range: str | None = None) -> Stream:
    """The recording as a stream: 200, or 206 with the part asked for. Raises `NotFound` with the reason when there is none."""
    if call.recording_key is None:
        why = f" {call.recording_note}" if call.recording_note else ""
        raise NotFound(f"There is no recording of this call.{why}", code="recording_not_found")
    size = await storage.size(call.recording_key)
    part = part_of(byte_range, size)
    start, stop = part or (0, size)
    # The agent's own are Ogg Opus, those that a carrier made are WAV.
    kind = "wav" if call.recording_key.endswith(".wav") else "ogg"
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(stop - start),
        # Said here: the route's own media type would win over that of the answer.
        "Content-Type": f"audio/{kind}",
        "Content-Disposition": f'inline; filename="call-{call.id}.{kind}"',
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    chunks = _first_bytes(storage.open(call.recording_key, start), stop - start)
    return Stream(chunks, headers=headers, status_code=HTTP_206_PARTIAL_CONTENT if part else HTTP_200_OK)


def part_of(byte_range: str | None, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of what a `Range` header asks of `size` bytes; None for the whole. Raises 416 for what is not there."""
    asked = _RANGE.fullmatch((byte_range or "").replace(" ", ""))
    if asked is None:
        return None
    if asked["suffix"] is not None:
        start, stop = max(0, size - int(asked["suffix"])), size
    else:
        start, stop = int(asked["first"]), min(size, int(asked["last"] or size) + 1)
        if asked["last"] and int(asked["last"]) < start:
            return None
    if start >= stop:
        sentence = f"The recording has {size} bytes; the range asked for lies beyond them."
        raise HTTPException(sentence, status_code=HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    return start, stop


async def _first_bytes(chunks: AsyncGenerator[bytes, None], count: int) -> AsyncIterator[bytes]:
    async with aclosing(chunks):
        async for chunk in chunks:
            yield chunk[:count]
            count -= len(chunk)
            if count <= 0:
                return
