"""What agent workers say they can hold."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base


class AgentWorker(Base):
    __tablename__ = "agent_worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[int]
    draining: Mapped[bool]
    registered: Mapped[bool]
    load: Mapped[float]
    calls: Mapped[list[str]]
    """Call ids of its unfinished jobs."""
    heartbeat_at: Mapped[datetime]
