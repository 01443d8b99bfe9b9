"""What each role may do. An owner may do all that a manager may, a manager all that a viewer may; an agent only its own."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from control_plane.workspaces.principal import Role

_INCLUDES: dict[str, frozenset[str]] = {
    "owner": frozenset({"owner", "manager", "viewer"}),
    "manager": frozenset({"manager", "viewer"}),
    "viewer": frozenset({"viewer"}),
    "agent": frozenset({"agent"}),
}


def requires(role: Role) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """A guard that lets `role` and whoever includes it pass; others get 403 with a sentence.

    It waits for nothing, and is a coroutine because Litestar sends every other guard to a thread.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        held = connection.user.role
        if role not in _INCLUDES.get(held, frozenset()):
            raise PermissionDeniedException(f"This needs a key with the role {role}; yours has the role {held}.")

    return guard
