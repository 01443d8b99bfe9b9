"""What a workspace entrusts to the platform under a name: keys of model vendors. Sealed at rest, never shown again."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Secret(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "secret"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    """By which assistants name it; never changes."""
    description: Mapped[str] = mapped_column(default="", server_default="")
    base_url: Mapped[str | None]
    """The endpoint that it opens, and the only one that it is sent to; None: that of the installation."""
    value_sealed: Mapped[str]
