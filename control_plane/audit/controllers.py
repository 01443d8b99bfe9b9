"""HTTP for the audit trail."""

import uuid
from datetime import datetime
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, SkipValidation
from msgspec import Struct

from control_plane.audit.repository import entries
from control_plane.db.models import AuditEntry
from control_plane.db.unit import Unit
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


class AuditOut(Struct):
    id: uuid.UUID
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: uuid.UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    seq: int | None
    """Its place in the workspace's chain."""
    hash: str | None
    redacted_at: datetime | None
    """When before and after were taken out because a person was erased; the chain still proves the entry."""

    @classmethod
    def of(cls, row: AuditEntry) -> "AuditOut":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class AuditController(Controller):
    path = "/audit"
    tags = ("audit",)

    @get(guards=[requires("manager")], summary="Who changed what, when")
    async def index(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        principal: NamedDependency[SkipValidation[Principal]],
        subject_kind: FromQuery[str | None] = None,
        subject_id: FromQuery[uuid.UUID | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AuditOut]:
        query = entries(principal.workspace_id, subject_kind, subject_id)
        return await page_of(unit.session, query, AuditEntry.id, AuditOut.of, limit=limit, cursor=cursor)
