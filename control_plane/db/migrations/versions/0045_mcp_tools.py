"""Tools of MCP servers, and what of them is pinned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tool", sa.Column("kind", sa.Text(), server_default="https", nullable=False))
    op.add_column("tool", sa.Column("mcp_tool", sa.Text(), nullable=True))
    op.add_column("tool", sa.Column("pin", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("tool", sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tool", sa.Column("drift", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_tool_kind"), "tool", "kind in ('https', 'mcp')")
    op.create_check_constraint(op.f("ck_tool_mcp_tool"), "tool", "(kind = 'mcp') = (mcp_tool is not null)")


def downgrade() -> None:
    # The rows' kinds go with the columns: what no HTTPS endpoint is cannot be told so.
    op.execute("delete from tool where kind = 'mcp'")
    for column in ("drift", "pinned_at", "pin", "mcp_tool", "kind"):
        op.drop_column("tool", column)
