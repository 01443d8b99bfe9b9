"""A number's keyed hash: what stays of a number whose owner asked to be forgotten, so that nobody calls it again by accident.

Plain hashes of numbers are no secret (there are few enough numbers to try them all), so the key matters: it is derived from the
installation's first encryption key and is nowhere in the database. A lost key means that erased people can no longer be recognised, and
nobody can hash their numbers anew: so this key stays when the encryption key is rotated, and is then given by itself.
"""

import hashlib
import hmac
import re
import uuid

_DERIVED = re.compile("[0-9a-f]{64}")


class NumberHasher:
    """HMAC-SHA256 of workspace and number, so that neither a dump nor another tenant's hashes say whose number it is."""

    def __init__(self, secret: str) -> None:
        """`secret` is an encryption key or what `derived_key` made of one."""
        key = bytes.fromhex(secret if _DERIVED.fullmatch(secret) else derived_key(secret))
        # A copy of it takes half as long as a new one.
        self._keyed = hmac.new(key, digestmod="sha256")

    def of(self, workspace_id: uuid.UUID, e164: str) -> str:
        """64 hexadecimal digits."""
        made = self._keyed.copy()
        made.update(workspace_id.bytes + e164.encode())
        return made.hexdigest()


def derived_key(encryption_key: str) -> str:
    """64 hexadecimal digits that stand for the encryption key here and reveal nothing of it."""
    return hmac.digest(encryption_key.encode(), b"callwright number hash v1", hashlib.sha256).hex()


def fingerprint(secret: str) -> str:
    """By which a key is recognised later; says nothing of it."""
    key = secret if _DERIVED.fullmatch(secret) else derived_key(secret)
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]
