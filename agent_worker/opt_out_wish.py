"""A callee's wish never to be called again: asked once, committed by the control plane before anybody confirms it."""

import asyncio

import structlog

from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.retry import until

log = structlog.get_logger()

PATIENCE_S = 8.0
"""How long a callee is kept waiting for the confirmation while the control plane cannot be reached."""


class OptOutWish:
    """`committed` resolves once: True when stored, False when that failed; `error` then says why."""

    def __init__(self, client: CallClient) -> None:
        self._client = client
        self.committed: asyncio.Future[bool] | None = None
        self.error = ""
        self.is_superseded = False

    @property
    def is_asked(self) -> bool:
        return self.committed is not None

    def ask(self) -> None:
        self.committed = asyncio.get_running_loop().create_future()

    async def commit(self, quote: str, offset_s: float) -> bool:
        """Store the wish; whether it is stored. Never raises for a control plane that is away or refuses."""
        assert self.committed is not None
        try:
            await until(PATIENCE_S, lambda: self._client.opt_out(quote, offset_s))
        except Superseded:
            self.is_superseded = True
        except (Unreachable, Refused) as error:
            log.error("opt_out_not_committed", error=str(error))
            self.error = f"opt-out not committed during the call: {error}"
        self.committed.set_result(not self.error and not self.is_superseded)
        return self.committed.result()
