"""Secrets of workspaces: keys of model vendors, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TIMES = ("created_at", "updated_at")


def upgrade() -> None:
    op.create_table(
        "secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("base_url", sa.Text(), nullable=True),
        sa.Column("value_sealed", sa.Text(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in _TIMES),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_secret_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_secret_workspace_id_name")),
    )
    op.create_index(op.f("ix_secret_workspace_id"), "secret", ["workspace_id"])


def downgrade() -> None:
    op.drop_table("secret")
