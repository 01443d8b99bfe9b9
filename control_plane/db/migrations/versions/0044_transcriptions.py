"""What is heard when a stored recording is transcribed anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_transcription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("from_s", sa.Double(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turns", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('pending', 'done', 'failed')", name=op.f("ck_call_transcription_state")),
        sa.CheckConstraint("(state = 'done') = (turns is not null)", name=op.f("ck_call_transcription_done")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_call_transcription_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_transcription_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_transcription")),
        sa.UniqueConstraint("call_id", "version", name=op.f("uq_call_transcription_call_id_version")),
    )
    op.create_index(op.f("ix_call_transcription_workspace_id"), "call_transcription", ["workspace_id"], unique=False)
    is_pending, is_current = sa.text("state = 'pending'"), sa.text("is_current")
    op.create_index("uq_call_transcription_current", "call_transcription", ["call_id"], unique=True, postgresql_where=is_current)
    op.create_index("uq_call_transcription_pending", "call_transcription", ["call_id"], unique=True, postgresql_where=is_pending)
    op.create_index("ix_call_transcription_due", "call_transcription", ["due_at"], unique=False, postgresql_where=is_pending)


def downgrade() -> None:
    op.drop_table("call_transcription")
