"""Who agreed to be called, for what, and how that can be shown."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace

CALL_PURPOSES = ("informational", "telemarketing", "care", "survey", "political", "charity", "debt")
CONSENT_BASES = ("written", "oral", "implied", "existing_customer")
KNOWN_PURPOSE = f"purpose in ({', '.join(repr(purpose) for purpose in CALL_PURPOSES)})"
_KNOWN_BASIS = f"basis in ({', '.join(repr(basis) for basis in CONSENT_BASES)})"


class Consent(HasId, OfWorkspace, HasTimes, Base):
    """One act of agreeing. It is never changed, only revoked: what was agreed to at the time of a call must stay readable."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint(KNOWN_PURPOSE, name="purpose"),
        CheckConstraint(_KNOWN_BASIS, name="basis"),
        # The same file imported twice says nothing new.
        Index(
            "uq_consent_act",
            *("workspace_id", "e164", "purpose", "basis", "granted_at", "source"),
            unique=True,
            postgresql_where=text("e164 is not null"),
        ),
        Index(None, "contact_list_id"),
    )

    e164: Mapped[str | None]
    """None once the person was erased; purpose, basis and times stay, because calls rest on them."""
    purpose: Mapped[str]
    basis: Mapped[str]
    text: Mapped[str] = mapped_column(default="", server_default="")
    """The words that the person agreed to."""
    source: Mapped[str] = mapped_column(default="", server_default="")
    """Where: a form's address, a till, a recorded call."""
    granted_at: Mapped[datetime]
    evidence: Mapped[str] = mapped_column(default="", server_default="")
    """How it can be shown: the address it came from, a recording, a file's row."""
    recorded_by: Mapped[str]
    """api, import, list declaration."""
    contact_list_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact_list.id", ondelete="SET NULL"))
    """The list that was declared as a whole, when one was."""
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str] = mapped_column(default="", server_default="")
