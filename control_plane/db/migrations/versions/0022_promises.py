"""What was promised in calls."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("kept_call_id", sa.Uuid(), nullable=True),
        sa.Column("next_call_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('open', 'kept', 'dropped')", name=op.f("ck_promise_state")),
        sa.CheckConstraint("owner in ('assistant', 'team')", name=op.f("ck_promise_owner")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_promise_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_promise_call_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_promise_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["kept_call_id"], ["call.id"], name=op.f("fk_promise_kept_call_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["next_call_id"], ["call.id"], name=op.f("fk_promise_next_call_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("call_id", "seq", name=op.f("uq_promise_call_id_seq")),
    )
    for column in ("workspace_id", "contact_id"):
        op.create_index(op.f(f"ix_promise_{column}"), "promise", [column], unique=False)
    is_due = sa.text("state = 'open' and due_at is not null")
    op.create_index("ix_promise_open", "promise", ["due_at"], unique=False, postgresql_where=is_due)


def downgrade() -> None:
    op.drop_table("promise")
