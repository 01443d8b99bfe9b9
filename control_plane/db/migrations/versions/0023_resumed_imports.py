"""An import goes on where it was killed: contacts know which import made them, and it keeps whom it has found besides.

What a former version had read of unfinished imports was in nobody's tables yet: they begin anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BEGIN_ANEW = (
    "delete from contact_import_error e using contact_import i where i.id = e.import_id and i.state in ('queued', 'running')",
    "update contact_import set rows = 0, rejected = 0 where state in ('queued', 'running')",
)


def upgrade() -> None:
    op.add_column("contact", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_contact_import_id"), "contact", ["import_id"], postgresql_where=sa.text("import_id is not null"))
    op.create_table(
        "contact_import_found",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["contact_import.id"], name=op.f("fk_contact_import_found_import_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "contact_id", name=op.f("pk_contact_import_found")),
    )
    for statement in _BEGIN_ANEW:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("contact_import_found")
    op.drop_column("contact", "import_id")
