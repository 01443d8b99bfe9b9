"""How long each kind of record is kept, and the deleting of what is over its time."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from msgspec import UNSET, structs
from structlog import get_logger

from control_plane.audit.service import record
from control_plane.db.models import Workspace
from control_plane.db.unit import Unit
from control_plane.domain.number_lookup import LookupSettings
from control_plane.kit.storage import Storage
from control_plane.records.planning_repository import PlanningRepository
from control_plane.records.repository import RecordsRepository
from control_plane.records.retention_repository import BATCH, RetentionRepository
from control_plane.records.schemas import RetentionIn, RetentionOut

log = get_logger(__name__)

FIVE_YEARS = 5 * 365 + 2
DEFAULTS: Mapping[str, int] = {
    "recordings": 90,
    "transcripts": 365,
    "calls": FIVE_YEARS,
    "verdicts": FIVE_YEARS,
    "runs": 365,
    "appointments": 365,
    "follow_ups": FIVE_YEARS,
    "number_lookups": LookupSettings().max_age.days,
}
"""Days. Five years is what US telemarketing rules ask of call records and of proof (16 CFR 310.5; facts/dialer §1.1 US-11, §5). Where a
workspace has said how long it believes look-ups, they are kept for so long."""
OpenUnit = Callable[[], AbstractAsyncContextManager[Unit]]


class RetentionService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = RecordsRepository(unit.session, workspace_id)

    async def get(self) -> RetentionOut:
        return RetentionOut(**days_of(await self._rows.workspace()))

    async def change(self, data: RetentionIn) -> RetentionOut:
        workspace = await self._rows.workspace(lock=True)
        chosen = {name: value for name, value in structs.asdict(data).items() if value is not UNSET}
        before = days_of(workspace)
        workspace.retention = workspace.retention | chosen
        await self._rows.save(workspace)
        record(self._unit, self._workspace_id, "retention.changed", "workspace", self._workspace_id, before, days_of(workspace))
        return RetentionOut(**days_of(workspace))


def days_of(workspace: Workspace) -> dict[str, int | None]:
    """Days by kind: as the workspace has chosen, else the default; None keeps for ever."""
    believed = LookupSettings.from_plain(workspace.number_lookups).max_age.days if workspace.number_lookups else None
    usual = DEFAULTS if believed is None else {**DEFAULTS, "number_lookups": believed}
    return {name: workspace.retention.get(name, default) for name, default in usual.items()}


async def apply_retention(open_unit: OpenUnit, storage: Storage, workspace_id: uuid.UUID) -> dict[str, int]:
    """Delete what is over its time, in small transactions. Returns how many of each kind. Safe to repeat and to be killed."""
    async with open_unit() as unit:
        days = days_of(await RecordsRepository(unit.session, workspace_id).workspace())
    deleted = {}
    for kind, each in _KINDS.items():
        kept_for = days[kind]
        if kept_for is not None:
            deleted[kind] = await _until_done(open_unit, storage, workspace_id, kept_for, each)
    log.info("retention_applied", workspace_id=str(workspace_id), **deleted)
    return deleted


async def _until_done(open_unit: OpenUnit, storage: Storage, workspace_id: uuid.UUID, days: int, each: "Batch") -> int:
    total = 0
    while True:
        async with open_unit() as unit:
            done = await each(unit, storage, RetentionRepository(unit.session, workspace_id), days)
        total += done
        if done < BATCH:
            return total


Batch = Callable[[Unit, Storage, RetentionRepository, int], Awaitable[int]]


async def _recordings(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    """The file goes first: should we die between, the next run finds the key again and nothing under it."""
    old = await rows.recordings(unit.now - timedelta(days=days))
    for call in old:
        await storage.delete(call.recording_key or "")
    await rows.forget_recordings([call.id for call in old], f"Deleted after {days} days.")
    return len(old)


async def _transcripts(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    return await rows.forget_transcripts(unit.now - timedelta(days=days))


async def _calls(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    old = await rows.calls(unit.now - timedelta(days=days))
    for call in old:
        if call.recording_key is not None:
            await storage.delete(call.recording_key)
    await rows.forget_calls([call.id for call in old])
    return len(old)


async def _verdicts(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    return await rows.forget_verdicts(unit.now - timedelta(days=days))


async def _runs(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    return await PlanningRepository(unit.session, rows.workspace_id).forget_runs(unit.now - timedelta(days=days))


async def _appointments(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    planned, before = PlanningRepository(unit.session, rows.workspace_id), unit.now - timedelta(days=days)
    return await planned.forget_appointments(before) + await planned.forget_bookings(before)


async def _follow_ups(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    return await PlanningRepository(unit.session, rows.workspace_id).forget_follow_ups(unit.now - timedelta(days=days))


async def _number_lookups(unit: Unit, storage: Storage, rows: RetentionRepository, days: int) -> int:
    return await rows.forget_lookups(unit.now - timedelta(days=days))


_KINDS: Mapping[str, Batch] = {
    "recordings": _recordings,
    "transcripts": _transcripts,
    "calls": _calls,
    "verdicts": _verdicts,
    "runs": _runs,
    "appointments": _appointments,
    "follow_ups": _follow_ups,
    "number_lookups": _number_lookups,
}
