"""The tenant."""

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
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
    rules: Mapped[dict[str, Any] | None]
    """What the workspace adds to the rule packs and what it waives (domain/rule_text.read_own); None: nothing."""
    rules_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Raised by every change of `rules`."""
    retention: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Days by kind of record, as far as the workspace has chosen (records/retention)."""
    allowed_countries: Mapped[list[str] | None]
    """Two letters each: where calls may lead. None: to `default_country` only."""
    paused_destinations: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Prefix to the sentence that says why nobody is called there until a person resumes it (usage/breaker)."""
    adds_callers: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether somebody unknown who calls becomes a contact."""
    number_lookups: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What may be looked up of numbers, and what it may cost (domain/number_lookup.LookupSettings); None: nothing."""
