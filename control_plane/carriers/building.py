"""Makes Twilio agree with a trunk, step by step, whatever is there already.

Each step is written down before and after it is done, each in a transaction of its own, and finds what is there before it makes anything:
a run that was killed anywhere is resumed by the next, or undone when the trunk is gone by then. The same run finds and repairs drift.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from structlog import get_logger

from control_plane.audit.service import record
from control_plane.carriers.path import CarrierPath
from control_plane.carriers.repository import StepRepository
from control_plane.db.models import CarrierStep
from control_plane.db.session import Sessions
from control_plane.db.unit import Unit, open_unit
from control_plane.kit.clock import Clock
from control_plane.kit.queue import Queue
from control_plane.telephony.twilio import CarrierError, Ensured, TwilioSide, in_thread

log = get_logger(__name__)

TRUNK, CREDENTIAL_LIST, CREDENTIAL = "trunk", "credential_list", "credential"
LIST_ON_TRUNK, ORIGINATION, NUMBER = "list_on_trunk", "origination", "number"
_TAKEN_DOWN = (NUMBER, ORIGINATION, LIST_ON_TRUNK, TRUNK, CREDENTIAL, CREDENTIAL_LIST)
"""In this order; Twilio keeps a list that a trunk still uses."""


@dataclass(frozen=True, slots=True)
class Building:
    """One run for one trunk; the caller sees to it that there is only one at a time."""

    sessions: Sessions
    queue: Queue
    clock: Clock
    side: TwilioSide
    account_sid: str
    path: CarrierPath

    async def bring_about(self) -> None:
        """Raises `CarrierError`; what was done until then stands and is known."""
        await self._check_account()
        wanted = self._wanted()
        for step in await self._steps():
            if (step.kind, step.subject) not in wanted:
                await self._undo(step)
        if self.path.is_wanted:
            await self._build()

    def _wanted(self) -> set[tuple[str, str]]:
        if not self.path.is_wanted:
            return set()
        outbound = {(kind, "") for kind in (TRUNK, CREDENTIAL_LIST, CREDENTIAL, LIST_ON_TRUNK)}
        inbound = {(ORIGINATION, ""), *((NUMBER, e164) for e164 in self.path.answered)} if self.path.answered else set()
        return outbound | inbound

    async def _build(self) -> None:
        path, side = self.path, self.side
        trunk = await self._make(TRUNK, lambda _: side.ensure_trunk(path.name, path.domain, is_secure=path.is_secure))
        credentials = await self._make(CREDENTIAL_LIST, lambda _: side.ensure_credential_list(path.name))
        own = partial(side.ensure_credential, credentials, path.username, path.password)
        await self._make(CREDENTIAL, lambda was_done: own(is_known=was_done))
        await self._make(LIST_ON_TRUNK, lambda _: side.ensure_list_on_trunk(trunk, credentials))
        if path.answered:
            await self._let_in(trunk)

    async def _let_in(self, trunk: str) -> None:
        """Inbound calls: where Twilio sends them, then the numbers, so that no number leads nowhere."""
        path, side = self.path, self.side
        if not path.origination_uri:
            raise CarrierError("Set LIVEKIT_SIP_URI to the address of LiveKit's SIP service, so that Twilio knows where inbound calls go.")
        await self._make(ORIGINATION, lambda _: side.ensure_origination(trunk, path.name, path.origination_uri))
        for e164 in path.answered:
            await self._make(NUMBER, lambda _, e164=e164: side.ensure_number(trunk, e164), e164)

    async def _make(self, kind: str, make: Callable[[bool], Ensured], subject: str = "") -> str:
        """Twilio's id of the thing."""
        was_done, known = await self._begin(kind, subject)
        ensured = await in_thread(lambda: make(was_done))
        if not was_done or ensured.change or ensured.sid != known:
            await self._note(kind, subject, ensured, was_done=was_done)
        return ensured.sid

    async def _begin(self, kind: str, subject: str) -> tuple[bool, str | None]:
        async with self.sessions.begin() as session:
            rows = StepRepository(session, self.path.trunk_id)
            row = await rows.get(kind, subject)
            if row is None:
                row = CarrierStep(trunk_id=self.path.trunk_id, workspace_id=self.path.workspace_id, account_sid=self.account_sid)
                row.kind, row.subject, row.state = kind, subject, "begun"
                rows.add(row)
            was_done = row.state == "done"
            row.state = "done" if was_done else "begun"
            return was_done, row.remote_id

    async def _note(self, kind: str, subject: str, ensured: Ensured, *, was_done: bool) -> None:
        async with self._unit() as unit:
            row = await StepRepository(unit.session, self.path.trunk_id).get(kind, subject)
            assert row is not None
            row.remote_id, row.state, row.done_at = ensured.sid, "done", unit.now
            row.repairs += was_done
            what = "repaired" if was_done else "built"
            after = {"kind": kind, "subject": subject, "remote_id": ensured.sid}
            record(unit, self.path.workspace_id, f"carrier.{what}", "trunk", self.path.trunk_id, None, after)
            log.info("carrier_step", what=what, kind=kind, trunk_id=str(self.path.trunk_id), change=ensured.change)

    async def _undo(self, step: CarrierStep) -> None:
        async with self.sessions.begin() as session:
            row = await StepRepository(session, self.path.trunk_id).get(step.kind, step.subject)
            if row is not None:
                row.state = "undoing"
        await in_thread(self._removal(step))
        async with self._unit() as unit:
            rows = StepRepository(unit.session, self.path.trunk_id)
            row = await rows.get(step.kind, step.subject)
            if row is not None:
                await rows.remove(row)
            before = {"kind": step.kind, "subject": step.subject, "remote_id": step.remote_id}
            record(unit, self.path.workspace_id, "carrier.removed", "trunk", self.path.trunk_id, before, None)

    def _removal(self, step: CarrierStep) -> Callable[[], None]:
        side, name, domain = self.side, self.path.name, self.path.domain
        removals: dict[str, Callable[[], None]] = {
            NUMBER: lambda: side.remove_number(domain, step.subject),
            ORIGINATION: lambda: side.remove_origination(domain, name),
            LIST_ON_TRUNK: lambda: side.remove_list_from_trunk(domain, name),
            TRUNK: lambda: side.remove_trunk(domain),
            CREDENTIAL: lambda: None,
            CREDENTIAL_LIST: lambda: side.remove_credential_list(name),
        }
        return removals[step.kind]

    async def _steps(self) -> Sequence[CarrierStep]:
        """In the order in which they are taken down."""
        async with self.sessions() as session:
            rows = await StepRepository(session, self.path.trunk_id).all()
        return sorted(rows, key=lambda row: _TAKEN_DOWN.index(row.kind))

    async def _check_account(self) -> None:
        for step in await self._steps():
            if step.account_sid != self.account_sid:
                raise CarrierError(f"This trunk was built in the Twilio account {step.account_sid}, not in the one that is given now.")

    def _unit(self) -> AbstractAsyncContextManager[Unit]:
        return open_unit(self.sessions, self.queue, self.clock, actor="system")
