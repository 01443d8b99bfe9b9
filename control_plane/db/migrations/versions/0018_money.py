"""Own prices of a workspace, the currency of every amount, and the usage of a day added up by a trigger on the records.

What was priced before has the currency of its usage record.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEY = ("workspace_id", "day", "campaign_id", "assistant_id", "prefix", "currency")
_COUNTS = ("calls", "failed_calls", "simulated_calls", "seconds", "billable_seconds")
_MONEY = ("network_cost", "model_cost", "cost")
_TIMES = ("created_at", "updated_at")
# A changed record is taken out as it was and put in as it is; when a workspace goes, its days may have gone before its records.
_TRIGGER = (
    """
    create function usage_record_into_day() returns trigger language plpgsql as $$
    begin
        if tg_op <> 'INSERT' then
            update usage_day d set
                calls = d.calls - 1,
                failed_calls = d.failed_calls - old.is_failed::int,
                simulated_calls = d.simulated_calls - old.is_rehearsal::int,
                seconds = d.seconds - old.seconds,
                billable_seconds = d.billable_seconds - old.billable_seconds,
                network_cost = d.network_cost - old.network_cost,
                model_cost = d.model_cost - old.model_cost,
                cost = d.cost - old.cost
            where d.workspace_id = old.workspace_id and d.day = old.day and d.campaign_id is not distinct from old.campaign_id
                and d.assistant_id = old.assistant_id and d.prefix = old.prefix and d.currency = old.currency;
        end if;
        if tg_op <> 'DELETE' then
            insert into usage_day as d (
                workspace_id, day, campaign_id, assistant_id, prefix, currency,
                calls, failed_calls, simulated_calls, seconds, billable_seconds, network_cost, model_cost, cost)
            values (
                new.workspace_id, new.day, new.campaign_id, new.assistant_id, new.prefix, new.currency,
                1, new.is_failed::int, new.is_rehearsal::int, new.seconds, new.billable_seconds,
                new.network_cost, new.model_cost, new.cost)
            on conflict (workspace_id, day, campaign_id, assistant_id, prefix, currency) do update set
                calls = d.calls + excluded.calls,
                failed_calls = d.failed_calls + excluded.failed_calls,
                simulated_calls = d.simulated_calls + excluded.simulated_calls,
                seconds = d.seconds + excluded.seconds,
                billable_seconds = d.billable_seconds + excluded.billable_seconds,
                network_cost = d.network_cost + excluded.network_cost,
                model_cost = d.model_cost + excluded.model_cost,
                cost = d.cost + excluded.cost;
        end if;
        return null;
    end $$
    """,
    """
    create trigger usage_record_into_day after insert or update or delete on usage_record
    for each row execute function usage_record_into_day()
    """,
)
_SUM_RECORDS = """
insert into usage_day (
    workspace_id, day, campaign_id, assistant_id, prefix, currency,
    calls, failed_calls, simulated_calls, seconds, billable_seconds, network_cost, model_cost, cost)
select workspace_id, day, campaign_id, assistant_id, prefix, currency, count(*), count(*) filter (where is_failed),
    count(*) filter (where is_rehearsal), sum(seconds), sum(billable_seconds), sum(network_cost), sum(model_cost), sum(cost)
from usage_record group by workspace_id, day, campaign_id, assistant_id, prefix, currency
"""
# No hour is counted again for this: the cells get the currency of the workspace's records, as their calls do.
_CURRENCIES = (
    "update call set currency = r.currency from usage_record r where r.call_id = call.id and call.cost is not null",
    """
    update call_tally set currency = (
        select r.currency from usage_record r where r.workspace_id = call_tally.workspace_id order by r.day desc limit 1)
    where priced_calls > 0
    """,
    """
    update usage_account set currency = (
        select r.currency from usage_record r where r.workspace_id = usage_account.workspace_id order by r.day desc limit 1)
    """,
    """
    update usage_credit set currency = coalesce(
        (select a.currency from usage_account a where a.workspace_id = usage_credit.workspace_id), 'USD')
    """,
    """
    update campaign_spend set currency = coalesce(
        (select a.currency from usage_account a where a.workspace_id = campaign_spend.workspace_id), 'USD')
    """,
)


def upgrade() -> None:
    op.create_table(
        "own_price_list",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prices", JSONB(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False) for name in _TIMES),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_own_price_list_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_own_price_list")),
    )
    for table in ("usage_account", "call", "call_tally", "usage_credit", "campaign_spend"):
        op.add_column(table, sa.Column("currency", sa.Text(), nullable=True))
    op.add_column("usage_account", sa.Column("prices_currency", sa.Text(), nullable=True))
    for statement in _CURRENCIES:
        op.execute(statement)
    for table in ("usage_credit", "campaign_spend"):
        op.alter_column(table, "currency", nullable=False)
    op.create_table(
        "usage_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.Numeric(16, 4), nullable=False) for name in _MONEY),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_usage_day_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_day")),
        sa.UniqueConstraint(*_KEY, name="uq_usage_day_key", postgresql_nulls_not_distinct=True),
    )
    op.create_index(op.f("ix_usage_day_workspace_id"), "usage_day", ["workspace_id"])
    for statement in (*_TRIGGER, _SUM_RECORDS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger usage_record_into_day on usage_record")
    op.execute("drop function usage_record_into_day()")
    for table in ("usage_day", "own_price_list"):
        op.drop_table(table)
    for table in ("campaign_spend", "usage_credit", "call_tally", "call", "usage_account"):
        op.drop_column(table, "currency")
    op.drop_column("usage_account", "prices_currency")
