"""People who take over calls."""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Operator(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "operator"
    __table_args__ = (UniqueConstraint("workspace_id", "name"), CheckConstraint("mode in ('cold', 'warm')", name="mode"))

    name: Mapped[str]
    """By which agents know them; the number they are not told."""
    e164: Mapped[str]
    mode: Mapped[str] = mapped_column(default="cold", server_default="cold")
    """cold (the carrier connects them) or warm (they are called, told what it is about and asked)"""
    time_zone: Mapped[str]
    weekly: Mapped[list[dict[str, Any]]]
    """When they are there: days, start, end, as the API has it; empty for always."""
    assistant_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    """Whose calls they take; empty for all."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")
