"""What holds for the whole installation: one row."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base


class Installation(Base):
    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    is_halted: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The kill switch over all workspaces: nothing is dialled while it is on."""
    halted_reason: Mapped[str] = mapped_column(default="", server_default="")
    number_key: Mapped[str] = mapped_column(default="", server_default="")
    """Fingerprint of the key that numbers of erased people are hashed with, from the first rotation on: no process starts with another."""
