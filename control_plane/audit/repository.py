"""SQL for the audit trail."""

import uuid

from sqlalchemy import Select, select

from control_plane.db.models import AuditEntry


def entries(workspace_id: uuid.UUID, subject_kind: str | None, subject_id: uuid.UUID | None) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.workspace_id == workspace_id)
    if subject_kind is not None:
        query = query.where(AuditEntry.subject_kind == subject_kind)
    return query if subject_id is None else query.where(AuditEntry.subject_id == subject_id)
