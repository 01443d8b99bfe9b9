"""Chooses the caller ID of single calls by the rules that campaigns choose by (`domain/caller_id`), out of all the workspace's numbers.

Asked twice: when the call is made, so that a call that nobody can make is refused at once, and at the claim, because by then a number may
rest, be used up or have no line. A number that the request names is not put into question.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.caller_repository import CallerRepository
from control_plane.calls.gate import local_day
from control_plane.db.models import Number, Trunk
from control_plane.domain.caller_id import LOOK_AGAIN, CallerNumber, Choice, ContactHistory, NoCaller, choose, daily_cap
from control_plane.domain.errors import Conflict
from sip_config.contract import NetworkResult

OF_THE_NETWORK = (NetworkResult.NETWORK_ERROR, NetworkResult.CONGESTION)
"""After these another trunk is tried; `throttled` is left out, because there the trunk only has to be slower."""
_NO_REAL_CALLER = "There is no number to call real phones from; add a carrier's trunk and a number. Rehearsal numbers do not reach them."
_NO_REHEARSAL_CALLER = "There is no rehearsal number to call this fictional number from; add a rehearsal trunk and a number first."


class Caller(msgspec.Struct, frozen=True):
    """Who calls, over which trunk, and why: as it is stored on the call."""

    number: Number
    trunk: Trunk
    choice: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that needs a caller ID: to whom, by which assistant, and whether it is a rehearsal."""

    workspace_id: uuid.UUID
    time_zone: str
    e164: str
    contact_id: uuid.UUID | None
    assistant_id: uuid.UUID
    is_rehearsal: bool

    @property
    def person(self) -> uuid.UUID:
        """Spreads people over numbers; whoever is no contact is known by the number."""
        return self.contact_id or uuid.UUID(int=int(self.e164.removeprefix("+")))


