"""Short-lived tokens that this installation signs and can check without asking the database."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

ISSUER = "callwright"
_ALGORITHM = "HS256"


class TokenError(Exception):
    """The token is not ours, was changed, or has expired; the text is a sentence."""


class TokenSigner:
    """Signs with a key derived from the installation's encryption key, so that one secret is enough and neither reveals the other."""

    def __init__(self, encryption_key: str) -> None:
        self._key = hmac.new(encryption_key.encode(), b"callwright api tokens v1", hashlib.sha256).digest()

    def sign(self, claims: Mapping[str, Any], now: datetime, lifetime: timedelta) -> str:
        return jwt.encode({**claims, "iss": ISSUER, "iat": now, "exp": now + lifetime}, self._key, _ALGORITHM)

    def verify(self, token: str, now: datetime) -> dict[str, Any]:
        """The claims. Raises `TokenError`. The time is the caller's, not the machine's."""
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iss"]}
        try:
            claims = jwt.decode(token, self._key, [_ALGORITHM], issuer=ISSUER, options=options)
        except jwt.PyJWTError as error:
            raise TokenError("This token was not issued here, or it was changed.") from error
        if not isinstance(claims["exp"], int | float) or claims["exp"] <= now.timestamp():
            raise TokenError("This token has expired; exchange the API key for a new one.")
        return claims
