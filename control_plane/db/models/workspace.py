"""The tenant."""

from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes


class Workspace(HasId, HasTimes, Base):
    __tablename__ = "workspace"

    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    default_country: Mapped[str] = mapped_column(default="US", server_default="US")
    max_concurrent_calls: Mapped[int | None]
    is_halted: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The kill switch: nothing is dialled while it is on."""
