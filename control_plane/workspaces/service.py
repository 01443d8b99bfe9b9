"""The workspace's own settings, and the keys that open it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import available_timezones

from msgspec import UNSET

from control_plane.audit.service import record
from control_plane.db.models import ApiKey, Workspace
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import digest, new_api_key
from control_plane.workspaces.bootstrap import PREFIX_LENGTH
from control_plane.workspaces.repository import WorkspaceRepository
from control_plane.workspaces.schemas import ApiKeyIn, ApiKeyOut, WorkspaceOut, WorkspacePatch

_PLAIN = ("name", "time_zone", "default_country", "is_halted", "adds_callers")


class WorkspaceService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._repository = WorkspaceRepository(unit.session)

    async def get(self, *, lock: bool = False) -> Workspace:
        workspace = await self._repository.get(self._workspace_id, lock=lock)
        if workspace is None:
            raise NotFound.of("workspace")
        return workspace

    async def change(self, patch: WorkspacePatch, if_match: str | None = None) -> Workspace:
        """Raises `Invalid` for a zone or country that does not exist."""
        _check(patch)
        workspace = await self.get(lock=True)
        require_match(if_match, WorkspaceOut.of(workspace), WorkspacePatch)
        changes = {name: value for name in _PLAIN if (value := getattr(patch, name)) is not UNSET}
        if patch.limits is not UNSET:
            changes["max_concurrent_calls"] = patch.limits.max_concurrent_calls
        before = {name: getattr(workspace, name) for name in changes}
        for name, value in changes.items():
            setattr(workspace, name, value)
        workspace.updated_at = self._unit.now
        if changes.keys() & {"is_halted", "max_concurrent_calls"}:
            self._unit.nudges.add("tick")
        record(self._unit, self._workspace_id, "workspace.change", "workspace", workspace.id, before, changes)
        return workspace

    async def switch(self, *, is_halted: bool, action: str, after: Mapping[str, object]) -> Workspace:
        """Turn the kill switch, and say in the audit trail why."""
        workspace = await self.get(lock=True)
        before = {"is_halted": workspace.is_halted}
        workspace.is_halted, workspace.updated_at = is_halted, self._unit.now
        record(self._unit, self._workspace_id, action, "workspace", workspace.id, before, {"is_halted": is_halted, **after})
        return workspace

    async def keys(self, *, limit: int, cursor: str | None) -> Page[ApiKeyOut]:
        query = self._repository.keys(self._workspace_id)
        return await page_of(self._unit.session, query, ApiKey.id, ApiKeyOut.of, limit=limit, cursor=cursor)

    async def add_key(self, wanted: ApiKeyIn) -> tuple[ApiKey, str]:
        """The new key's row, and the key itself, which nothing keeps."""
        if wanted.expires_at is not None and _aware(wanted.expires_at) <= self._unit.now:
            raise Invalid.field("expires_at", "The key would have expired already; give a time to come.")
        key = new_api_key()
        row = ApiKey(
            id=new_id(),
            workspace_id=self._workspace_id,
            name=wanted.name,
            role=wanted.role,
            key_hash=digest(key),
            prefix=key[:PREFIX_LENGTH],
            expires_at=wanted.expires_at,
            created_at=self._unit.now,
        )
        self._unit.session.add(row)
        record(self._unit, self._workspace_id, "api_key.create", "api_key", row.id, None, {"role": row.role, "expires_at": row.expires_at})
        return row, key

    async def revoke_key(self, key_id: uuid.UUID) -> None:
        """A revoked key opens nothing from now on and stays in the list. Raises `Conflict` for the last owner key."""
        owners = await self._repository.live_owner_keys(self._workspace_id, self._unit.now)
        key = await self._repository.key(self._workspace_id, key_id)
        if key is None:
            raise NotFound.of("API key")
        if key.revoked_at is not None:
            return
        if [owner.id for owner in owners] == [key.id]:
            raise Conflict("This is the last key with the role owner; make another one first.", code="last_owner_key")
        key.revoked_at = key.updated_at = self._unit.now
        record(self._unit, self._workspace_id, "api_key.revoke", "api_key", key.id)


def _check(patch: WorkspacePatch) -> None:
    if patch.time_zone is not UNSET and patch.time_zone not in available_timezones():
        raise Invalid.field("time_zone", f"There is no time zone called {patch.time_zone!r}; use a name like America/New_York.")
    if patch.default_country is not UNSET and not phone.is_country(patch.default_country):
        raise Invalid.field("default_country", f"There is no country {patch.default_country!r}; use two letters like US or GB.")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise Invalid.field("expires_at", "The time needs its zone; write it like 2026-11-30T09:00:00Z.")
    return instant
