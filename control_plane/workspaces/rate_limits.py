"""Limits how often one key may ask the API. A token made from a key counts as the key; a trusted issuer's tokens count by their subject."""

import math

from litestar.exceptions import TooManyRequestsException
from litestar.types import ASGIApp, Receive, Scope, Send

from control_plane.kit.problems import respond
from control_plane.kit.secrets import digest
from control_plane.workspaces.principal import Principal

STARTS_CALLS = {"starts_calls": True}
"""`opt` of routes that make a phone ring: these have a limit of their own, beside the one for all requests."""
_LIMITED = "/api/"
"""Health, metrics, provider callbacks and what agent workers report must get through however busy the API is."""


class RateLimitMiddleware:
    """Answers 429 with `Retry-After` before anything is done for a request too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal: Principal | None = scope.get("user")
        if scope["type"] != "http" or principal is None or not scope["path"].startswith(_LIMITED):
            await self._app(scope, receive, send)
            return
        state, bucket = scope["litestar_app"].state, bucket_of(principal)
        if (wait_s := await state.rate_limiter.wait_s(bucket)) > 0:
            await respond(scope, receive, send, _too_many("asks more often", wait_s))
        elif scope["route_handler"].opt.get("starts_calls") and (wait_s := await state.call_limiter.wait_s(f"calls:{bucket}")) > 0:
            await respond(scope, receive, send, _too_many("starts calls faster", wait_s))
        else:
            await self._app(scope, receive, send)


def bucket_of(principal: Principal) -> str:
    """Hashed: the subject of a foreign token may be a person's address."""
    return digest(f"{principal.workspace_id}:{principal.actor}")[:32]


def _too_many(does: str, wait_s: float) -> TooManyRequestsException:
    seconds = math.ceil(wait_s)
    sentence = f"This key {does} than it may; try again in {seconds} {'second' if seconds == 1 else 'seconds'}."
    return TooManyRequestsException(sentence, headers={"Retry-After": str(seconds)})
