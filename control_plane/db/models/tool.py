"""Tools by configuration: HTTPS endpoints, and tools of MCP servers, that assistants may use in a call, as the workspace describes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace

HTTPS, MCP = "https", "mcp"


class Tool(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "tool"
    __table_args__ = (
        CheckConstraint("kind in ('https', 'mcp')", name="kind"),
        CheckConstraint("(kind = 'mcp') = (mcp_tool is not null)", name="mcp_tool"),
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
    kind: Mapped[str] = mapped_column(default=HTTPS, server_default=HTTPS)
    mcp_tool: Mapped[str | None]
    """The server's own name of it."""
    pin: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What the server said of it when it was pinned (tools/mcp), beside `parameters`."""
    pinned_at: Mapped[datetime | None]
    drift: Mapped[str] = mapped_column(default="", server_default="")
    """How the server describes it otherwise by now, in a sentence, as the last use has seen it."""
