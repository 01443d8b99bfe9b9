"""What people ask of the rules: which there are, and what the workspace adds or waives."""

import uuid
from datetime import UTC, date
from typing import Any

import msgspec

from control_plane.audit.service import record
from control_plane.db.models import Workspace
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.domain.rule_text import read_own
from control_plane.rules.plain import details, summary
from control_plane.rules.registry import registry
from control_plane.rules.repository import RulesRepository
from control_plane.rules.schemas import OwnRulesIn, OwnRulesOut, PackDetails, PackList, PackOut, PackVersions, WaiverOut


class RulesService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._repository = RulesRepository(unit.session)

    def in_force(self, day: date | None) -> PackList:
        """The packs in force on a day, today when none is said."""
        packs = registry().in_force(day or self._unit.now.astimezone(UTC).date())
        return PackList([PackOut(**summary(pack)) for pack in packs])

    def pack(self, name: str) -> PackVersions:
        """All versions of one pack. Raises `NotFound`."""
        versions = registry().versions(name)
        if not versions:
            raise NotFound.of("rule pack")
        newest = versions[-1]
        shown = [msgspec.convert(details(pack), PackDetails) for pack in versions]
        return PackVersions(newest.name, newest.title, list(newest.jurisdictions), shown)

    async def own(self) -> OwnRulesOut:
        return _shown(await self._repository.workspace(self._workspace_id))

    async def change(self, wanted: OwnRulesIn) -> OwnRulesOut:
        """Replace the workspace's own rules; from the commit on every decision follows them. Raises `Invalid` with every mistake."""
        plain = _plain(wanted)
        read_own(plain, registry().knows)
        workspace = await self._repository.workspace(self._workspace_id, lock=True)
        before = workspace.rules
        workspace.rules, workspace.rules_version = plain or None, workspace.rules_version + 1
        workspace.updated_at = self._unit.now
        record(self._unit, self._workspace_id, "workspace.rules_change", "workspace", workspace.id, before or {}, plain)
        return _shown(workspace)


def _plain(wanted: OwnRulesIn) -> dict[str, Any]:
    """As it is kept: what is not said is left out."""
    waivers = [{k: v for k, v in msgspec.to_builtins(waiver).items() if v is not None} for waiver in wanted.waivers]
    parts = {"stricter": wanted.stricter, "waivers": waivers}
    return {name: part for name, part in parts.items() if part}


def _shown(workspace: Workspace) -> OwnRulesOut:
    rules = workspace.rules or {}
    changed_at = workspace.updated_at if workspace.rules_version else None
    return OwnRulesOut(rules.get("stricter"), [WaiverOut(**w) for w in rules.get("waivers", ())], workspace.rules_version, changed_at)
