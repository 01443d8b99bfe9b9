"""Accounts at carriers, what was built in them, and trunks that are built there by us."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trunk", sa.Column("is_managed", sa.Boolean(), server_default="false", nullable=False))
    _accounts()
    op.create_table(
        "carrier_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("trunk_id", sa.Uuid(), nullable=False),
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="begun", nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("repairs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('begun', 'done', 'undoing')", name=op.f("ck_carrier_step_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_carrier_step_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_step")),
        sa.UniqueConstraint("trunk_id", "kind", "subject", name=op.f("uq_carrier_step_trunk_id_kind_subject")),
    )
    op.create_index(op.f("ix_carrier_step_workspace_id"), "carrier_step", ["workspace_id"], unique=False)


def _accounts() -> None:
    secrets = ("auth_token_secret_id", "signing_secret_id")
    table = "carrier_account"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("auth_token_secret_id", sa.Uuid(), nullable=False),
        sa.Column("signing_secret_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("provider in ('twilio')", name=op.f("ck_carrier_account_provider")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_carrier_account_workspace_id"), ondelete="CASCADE"),
        *(sa.ForeignKeyConstraint([each], ["secret.id"], name=op.f(f"fk_{table}_{each}"), ondelete="RESTRICT") for each in secrets),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_account")),
        sa.UniqueConstraint("workspace_id", "provider", name=op.f("uq_carrier_account_workspace_id_provider")),
    )
    for column in ("workspace_id", "account_sid", *secrets):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    op.drop_table("carrier_step")
    op.drop_table("carrier_account")
    op.drop_column("trunk", "is_managed")
