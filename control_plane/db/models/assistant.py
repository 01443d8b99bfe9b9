"""Assistants and their immutable versions."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class Assistant(HasId, OfWorkspace, HasTimes, Base):
    """The draft that people edit; calls use published versions only."""

    __tablename__ = "assistant"

    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")
    config: Mapped[dict[str, Any]]
    """system_prompt, first_message, language, voice, models, tools, voicemail, outcome_labels, max_duration_s …"""
    published_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assistant_version.id", use_alter=True, ondelete="SET NULL"))
    last_probe: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Which of its parts answered when they were last tried; NULL when they never were."""


class AssistantVersion(HasId, OfWorkspace, HasTimes, Base):
    """A published assistant; never changed afterwards, so a running campaign keeps what it started with."""

    __tablename__ = "assistant_version"
    __table_args__ = (UniqueConstraint("assistant_id", "number"),)

    assistant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assistant.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str]
    config: Mapped[dict[str, Any]]
