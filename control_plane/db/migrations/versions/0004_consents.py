"""Consents, the consent a call rests on, and campaign purposes that are known."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KNOWN = ("informational", "telemarketing", "care", "survey", "political", "charity", "debt")
_PURPOSES = f"({', '.join(repr(purpose) for purpose in _KNOWN)})"
_ACT = ["workspace_id", "e164", "purpose", "basis", "granted_at", "source"]


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("contact_list_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"purpose in {_PURPOSES}", name=op.f("ck_consent_purpose")),
        sa.CheckConstraint("basis in ('written', 'oral', 'implied', 'existing_customer')", name=op.f("ck_consent_basis")),
        sa.ForeignKeyConstraint(["contact_list_id"], ["contact_list.id"], name=op.f("fk_consent_contact_list_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_consent_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_workspace_id"), "consent", ["workspace_id"], unique=False)
    op.create_index(op.f("ix_consent_contact_list_id"), "consent", ["contact_list_id"], unique=False)
    op.create_index("uq_consent_act", "consent", _ACT, unique=True, postgresql_where=sa.text("e164 is not null"))
    op.add_column("call", sa.Column("consent_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_call_consent_id"), "call", "consent", ["consent_id"], ["id"], ondelete="SET NULL")
    # A purpose nobody knows gets the strictest rules: it was free text before.
    campaign = sa.table("campaign", sa.column("purpose"))
    op.execute(campaign.update().where(campaign.c.purpose.not_in(_KNOWN)).values(purpose="telemarketing"))
    op.create_check_constraint(op.f("ck_campaign_purpose"), "campaign", f"purpose in {_PURPOSES}")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_campaign_purpose"), "campaign", type_="check")
    op.drop_constraint(op.f("fk_call_consent_id"), "call", type_="foreignkey")
    op.drop_column("call", "consent_id")
    op.drop_index("uq_consent_act", table_name="consent", postgresql_where=sa.text("e164 is not null"))
    op.drop_index(op.f("ix_consent_contact_list_id"), table_name="consent")
    op.drop_index(op.f("ix_consent_workspace_id"), table_name="consent")
    op.drop_table("consent")
