"""Writes the audit trail, in the transaction of the change itself: no change without its entry, no entry without its change."""

import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from control_plane.db.models import AuditEntry
from control_plane.db.unit import Unit


def record(
    unit: Unit,
    workspace_id: uuid.UUID,
    action: str,
    subject_kind: str,
    subject_id: uuid.UUID | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note `action` (such as `campaign.start`). `before` and `after` hold what changed and never a secret."""
    unit.session.add(
        AuditEntry(
            workspace_id=workspace_id,
            at=unit.now,
            actor=unit.actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            before=_plain(before),
            after=_plain(after),
        )
    )


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else msgspec.to_builtins(dict(values), enc_hook=str)
