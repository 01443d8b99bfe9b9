"""What calls used and cost, how much a workspace may use, and where it may call.

Until now a workspace could call anywhere; from now on only its own country until it says otherwise (usage/limits, allowed_countries).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TIMES = ("created_at", "updated_at")


def upgrade() -> None:
    op.add_column("workspace", sa.Column("allowed_countries", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("workspace", sa.Column("paused_destinations", JSONB(), server_default="{}", nullable=False))
    op.add_column("campaign", sa.Column("budget", sa.Numeric(14, 4), nullable=True))
    op.create_table(
        "usage_account",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("max_minutes", sa.Integer(), nullable=True),
        sa.Column("max_calls", sa.Integer(), nullable=True),
        sa.Column("max_cost", sa.Numeric(14, 4), nullable=True),
        sa.Column("thresholds", sa.ARRAY(sa.Integer()), server_default="{50,80,100}", nullable=False),
        sa.Column("counts_rehearsals", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("calls_per_hour", sa.Integer(), server_default="500", nullable=True),
        sa.Column("cost_per_hour", sa.Numeric(14, 4), server_default="50", nullable=True),
        sa.Column("breaker_at_home", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("credits", sa.Numeric(14, 4), nullable=True),
        sa.Column("credits_topped", sa.Numeric(14, 4), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(14, 4), server_default="0", nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in _TIMES),
        sa.CheckConstraint("max_minutes >= 0 and max_calls >= 0 and max_cost >= 0", name=op.f("ck_usage_account_limits")),
        sa.CheckConstraint("calls_per_hour > 0 and cost_per_hour > 0", name=op.f("ck_usage_account_breaker")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_usage_account_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_usage_account")),
    )
    op.create_table(
        "usage_record",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_rehearsal", sa.Boolean(), nullable=False),
        sa.Column("is_failed", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("billable_seconds", sa.Integer(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("network_cost", sa.Numeric(14, 4), nullable=False),
        sa.Column("model_cost", sa.Numeric(14, 4), nullable=False),
        sa.Column("cost", sa.Numeric(14, 4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("models", JSONB(), nullable=False),
        sa.Column("price_list", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_usage_record_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_usage_record")),
    )
    op.create_index(op.f("ix_usage_record_workspace_id"), "usage_record", ["workspace_id"])
    op.create_index(op.f("ix_usage_record_workspace_id_day"), "usage_record", ["workspace_id", "day"])
    op.create_index(op.f("ix_usage_record_campaign_id"), "usage_record", ["campaign_id"])
    op.create_table(
        "usage_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("limit_value", sa.Numeric(14, 4), nullable=False),
        sa.Column("used", sa.Numeric(14, 4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_usage_notice_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_notice")),
        sa.UniqueConstraint(
            "workspace_id",
            "month",
            "measure",
            "percent",
            "limit_value",
            name=op.f("uq_usage_notice_workspace_id_month_measure_percent_limit_value"),
        ),
    )
    op.create_index(op.f("ix_usage_notice_workspace_id"), "usage_notice", ["workspace_id"])
    op.create_table(
        "usage_credit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 4), nullable=False),
        sa.Column("balance", sa.Numeric(14, 4), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_usage_credit_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_credit")),
    )
    op.create_index(op.f("ix_usage_credit_workspace_id"), "usage_credit", ["workspace_id"])
    op.create_table(
        "campaign_spend",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("cost", sa.Numeric(14, 4), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_spend_campaign_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_spend_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_spend")),
    )
    op.create_index(op.f("ix_campaign_spend_workspace_id"), "campaign_spend", ["workspace_id"])
    op.create_table(
        "destination_meter",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Numeric(14, 4), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_destination_meter_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "prefix", name=op.f("pk_destination_meter")),
    )


def downgrade() -> None:
    for table in ("destination_meter", "campaign_spend", "usage_credit", "usage_notice", "usage_record", "usage_account"):
        op.drop_table(table)
    op.drop_column("campaign", "budget")
    op.drop_column("workspace", "paused_destinations")
    op.drop_column("workspace", "allowed_countries")
