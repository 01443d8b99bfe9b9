"""`OPTIONS` of every address: the methods it takes (RFC 9110 §9.3.7). Litestar's own answer forgets those of other handlers of the address,
and asks its guards who is there, before anybody said."""

from collections import defaultdict

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send


class OptionsMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            await self._app(scope, receive, send)
            return
        allowed = ", ".join(sorted(_methods(scope["litestar_app"])[scope["path_template"]]))
        await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", allowed.encode())]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _methods(app: Litestar) -> dict[str, set[str]]:
    """By address, as its template."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            found[route.path_format] |= set(route.methods)
    return found
