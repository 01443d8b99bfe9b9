"""Numbers that are never to be called."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace

FOR_NOW = "being_asked"
"""The source of a suppression that stands while its owner, who has said stop, is being asked which calls are meant: nothing is dialled, and
nobody is closed. The answer, or the end of the call, makes it one for good or takes it away."""


class Suppression(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "suppression"
    __table_args__ = (
        CheckConstraint("(scope = 'campaign') = (campaign_id is not null)", name="scope"),
        CheckConstraint("num_nonnulls(e164, number_hash) = 1", name="number"),
        # A number can be on several lists and have opted out too: a newer version of one list must not take the others' word back.
        Index("uq_suppression_workspace", "workspace_id", "e164", "list_source", unique=True, postgresql_where=text("campaign_id is null")),
        Index("uq_suppression_campaign", "campaign_id", "e164", unique=True, postgresql_where=text("campaign_id is not null")),
        Index("uq_suppression_hash", "workspace_id", "number_hash", unique=True, postgresql_where=text("number_hash is not null")),
        Index("ix_suppression_import_id", "import_id", postgresql_where=text("import_id is not null")),
    )

    e164: Mapped[str | None]
    """None for an erased person."""
    number_hash: Mapped[str | None]
    """The keyed hash of an erased person's number (kit/number_hash)."""
    scope: Mapped[str] = mapped_column(default="workspace", server_default="workspace")
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    source: Mapped[str]
    """api, import, call …: who said so."""
    list_source: Mapped[str] = mapped_column(default="", server_default="")
    """The do-not-call list that it stands on; empty when somebody said so about this very number."""
    import_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("number_import.id", ondelete="SET NULL"))
    evidence: Mapped[str] = mapped_column(default="", server_default="")
    call_id: Mapped[uuid.UUID | None]
