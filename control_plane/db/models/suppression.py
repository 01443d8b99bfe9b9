"""Numbers that are never to be called."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Suppression(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "suppression"
    __table_args__ = (
        CheckConstraint("(scope = 'campaign') = (campaign_id is not null)", name="scope"),
        Index("uq_suppression_workspace", "workspace_id", "e164", unique=True, postgresql_where=text("campaign_id is null")),
        Index("uq_suppression_campaign", "campaign_id", "e164", unique=True, postgresql_where=text("campaign_id is not null")),
    )

    e164: Mapped[str]
    scope: Mapped[str] = mapped_column(default="workspace", server_default="workspace")
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    source: Mapped[str]
    """api, import, call …: who said so."""
    evidence: Mapped[str] = mapped_column(default="", server_default="")
    call_id: Mapped[uuid.UUID | None]