class SingleCallers:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._repository = CallerRepository(session)
        self._now = now
        self._rows: dict[uuid.UUID, tuple[Number, Trunk]] = {}
        self._facts: dict[uuid.UUID, CallerNumber] = {}
        self._day_ends: dict[uuid.UUID, datetime] = {}
        self._history: dict[Wanted, ContactHistory] = {}

    async def learn(self, wanted: Sequence[Wanted]) -> None:
        """Take in the numbers of these calls' workspaces, what they have done today, and what earlier calls met."""
        if not wanted:
            return
        days = {w.workspace_id: local_day(self._now, w.time_zone) for w in wanted}
        self._day_ends = {workspace_id: day[1] for workspace_id, day in days.items()}
        self._rows = {number.id: (number, trunk) for number, trunk in await self._repository.of_workspaces(days)}
        caps = {n.id: daily_cap(n.daily_cap, n.first_used_at, self._now, is_rehearsal=n.is_rehearsal) for n, _ in self._rows.values()}
        capped = [(n.id, n.workspace_id) for n, _ in self._rows.values() if caps[n.id] is not None]
        today = await self._repository.calls_since(capped, {w: day[0] for w, day in days.items()})
        self._facts = {n.id: facts_of_number(n, caps[n.id], today.get(n.id, 0)) for n, _ in self._rows.values()}
        dialled = await self._repository.dialled([(w.workspace_id, w.e164, w.contact_id) for w in wanted])
        self._history = {w: history_of(None, dials) for w, dials in zip(wanted, dialled, strict=True)}

    def choose(self, wanted: Wanted, has_room: Callable[[Trunk], bool]) -> Caller | NoCaller:
        """Who makes this call now: a number of the assistant's own if one may, else any of the workspace."""
        able = [number for number, trunk in self._of_kind(wanted) if trunk.livekit_outbound_trunk_id is not None]
        if not able:
            return NoCaller(self._now + LOOK_AGAIN, ("There is no number to call from.",))
        own = [number for number in able if number.assistant_id == wanted.assistant_id]
        chosen = self._choose(own, wanted, has_room) if own else None
        if not isinstance(chosen, Choice):
            chosen = self._choose(able, wanted, has_room)
        if isinstance(chosen, NoCaller):
            return chosen
        return Caller(*self._rows[chosen.number_id], chosen.plain(self._facts[chosen.number_id]))

    def count(self, number_id: uuid.UUID) -> None:
        """The number makes a call."""
        facts = self._facts[number_id]
        self._facts[number_id] = replace(facts, calls_today=facts.calls_today + 1)

    def foresee(self, wanted: Wanted) -> tuple[Caller, datetime | None]:
        """Who will probably make a call that is only being asked for, and until when it has to wait for a number.

        Raises `Conflict` when no number could ever call without a person's help.
        """
        rows = self._of_kind(wanted)
        if not rows:
            raise Conflict(_NO_REHEARSAL_CALLER if wanted.is_rehearsal else _NO_REAL_CALLER, code="no_caller_number")
        connected = [(number, trunk) for number, trunk in rows if trunk.livekit_outbound_trunk_id is not None]
        if not connected:
            raise Conflict(f"The trunk {rows[0][1].name} is not connected to LiveKit yet; try again shortly.", code="trunk_not_synced")
        chosen = self.choose(wanted, lambda trunk: True)
        if isinstance(chosen, Caller):
            return chosen, None
        fit = next((row for row in connected if row[0].health != "quarantined"), None)
        if fit is None:
            raise Conflict("Every number to call from is quarantined until a person has looked at it.", code="no_caller_number")
        return Caller(*fit, waiting(chosen)), chosen.until

    def _of_kind(self, wanted: Wanted) -> list[tuple[Number, Trunk]]:
        kind = (wanted.workspace_id, wanted.is_rehearsal)
        return [row for row in self._rows.values() if (row[0].workspace_id, row[0].is_rehearsal) == kind]

    def _choose(self, numbers: Sequence[Number], wanted: Wanted, has_room: Callable[[Trunk], bool]) -> Choice | NoCaller:
        history = self._history[wanted]
        if history.last_number_id not in [number.id for number in numbers]:
            history = replace(history, last_number_id=None)
        facts = [self._facts[number.id] for number in numbers]
        trunks = {number.trunk_id: self._rows[number.id][1] for number in numbers}
        day_ends = self._day_ends[wanted.workspace_id]
        return choose(facts, wanted.person, history, self._now, day_ends_at=day_ends, has_room=lambda trunk_id: has_room(trunks[trunk_id]))


class Dial(Protocol):
    """What an earlier call tells about who may call now."""

    @property
    def number_id(self) -> uuid.UUID | None: ...
    @property
    def trunk_id(self) -> uuid.UUID: ...
    @property
    def network_result(self) -> str | None: ...
    @property
    def dialing_at(self) -> datetime | None: ...


def waiting(nobody: NoCaller) -> dict[str, Any]:
    """Stored as the choice of a call for which there is no number yet."""
    return {"why": "waiting", "sentence": " ".join(nobody.sentences), "passed_over": []}


def facts_of_number(number: Number, cap: int | None, calls_today: int) -> CallerNumber:
    return CallerNumber(
        id=number.id,
        trunk_id=number.trunk_id,
        is_rehearsal=number.is_rehearsal,
        health=number.health,
        rests_until=number.rests_until,
        cap=cap,
        calls_today=calls_today,
    )


def history_of(last_of_enrollment: uuid.UUID | None, dials: Sequence[Dial]) -> ContactHistory:
    """`dials` newest first. The number of the enrollment's own last call goes before that of any other campaign's."""
    if not dials:
        return ContactHistory(last_of_enrollment)
    newest = dials[0]
    blocked: dict[uuid.UUID, datetime] = {}
    for dial in dials:
        if dial.number_id is not None and dial.dialing_at is not None and dial.network_result == NetworkResult.BLOCKED_ANALYTICS:
            blocked.setdefault(dial.number_id, dial.dialing_at)
    failed = newest.trunk_id if newest.network_result in OF_THE_NETWORK else None
    return ContactHistory(last_of_enrollment or newest.number_id, failed, blocked)
