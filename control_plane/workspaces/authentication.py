"""Turns `Authorization: Bearer …` into a principal: an API key by its hash, or a token signed here."""

import uuid
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Receive, Scope, Send

from control_plane.db.models import ApiKey
from control_plane.db.session import Sessions
from control_plane.kit.clock import Clock
from control_plane.kit.problems import respond
from control_plane.kit.secrets import KEY_PREFIX, digest
from control_plane.kit.signing import TokenError, TokenSigner
from control_plane.workspaces.principal import Principal
from control_plane.workspaces.repository import WorkspaceRepository

PUBLIC = {"public": True}
"""`opt` of routes that need no key."""
LAST_USED_EVERY = timedelta(minutes=1)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="callwright"'}


class Authenticator:
    """Knows what a bearer token is worth at this instant."""

    def __init__(self, sessions: Sessions, signer: TokenSigner, clock: Clock) -> None:
        self._sessions = sessions
        self._signer = signer
        self._clock = clock

    async def principal_of(self, token: str) -> Principal:
        """Raises `NotAuthorizedException` with a sentence."""
        return await self._by_key(token) if token.startswith(KEY_PREFIX) else self._by_jwt(token)

    async def _by_key(self, token: str) -> Principal:
        now = self._clock.now()
        async with self._sessions.begin() as session:
            repository = WorkspaceRepository(session)
            key = await repository.key_by_hash(digest(token))
            if key is None:
                raise refusal("This API key is not known.")
            if key.revoked_at is not None:
                raise refusal("This API key was revoked.")
            if key.expires_at is not None and key.expires_at <= now:
                raise refusal("This API key has expired.")
            if key.last_used_at is None or key.last_used_at < now - LAST_USED_EVERY:
                await repository.touch_key(key.id, now, LAST_USED_EVERY)
            return principal_of_key(key)

    def _by_jwt(self, token: str) -> Principal:
        try:
            claims = self._signer.verify(token, self._clock.now())
            return Principal(uuid.UUID(claims["workspace_id"]), str(claims["role"]), str(claims["sub"]), by_key=False)
        except (TokenError, KeyError, ValueError) as error:
            raise refusal(str(error) if isinstance(error, TokenError) else "This token lacks what it must say.") from error


class AuthenticationMiddleware(AbstractAuthenticationMiddleware):
    """Every route needs a principal unless its `opt` says that it is public."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, exclude_from_auth_key="public")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except NotAuthorizedException as error:
            await respond(scope, receive, send, error)

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise refusal("Send an API key or a token as `Authorization: Bearer …`.")
        principal = await connection.app.state.authenticator.principal_of(token.strip())
        return AuthenticationResult(user=principal, auth=None)


def principal_of_key(key: ApiKey) -> Principal:
    return Principal(key.workspace_id, key.role, f"key:{key.id}")


def refusal(sentence: str) -> NotAuthorizedException:
    return NotAuthorizedException(sentence, headers=dict(_CHALLENGE))
