"""What is found in calls afterwards, and how far leads have come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_STATUSES = "lead_status in ('new', 'contacted', 'engaged', 'qualified', 'converted', 'lost', 'do_not_call')"


def upgrade() -> None:
    op.create_table(
        "call_analysis",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("assistant_version_id", sa.Uuid(), nullable=True),
        sa.Column("engine", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_status", sa.Text(), server_default="", nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('pending', 'done')", name=op.f("ck_call_analysis_state")),
        sa.CheckConstraint("cause in ('call', 'request', 'transcription')", name=op.f("ck_call_analysis_cause")),
        sa.CheckConstraint("engine in ('', 'rules', 'model')", name=op.f("ck_call_analysis_engine")),
        sa.CheckConstraint("(state = 'done') = (result is not null)", name=op.f("ck_call_analysis_done")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_call_analysis_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_analysis_call_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["assistant_version_id"], ["assistant_version.id"], name=op.f("fk_call_analysis_assistant_version_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_analysis")),
        sa.UniqueConstraint("call_id", "version", name=op.f("uq_call_analysis_call_id_version")),
    )
    op.create_index(op.f("ix_call_analysis_workspace_id"), "call_analysis", ["workspace_id"], unique=False)
    is_pending = sa.text("state = 'pending'")
    op.create_index("uq_call_analysis_current", "call_analysis", ["call_id"], unique=True, postgresql_where=sa.text("is_current"))
    op.create_index("uq_call_analysis_pending", "call_analysis", ["call_id"], unique=True, postgresql_where=is_pending)
    op.create_index("ix_call_analysis_due", "call_analysis", ["due_at"], unique=False, postgresql_where=is_pending)
    op.add_column("contact", sa.Column("lead_status", sa.Text(), server_default="new", nullable=False))
    op.add_column("contact", sa.Column("lead_score", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_contact_lead_status"), "contact", _STATUSES)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_contact_lead_status"), "contact", type_="check")
    op.drop_column("contact", "lead_score")
    op.drop_column("contact", "lead_status")
    op.drop_table("call_analysis")
