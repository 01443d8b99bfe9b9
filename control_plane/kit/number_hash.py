"""A number's keyed hash: what stays of a number whose owner asked to be forgotten, so that nobody calls it again by accident.

Plain hashes of numbers are no secret (there are few enough numbers to try them all), so the key matters: it is derived from the
installation's encryption key and is nowhere in the database. A lost key means that erased people can no longer be recognised.
"""

import hashlib
import hmac
import uuid


class NumberHasher:
    """HMAC-SHA256 of workspace and number, so that neither a dump nor another tenant's hashes say whose number it is."""

    def __init__(self, encryption_key: str) -> None:
        self._key = hmac.digest(encryption_key.encode(), b"callwright number hash v1", hashlib.sha256)

    def of(self, workspace_id: uuid.UUID, e164: str) -> str:
        """64 hexadecimal digits."""
        return hmac.digest(self._key, workspace_id.bytes + e164.encode(), hashlib.sha256).hex()
