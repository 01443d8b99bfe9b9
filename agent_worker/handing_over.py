"""Puts the callee through to a person. Who can be named comes with the order; which number that is, only the control plane knows."""

import asyncio
from typing import Any, Protocol

import structlog

from agent_worker import clock
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable

log = structlog.get_logger()

_FAILED = "It did not work: {why} Tell the person so, do not try the same again, and offer that somebody calls them back."
_AWAY = "the systems behind it cannot be reached."


TICK_S = 0.5


class Call(Protocol):
    quiet_since: float
    """Wall-clock seconds; from then on silence is asked about."""

    def handed_over(self) -> None: ...


class HandingOver:
    def __init__(self, client: CallClient, call: Call) -> None:
        self._client, self._call = client, call

    async def to(self, destination: str) -> str | None:
        """None once the person is put through, and the call over; else what the model is to do next."""
        try:
            found = await self._asked(destination)
        except (Unreachable, Refused, Superseded) as error:
            log.warning("not_put_through", error=str(error))
            return _FAILED.format(why=_AWAY)
        if found.get("is_done") is not True:
            return _FAILED.format(why=str(found.get("why") or _AWAY))
        self._call.handed_over()
        return None

    async def _asked(self, destination: str) -> dict[str, Any]:
        """While it rings there, nobody is asked whether they are still here."""
        work = asyncio.ensure_future(self._client.transfer(destination))
        try:
            while not work.done():
                self._call.quiet_since = clock.seconds()
                await asyncio.wait({work}, timeout=TICK_S)
        finally:
            work.cancel()
        return work.result()
