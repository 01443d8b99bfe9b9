"""Which models know a knowledge base by meaning, and what they consume. Their vectors are no migration's matter (db/vectors)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("knowledge_base", sa.Column("searches_by", sa.Text(), server_default="meaning", nullable=False))
    op.add_column("knowledge_base", sa.Column("embedding", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("knowledge_base", sa.Column("least_similarity", sa.Float(), server_default="0.35", nullable=False))
    op.create_check_constraint(op.f("ck_knowledge_base_searches_by"), "knowledge_base", "searches_by in ('meaning', 'words')")
    op.create_check_constraint(op.f("ck_knowledge_base_least_similarity"), "knowledge_base", "least_similarity between 0 and 1")
    _embeddings()
    _usage()


def _embeddings() -> None:
    table = "knowledge_embedding"
    names = ("created_at", "updated_at")
    times = [sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in names]
    base = ["knowledge_base_id"], ["knowledge_base.id"]
    op.create_table(
        table,
        *_owned(),
        sa.Column("knowledge_base_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="building", nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        *times,
        sa.CheckConstraint("state in ('building', 'answering')", name=op.f(f"ck_{table}_state")),
        *_of_workspace(table),
        sa.ForeignKeyConstraint(*base, name=op.f(f"fk_{table}_knowledge_base_id"), ondelete="CASCADE"),
        sa.UniqueConstraint("knowledge_base_id", "state", name=op.f(f"uq_{table}_knowledge_base_id_state")),
    )
    op.create_index(op.f(f"ix_{table}_workspace_id"), table, ["workspace_id"])
    op.create_index(f"ix_{table}_due", table, ["due_at"], postgresql_where=sa.text("due_at is not null"))


def _usage() -> None:
    table = "knowledge_usage"
    op.create_table(
        table,
        *_owned(),
        sa.Column("knowledge_base_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.Numeric(18, 10), nullable=True),
        *_of_workspace(table),
        sa.UniqueConstraint("workspace_id", "day", "knowledge_base_id", "model", "currency", name=f"uq_{table}_key"),
    )
    op.create_index(op.f(f"ix_{table}_workspace_id"), table, ["workspace_id"])


def _owned() -> list[sa.Column[object]]:
    return [sa.Column("id", sa.Uuid(), nullable=False), sa.Column("workspace_id", sa.Uuid(), nullable=False)]


def _of_workspace(table: str) -> list[sa.Constraint]:
    workspace = sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE")
    return [workspace, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def downgrade() -> None:
    op.execute("drop table if exists knowledge_vector")
    op.drop_table("knowledge_usage")
    op.drop_table("knowledge_embedding")
    for name in ("least_similarity", "searches_by"):
        op.drop_constraint(op.f(f"ck_knowledge_base_{name}"), "knowledge_base")
    for name in ("least_similarity", "embedding", "searches_by"):
        op.drop_column("knowledge_base", name)
