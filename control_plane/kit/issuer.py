"""Tokens of somebody else's sign-on: verified with the public keys that the issuer publishes (JWKS, RFC 7517; JWT, RFC 7519)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
import msgspec
from structlog import get_logger

from control_plane.kit.signing import TokenError

log = get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair only: with a shared secret, whoever can check could also sign."""
KEPT = timedelta(hours=1)
"""A key that the issuer withdraws opens nothing after this."""
AGAIN = timedelta(minutes=1)
"""At most so often the issuer is asked, whatever key ids are made up."""
LEEWAY = timedelta(seconds=30)
"""How far the issuer's clock may be from ours."""
_FETCHED_WITHIN_S = 5.0
_MOST_BYTES = 256_000


class KeysUnavailable(Exception):
    """The issuer's keys have never been fetched, or not for too long, so nobody can say what the token is worth."""


class TrustedIssuer:
    """One issuer whose tokens are taken, when they are meant for `audience`."""

    def __init__(self, issuer: str, audience: str, jwks_url: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._url = jwks_url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def verify(self, token: str, now: datetime) -> dict[str, Any]:
        """The claims. Raises `TokenError` with a sentence, or `KeysUnavailable`. The time is the caller's, not the machine's."""
        options: Any = {"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True}
        options |= {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise TokenError("This token is signed in a way that is not accepted here.")
            key = await self._key(str(header.get("kid", "")), now)
            claims = jwt.decode(token, key, ALGORITHMS, issuer=self._issuer, audience=self._audience, options=options)
        except jwt.PyJWTError as error:
            raise TokenError("This token was not issued for here, or it was changed.") from error
        _check_times(claims, now)
        return claims

    async def _key(self, kid: str, now: datetime) -> jwt.PyJWK:
        if kid not in self._keys or self._is_stale(now):
            async with self._asking:
                if (kid not in self._keys or self._is_stale(now)) and (self._asked_at is None or now - self._asked_at >= AGAIN):
                    self._asked_at = now
                    await self._fetch(now)
        if self._is_stale(now):
            raise KeysUnavailable
        if kid not in self._keys:
            raise TokenError("This token is signed with a key that its issuer does not name.")
        return self._keys[kid]

    def _is_stale(self, now: datetime) -> bool:
        return self._fetched_at is None or now - self._fetched_at > KEPT

    async def _fetch(self, now: datetime) -> None:
        """Keys of before stay when the issuer does not answer."""
        try:
            async with asyncio.timeout(_FETCHED_WITHIN_S):
                self._keys = _usable(await _download(self._url))
            self._fetched_at = now
        except (httpx.HTTPError, OSError, TimeoutError, msgspec.MsgspecError, ValueError) as error:
            log.warning("issuer_keys_not_fetched", error=type(error).__name__)


async def _download(url: str) -> bytes:
    """The document. Raises `ValueError` when it is larger than any set of keys; redirects are not followed."""
    body = bytearray()
    async with httpx.AsyncClient(timeout=_FETCHED_WITHIN_S) as client, client.stream("GET", url) as answer:
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"status {answer.status_code}")
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise ValueError("too large")
    return bytes(body)


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


def _usable(document: bytes) -> dict[str, jwt.PyJWK]:
    """Public keys for signatures by their id; others in the set are left alone, as RFC 7517 asks."""
    found = {}
    for each in msgspec.json.decode(document, type=_KeySet).keys:
        if each.get("kty") in ("RSA", "EC", "OKP") and each.get("use", "sig") == "sig" and "d" not in each:
            try:
                found[str(each.get("kid", ""))] = jwt.PyJWK(each)
            except jwt.PyJWTError:
                log.warning("issuer_key_not_understood", kty=each.get("kty"))
    return found


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    until, since = claims["exp"], claims.get("nbf", 0)
    if not isinstance(until, int | float) or not isinstance(since, int | float):
        raise TokenError("This token's times cannot be read.")
    if until <= (now - LEEWAY).timestamp():
        raise TokenError("This token has expired; sign in again.")
    if since > (now + LEEWAY).timestamp():
        raise TokenError("This token is not valid yet.")
