"""API keys, stored as hashes only."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class ApiKey(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("role in ('owner', 'manager', 'viewer', 'agent')", name="role"),)

    name: Mapped[str]
    role: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]
    """The first characters, shown so that a person can tell keys apart."""
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
