"""People, their numbers, and the lists they stand on."""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from control_plane.db.base import Base, HasId, HasTimes, OfWorkspace


class ContactPhone(HasId, OfWorkspace, Base):
    __tablename__ = "contact_phone"
    __table_args__ = (UniqueConstraint("contact_id", "e164"), Index(None, "workspace_id", "e164"))

    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    e164: Mapped[str]
    kind: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    """Dialled in ascending order."""
    dead_reason: Mapped[str] = mapped_column(default="", server_default="")
    """Not empty: the network has said that nobody can be reached here, and this says how."""
    time_zones: Mapped[list[str]] = mapped_column(default=list)
    """Every zone the number may be in; a call is allowed only where all of them allow it."""


class Contact(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint(
            "lead_status in ('new', 'contacted', 'engaged', 'qualified', 'converted', 'lost', 'do_not_call')",
            name="lead_status",
        ),
        CheckConstraint("(confirmed_zone is null) = (zone_confirmation is null)", name="confirmed_zone"),
        Index(None, "import_id", postgresql_where=text("import_id is not null")),
    )

    import_id: Mapped[uuid.UUID | None]
    """The import that made it, which may be gone. Until that is complete the contact stands on no list."""
    name: Mapped[str] = mapped_column(default="", server_default="")
    email: Mapped[str | None]
    language: Mapped[str | None]
    time_zone: Mapped[str | None]
    """Said by the owner of the list; narrows the zones that the number suggests."""
    confirmed_zone: Mapped[str | None]
    """Where the person is, said by somebody who knows: it stands for all that number, address and list say of it."""
    zone_confirmation: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Its `evidence`, `by` whom and `at` what time."""
    score: Mapped[int | None]
    lead_status: Mapped[str] = mapped_column(default="new", server_default="new")
    """How far the lead has come: new, contacted, engaged, qualified, converted, lost, do_not_call. Calls move it on, people set it."""
    lead_score: Mapped[int | None]
    """0 to 100, of the last call that said something for or against."""
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quiet_times: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    """When the person wants no calls: weekly ranges in their own zone (domain/quiet_times)."""
    phones: Mapped[list[ContactPhone]] = relationship(
        order_by=lambda: (ContactPhone.priority, ContactPhone.e164), cascade="all, delete-orphan", lazy="selectin"
    )


class ContactList(HasId, OfWorkspace, HasTimes, Base):
    __tablename__ = "contact_list"

    name: Mapped[str]


class ContactListEntry(Base):
    __tablename__ = "contact_list_entry"
    __table_args__ = (Index(None, "contact_id"),)

    contact_list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact_list.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
