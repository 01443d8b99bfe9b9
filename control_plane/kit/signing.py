"""Short-lived tokens that this installation signs and can check without asking the database."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from control_plane.settings import OUR_ISSUER

_ALGORITHM = "HS256"


class TokenError(Exception):
    """The token is not ours, was changed, or has expired; the text is a sentence."""


class TokenSigner:
    """Signs with a key derived from the installation's encryption key, so that one secret is enough and neither reveals the other.

    Tokens name their key. Those signed with a former key of the installation are good until they expire.
    """

    def __init__(self, encryption_key: str, *former: str) -> None:
        derived = [_derived(key) for key in (encryption_key, *former)]
        self._key = derived[0]
        self._key_id = _key_id(derived[0])
        self._keys = {_key_id(key): key for key in derived}

    def sign(self, claims: Mapping[str, Any], now: datetime, lifetime: timedelta) -> str:
        headers = {"kid": self._key_id}
        return jwt.encode({**claims, "iss": OUR_ISSUER, "iat": now, "exp": now + lifetime}, self._key, _ALGORITHM, headers)

    def verify(self, token: str, now: datetime) -> dict[str, Any]:
        """The claims. Raises `TokenError`. The time is the caller's, not the machine's."""
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iss"]}
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid", "")), self._key)
            claims = jwt.decode(token, key, [_ALGORITHM], issuer=OUR_ISSUER, options=options)
        except jwt.PyJWTError as error:
            raise TokenError("This token was not issued here, or it was changed.") from error
        if not isinstance(claims["exp"], int | float) or claims["exp"] <= now.timestamp():
            raise TokenError("This token has expired; exchange the API key for a new one.")
        return claims


def claims_to_be_ours(token: str) -> bool:
    """Which of several ways of checking applies; says nothing of whether the token is good."""
    try:
        return jwt.decode(token, options={"verify_signature": False}).get("iss") == OUR_ISSUER
    except jwt.PyJWTError:
        return False


def _derived(encryption_key: str) -> bytes:
    return hmac.new(encryption_key.encode(), b"callwright api tokens v1", hashlib.sha256).digest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
