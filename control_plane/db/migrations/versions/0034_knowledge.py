"""Knowledge bases, their documents and their chunks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def _owned() -> list[sa.Column[object]]:
    return [sa.Column("id", sa.Uuid(), nullable=False), sa.Column("workspace_id", sa.Uuid(), nullable=False)]


def _times() -> list[sa.Column[object]]:
    names = ("created_at", "updated_at")
    return [sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in names]


def _of_workspace(table: str) -> list[sa.Constraint]:
    workspace = sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE")
    return [workspace, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _of_base(table: str) -> sa.Constraint:
    name = op.f(f"fk_{table}_knowledge_base_id")
    return sa.ForeignKeyConstraint(["knowledge_base_id"], ["knowledge_base.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "knowledge_base",
        *_owned(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        *_times(),
        *_of_workspace("knowledge_base"),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_knowledge_base_workspace_id_name")),
    )
    _documents()
    _chunks()
    for table in ("knowledge_base", "knowledge_document", "knowledge_chunk"):
        op.create_index(op.f(f"ix_{table}_workspace_id"), table, ["workspace_id"])


def _documents() -> None:
    table = "knowledge_document"
    op.create_table(
        table,
        *_owned(),
        sa.Column("knowledge_base_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("chunks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.CheckConstraint("state in ('queued', 'ready', 'failed')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("kind in ('text', 'markdown', 'html', 'pdf')", name=op.f(f"ck_{table}_kind")),
        *_of_workspace(table),
        _of_base(table),
        sa.UniqueConstraint("knowledge_base_id", "name", name=op.f(f"uq_{table}_knowledge_base_id_name")),
        sa.UniqueConstraint("knowledge_base_id", "sha256", name=op.f(f"uq_{table}_knowledge_base_id_sha256")),
    )
    op.create_index(f"ix_{table}_queued", table, ["id"], postgresql_where=sa.text("state = 'queued'"))


def _chunks() -> None:
    table = "knowledge_chunk"
    document = sa.ForeignKeyConstraint(["document_id"], ["knowledge_document.id"], name=op.f(f"fk_{table}_document_id"), ondelete="CASCADE")
    op.create_table(
        table,
        *_owned(),
        sa.Column("knowledge_base_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        *_of_workspace(table),
        _of_base(table),
        document,
        sa.UniqueConstraint("document_id", "seq", name=op.f(f"uq_{table}_document_id_seq")),
    )
    op.create_index(op.f(f"ix_{table}_knowledge_base_id"), table, ["knowledge_base_id"])
    op.create_index(op.f(f"ix_{table}_words"), table, ["words"], postgresql_using="gin")


def downgrade() -> None:
    for table in ("knowledge_chunk", "knowledge_document", "knowledge_base"):
        op.drop_table(table)
