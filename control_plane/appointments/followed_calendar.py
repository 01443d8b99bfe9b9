"""A calendar at an address that is read again and again: how it is asked for, when all of it is read, and how long to wait after failures.

For feeds of appointments and for the busy times of what can be booked.
"""

from datetime import datetime, timedelta
from typing import Any

from control_plane.kit.outbound import Document, NotDelivered

MOST_BYTES = 2_000_000
WHOLE_READING = timedelta(days=1)
"""At least so often all of it is read, though the file is as before: what lay too far ahead comes nearer."""
_LONGEST_BACKOFF = 16
_HEADERS = {"accept": "text/calendar", "user-agent": "Callwright-Calendar/1"}


async def fetch(ctx: dict[str, Any], url_sealed: str, etag: str) -> Document:
    """The file, or status 304 when it is as `etag` says; empty for a whole reading. Raises `NotDelivered`, `Forbidden`."""
    asked = _HEADERS | ({"if-none-match": etag} if etag else {})
    found = await ctx["outbound"].get(ctx["secret_box"].open(url_sealed), asked, most=MOST_BYTES)
    if found.status not in (200, 304):
        hint = " Give the address that it leads to." if 300 <= found.status < 400 else ""
        raise NotDelivered(f"The address answered {found.status}.{hint}")
    return found


def etag_to_ask_with(etag: str, read_at: datetime | None, now: datetime) -> str:
    """Empty when a whole reading is due."""
    return etag if read_at is not None and now < read_at + WHOLE_READING else ""


def wait_after(failures: int, every: timedelta) -> timedelta:
    """From the last of so many failures in a row, one at least, to the next reading."""
    return every * min(2 ** min(failures - 1, 10), _LONGEST_BACKOFF)
