"""A workspace's account at a carrier, and what was built in it for our trunks."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class CarrierAccount(HasId, OfWorkspace, HasTimes, Base):
    """Which account, and which of the workspace's secrets open it."""

    __tablename__ = "carrier_account"
    __table_args__ = (UniqueConstraint("workspace_id", "provider"), CheckConstraint("provider in ('twilio')", name="provider"))

    provider: Mapped[str]
    account_sid: Mapped[str] = mapped_column(index=True)
    auth_token_secret_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("secret.id", ondelete="RESTRICT"), index=True)
    signing_secret_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("secret.id", ondelete="RESTRICT"), index=True)
    """The shared key of SHA-256 signatures."""


class CarrierStep(HasId, OfWorkspace, HasTimes, Base):
    """One thing that we made or are making at the carrier for a trunk.

    It is written before the thing is made and removed after the thing is gone, and outlives its trunk: nothing of ours is forgotten there.
    """

    __tablename__ = "carrier_step"
    __table_args__ = (
        UniqueConstraint("trunk_id", "kind", "subject"),
        CheckConstraint("state in ('begun', 'done', 'undoing')", name="state"),
    )

    trunk_id: Mapped[uuid.UUID]
    account_sid: Mapped[str]
    kind: Mapped[str]
    """trunk, credential_list, credential, list_on_trunk, origination or number."""
    subject: Mapped[str] = mapped_column(default="", server_default="")
    """The number in E.164, for the kind number."""
    state: Mapped[str] = mapped_column(default="begun", server_default="begun")
    remote_id: Mapped[str | None]
    repairs: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was found missing or changed after it had been done."""
    done_at: Mapped[datetime | None]
