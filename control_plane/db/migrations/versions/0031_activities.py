"""What agents note about people in calls."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TIMES = ("created_at", "updated_at")
_SCORED = "(kind = 'lead_score') = (score is not null) and score between 0 and 100"


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in _TIMES),
        sa.CheckConstraint("kind in ('note', 'lead_score')", name=op.f("ck_activity_kind")),
        sa.CheckConstraint(_SCORED, name=op.f("ck_activity_score")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_activity_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_activity_call_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_activity_contact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("call_id", "seq", name=op.f("uq_activity_call_id_seq")),
    )
    for column in ("workspace_id", "contact_id"):
        op.create_index(op.f(f"ix_activity_{column}"), "activity", [column])


def downgrade() -> None:
    op.drop_table("activity")
