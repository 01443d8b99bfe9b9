"""Identifiers: UUID version 7, which sort by creation time and so keep indexes dense (RFC 9562 §5.7)."""

import secrets
import uuid
from datetime import datetime

from control_plane.kit.clock import unix_milliseconds


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    value = (unix_milliseconds() & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def first_id_at(instant: datetime) -> uuid.UUID:
    """The least UUIDv7 of an instant: rows made since then have ids from here on, and the primary key finds them."""
    return uuid.UUID(int=int(instant.timestamp() * 1000) << 80)
