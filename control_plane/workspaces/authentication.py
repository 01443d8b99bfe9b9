"""Turns `Authorization: Bearer …` into a principal: an API key by its hash, or a token signed here or by a trusted issuer."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Receive, Scope, Send

from control_plane.db.session import Sessions, looking
from control_plane.domain.errors import Unavailable
from control_plane.kit.clock import Clock
from control_plane.kit.issuer import KeysUnavailable, TrustedIssuer
from control_plane.kit.problems import respond
from control_plane.kit.secrets import KEY_PREFIX, digest
from control_plane.kit.signing import TokenError, TokenSigner, claims_to_be_ours
from control_plane.workspaces.principal import Principal
from control_plane.workspaces.repository import Opening, WorkspaceRepository

PUBLIC = {"public": True}
"""`opt` of routes that need no key."""
TOKEN_IN_QUERY = {"token_in_query": True}
"""`opt` of routes that browsers open by `EventSource`, which sends no header: a token may stand in the address, a key may not."""
FOREIGN_ROLES = ("owner", "manager", "viewer")
MOST_OF_SUBJECT = 200
LAST_USED_EVERY = timedelta(minutes=1)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="callwright"'}


class Authenticator:
    """Knows what a bearer token is worth at this instant."""

    def __init__(self, sessions: Sessions, signer: TokenSigner, clock: Clock, issuer: TrustedIssuer | None = None) -> None:
        self._sessions = sessions
        self._looking = looking(sessions)
        self._signer = signer
        self._clock = clock
        self._issuer = issuer

    async def principal_of(self, token: str) -> Principal:
        """Raises `NotAuthorizedException` with a sentence, or `Unavailable` when a trusted issuer's keys cannot be had."""
        if token.startswith(KEY_PREFIX):
            return await self._by_key(token)
        if self._issuer is not None and not claims_to_be_ours(token):
            return await self._by_issuer(self._issuer, token)
        return await self._by_own_token(token)

    async def _by_key(self, token: str) -> Principal:
        async with self._looking() as session:
            key = await WorkspaceRepository(session).opening_by_hash(digest(token))
        if key is None:
            raise refusal("This API key is not known.")
        return await self._admit(key)

    async def _by_own_token(self, token: str) -> Principal:
        """A token opens what its key opens now, and nothing once the key is revoked or has expired."""
        try:
            claims = self._signer.verify(token, self._clock.now())
            workspace_id, key_id = uuid.UUID(claims["workspace_id"]), uuid.UUID(str(claims["sub"]).removeprefix("key:"))
        except (TokenError, KeyError, ValueError) as error:
            raise refusal(str(error) if isinstance(error, TokenError) else "This token lacks what it must say.") from error
        async with self._looking() as session:
            key = await WorkspaceRepository(session).opening(workspace_id, key_id)
        if key is None:
            raise refusal("The API key behind this token is gone.")
        return replace(await self._admit(key), by_key=False)

    async def _admit(self, key: Opening) -> Principal:
        now = self._clock.now()
        if key.revoked_at is not None:
            raise refusal("This API key was revoked.")
        if key.expires_at is not None and key.expires_at <= now:
            raise refusal("This API key has expired.")
        if key.last_used_at is None or key.last_used_at < now - LAST_USED_EVERY:
            async with self._sessions.begin() as session:
                await WorkspaceRepository(session).touch_key(key.id, now, LAST_USED_EVERY)
        return Principal(key.workspace_id, key.role, f"key:{key.id}")

    async def _by_issuer(self, issuer: TrustedIssuer, token: str) -> Principal:
        try:
            principal = _principal_of_claims(await issuer.verify(token, self._clock.now()))
        except TokenError as error:
            raise refusal(str(error)) from error
        except KeysUnavailable as error:
            raise Unavailable("The keys of the sign-on cannot be fetched at the moment.", code="issuer_unavailable") from error
        async with self._looking() as session:
            if await WorkspaceRepository(session).get(principal.workspace_id) is None:
                raise refusal("This token names a workspace that is not here.")
        return principal


class AuthenticationMiddleware(AbstractAuthenticationMiddleware):
    """Every route needs a principal unless its `opt` says that it is public."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, exclude_from_auth_key="public")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (NotAuthorizedException, Unavailable) as error:
            await respond(scope, receive, send, error)

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        principal = await connection.app.state.authenticator.principal_of(_token_of(connection))
        return AuthenticationResult(user=principal, auth=None)


def _token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    in_header = token.strip() if scheme.lower() == "bearer" else ""
    in_query = connection.query_params.get("access_token") if connection.scope["route_handler"].opt.get("token_in_query") else None
    if in_header and in_query is not None:
        raise refusal("Send one of the two: `Authorization: Bearer …`, or `access_token` in the address.")
    if in_header:
        return in_header
    if not in_query:
        raise refusal("Send an API key or a token as `Authorization: Bearer …`.")
    if in_query.startswith(KEY_PREFIX):
        raise refusal("An API key does not belong in an address, where logs keep it; exchange it for a token at /api/v1/auth/token.")
    return in_query


def _principal_of_claims(claims: Mapping[str, Any]) -> Principal:
    """Raises `TokenError` for claims that say too little, or the role of agent workers, who have keys of their own."""
    role, subject = claims.get("role"), claims["sub"]
    try:
        workspace_id = uuid.UUID(str(claims.get("workspace_id")))
    except ValueError as error:
        raise TokenError("This token lacks the claim workspace_id.") from error
    if role not in FOREIGN_ROLES:
        raise TokenError(f"This token lacks the claim role, which must be one of {', '.join(FOREIGN_ROLES)}.")
    return Principal(workspace_id, role, f"token:{subject[:MOST_OF_SUBJECT]}", by_key=False)


def refusal(sentence: str) -> NotAuthorizedException:
    return NotAuthorizedException(sentence, headers=dict(_CHALLENGE))
