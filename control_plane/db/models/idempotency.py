"""First answers to creating requests, given again when the same key comes with the same body."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.db.base import Base, OfWorkspace


class IdempotencyRecord(OfWorkspace, Base):
    __tablename__ = "idempotency_record"

    key: Mapped[str] = mapped_column(primary_key=True)
    """`<workspace id>:<route>:<client's key>`"""
    body_hash: Mapped[str]
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
