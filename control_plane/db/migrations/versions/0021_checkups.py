"""Check-ups, whom they name, and what followed from those that were missed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _checkups()
    _contacts()
    _escalations()


def _checkups() -> None:
    op.create_table(
        "checkup",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("checkup_type", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), server_default="call", nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("time_of_day", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), server_default="", nullable=False),
        sa.Column("escalation", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        *_times(),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_checkup_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_checkup_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_checkup_schedule_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkup")),
        sa.UniqueConstraint("schedule_id", name=op.f("uq_checkup_schedule_id")),
    )
    op.create_index(op.f("ix_checkup_workspace_id"), "checkup", ["workspace_id"], unique=False)
    op.create_index(op.f("ix_checkup_contact_id"), "checkup", ["contact_id"], unique=False)


def _contacts() -> None:
    op.create_table(
        "checkup_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("checkup_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_checkup_contact_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["checkup_id"], ["checkup.id"], name=op.f("fk_checkup_contact_checkup_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_checkup_contact_contact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkup_contact")),
        sa.UniqueConstraint("checkup_id", "contact_id", name=op.f("uq_checkup_contact_checkup_id_contact_id")),
    )
    op.create_index(op.f("ix_checkup_contact_workspace_id"), "checkup_contact", ["workspace_id"], unique=False)
    op.create_index(op.f("ix_checkup_contact_contact_id"), "checkup_contact", ["contact_id"], unique=False)


def _escalations() -> None:
    table = "checkup_escalation"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("checkup_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), server_default="calling", nullable=False),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        *_times(),
        sa.CheckConstraint("state in ('calling', 'acknowledged', 'unacknowledged', 'not_called')", name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["checkup_id"], ["checkup.id"], name=op.f(f"fk_{table}_checkup_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["schedule_run.id"], name=op.f(f"fk_{table}_run_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f(f"fk_{table}_call_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["contact.id"], name=op.f(f"fk_{table}_acknowledged_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("run_id", name=op.f(f"uq_{table}_run_id")),
    )
    op.create_index(op.f(f"ix_{table}_workspace_id"), table, ["workspace_id"], unique=False)
    op.create_index(op.f(f"ix_{table}_checkup_id"), table, ["checkup_id"], unique=False)
    is_calling = sa.text("state = 'calling'")
    op.create_index(f"ix_{table}_calling", table, ["call_id"], unique=False, postgresql_where=is_calling)


def _times() -> tuple[sa.Column, sa.Column]:
    now = sa.text("now()")
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    )


def downgrade() -> None:
    for table in ("checkup_escalation", "checkup_contact", "checkup"):
        op.drop_table(table)
