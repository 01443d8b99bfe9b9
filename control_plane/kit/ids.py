"""Identifiers: UUID version 7, which sort by creation time and so keep indexes dense (RFC 9562 §5.7)."""

import os
import secrets
import uuid
from datetime import datetime

from control_plane.kit.clock import unix_milliseconds

_RANDOM = (1 << 76) - 1 & ~(0x3 << 62)
_VERSION_7 = 7 << 76 | 0x2 << 62
_BYTES, _AHEAD = 10, 128
_drawn: list[bytes] = []
"""Random bytes of ids to come: to ask the kernel for those of one takes as long as all the rest. Who takes from a list takes alone, so
that no two threads have the same; a process that is forked draws its own."""
os.register_at_fork(after_in_child=_drawn.clear)


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    try:
        drawn = _drawn.pop()
    except IndexError:
        drawn = _draw()
    random = int.from_bytes(drawn)
    return uuid.UUID(int=(unix_milliseconds() & (1 << 48) - 1) << 80 | random & _RANDOM | _VERSION_7)


def _draw() -> bytes:
    """The bytes of one id; those of the next ones are kept."""
    block = os.urandom(_BYTES * _AHEAD)
    _drawn.extend(block[at : at + _BYTES] for at in range(_BYTES, len(block), _BYTES))
    return block[:_BYTES]


def new_id_texts(count: int) -> list[str]:
    """So many of them (at most 16 million) as text, ascending, for rows that come by the thousand: 24 bits count, 48 are random."""
    milliseconds = f"{unix_milliseconds() & (1 << 48) - 1:012x}"
    start, random = f"{milliseconds[:8]}-{milliseconds[8:]}-7", secrets.token_bytes(count * 6).hex()
    return [f"{start}{i >> 12:03x}-8{i & 0xFFF:03x}-{random[i * 12 : i * 12 + 12]}" for i in range(count)]


def first_id_at(instant: datetime) -> uuid.UUID:
    """The least UUIDv7 of an instant: rows made since then have ids from here on, and the primary key finds them."""
    return uuid.UUID(int=int(instant.timestamp() * 1000) << 80)
