"""Tools by configuration: HTTPS endpoints that assistants may use in a call, as the workspace describes them."""

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Tool(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "tool"
    __table_args__ = (
        CheckConstraint("method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')", name="method"),
        UniqueConstraint("workspace_id", "name"),
    )

    name: Mapped[str]
    """By which assistants and models name it; never changes."""
    description: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    """JSON Schema of the arguments."""
    url: Mapped[str]
    method: Mapped[str]
    headers: Mapped[dict[str, Any]]
    """Values with references to secrets, never with their values."""
    secrets: Mapped[list[str]]
    """Names of the secrets that the headers refer to."""
    sends: Mapped[dict[str, Any]]
    """What the call contributes: name of the field → where it comes from."""
    timeout_s: Mapped[float]
    idempotent: Mapped[bool]
