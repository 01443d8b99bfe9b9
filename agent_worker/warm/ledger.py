"""The leg to a human in the control plane's ledger: a call of its own, for which this agent speaks with the leg's ticket."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from agent_worker import clock, report
from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable
from agent_worker.retry import until
from agent_worker.sip_leg import Departure
from sip_config.contract import DispatchTicket, EndCause, EventKind

log = structlog.get_logger()

FLUSH_S = 3.0
REPORT_PATIENCE_S = 20.0
_ENDS = (EventKind.CALLEE_LEFT, EventKind.HANGING_UP)


@dataclass(frozen=True, slots=True)
class LegTicket:
    """What opens the leg to somebody who is to be told first."""

    ticket: DispatchTicket
    identity: str

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "LegTicket":
        """Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
        ticket = DispatchTicket(str(plain["call_id"]), int(plain["generation"]), str(plain["token"]))
        return cls(ticket, str(plain["identity"]))


class LegLedger:
    """What happens on one leg, from its ticket to its report."""

    def __init__(self, client: CallClient, ticket: DispatchTicket, beats_every_s: float) -> None:
        self._client, self._ticket = client, ticket
        self._log = CallLog(client, ticket.generation, "leg")
        self._beating = asyncio.create_task(self._beat(beats_every_s))
        self._settling: asyncio.Task[None] | None = None

    @property
    def call_id(self) -> str:
        return self._ticket.call_id

    def note(self, kind: EventKind, data: dict[str, Any] | None = None, *, at: float | None = None) -> None:
        """Record a fact, an end only once."""
        if kind not in _ENDS or not any(map(self._log.has, _ENDS)):
            self._log.note(kind, data, at=at)

    def status(self, status: str, at: float) -> None:
        """The leg's `sip.callStatus` is this now."""
        kind = {"ringing": EventKind.RINGING, "active": EventKind.ANSWERED}.get(status)
        if kind is not None and not self._log.has(kind):
            self.note(kind, at=at)

    def left(self, departure: Departure) -> None:
        data = {"last_status": departure.last_status, "disconnect_reason": departure.disconnect_reason}
        self.note(EventKind.CALLEE_LEFT, data, at=departure.at)

    async def stands(self) -> bool:
        """Whether the leg may still ring; of a control plane that cannot be asked it is taken that it may."""
        try:
            await self._client.standing()
        except Superseded:
            return False
        except (Refused, Unreachable) as error:
            log.warning("leg_not_looked_at", error=str(error))
        return True

    async def settle(self) -> None:
        """Whoever is still there is hung up on with the room or was before: send what is left, and the report. Once, and to its end, also
        where whoever asked for it is broken off."""
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle())
        await asyncio.shield(self._settling)

    async def _settle(self) -> None:
        self._beating.cancel()
        if self._log.has(EventKind.ANSWERED):
            self.note(EventKind.HANGING_UP, {"end_cause": EndCause.AGENT_HANGUP.value})
        await self._log.aclose(FLUSH_S)
        told = report.fold(self._ticket.call_id, self._ticket.generation, self._log.events, ended_at=clock.as_time(clock.seconds()))
        try:
            await until(REPORT_PATIENCE_S, lambda: self._client.put_report(told))
        except (Unreachable, Refused, Superseded) as error:
            log.error("leg_report_not_stored", error=f"{type(error).__name__}: {error}")

    async def _beat(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            self._log.note(EventKind.HEARTBEAT)
