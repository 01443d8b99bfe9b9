"""What is remembered of people across calls."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("offset_s", sa.Float(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source in ('call', 'analysis', 'person')", name=op.f("ck_contact_fact_source")),
        sa.CheckConstraint("contact_id is not null or call_id is not null", name=op.f("ck_contact_fact_whose")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_contact_fact_workspace_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_fact_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_contact_fact_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_fact")),
        sa.UniqueConstraint("call_id", "source", "seq", name=op.f("uq_contact_fact_call_id_source_seq")),
    )
    for column in ("workspace_id", "contact_id"):
        op.create_index(op.f(f"ix_contact_fact_{column}"), "contact_fact", [column], unique=False)


def downgrade() -> None:
    op.drop_table("contact_fact")
