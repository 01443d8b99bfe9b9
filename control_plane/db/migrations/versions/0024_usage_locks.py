"""A usage record that moves to another day locks both days in one order, and what the destination breaker counts has a currency."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_COUNTS = """
                calls = d.calls {sign} 1,
                failed_calls = d.failed_calls {sign} {row}.is_failed::int,
                simulated_calls = d.simulated_calls {sign} {row}.is_rehearsal::int,
                seconds = d.seconds {sign} {row}.seconds,
                billable_seconds = d.billable_seconds {sign} {row}.billable_seconds,
                network_cost = d.network_cost {sign} {row}.network_cost,
                model_cost = d.model_cost {sign} {row}.model_cost,
                cost = d.cost {sign} {row}.cost"""
_MATCH = """d.workspace_id = {row}.workspace_id and d.day = {row}.day and d.campaign_id is not distinct from {row}.campaign_id
                and d.assistant_id = {row}.assistant_id and d.prefix = {row}.prefix and d.currency = {row}.currency"""
# Two records may change places: whoever changes two rows of days locks them by their ids first.
_LOCK = f"""
        if tg_op = 'UPDATE' then
            perform from usage_day d where ({_MATCH.format(row="old")}) or ({_MATCH.format(row="new")}) order by d.id for update;
        end if;"""
# A changed record is taken out as it was and put in as it is; when a workspace goes, its days may have gone before its records.
_FUNCTION = """
    create or replace function usage_record_into_day() returns trigger language plpgsql as $$
    begin{lock}
        if tg_op <> 'INSERT' then
            update usage_day d set{taken_out}
            where {match};
        end if;
        if tg_op <> 'DELETE' then
            insert into usage_day as d (
                workspace_id, day, campaign_id, assistant_id, prefix, currency,
                calls, failed_calls, simulated_calls, seconds, billable_seconds, network_cost, model_cost, cost)
            values (
                new.workspace_id, new.day, new.campaign_id, new.assistant_id, new.prefix, new.currency,
                1, new.is_failed::int, new.is_rehearsal::int, new.seconds, new.billable_seconds,
                new.network_cost, new.model_cost, new.cost)
            on conflict (workspace_id, day, campaign_id, assistant_id, prefix, currency) do update set{put_in};
        end if;
        return null;
    end $$
"""


def _function(lock: str) -> str:
    counts = {"taken_out": _COUNTS.format(sign="-", row="old"), "put_in": _COUNTS.format(sign="+", row="new")}
    return _FUNCTION.format(lock=lock, match=_MATCH.format(row="old"), **counts)


def upgrade() -> None:
    op.execute(_function(_LOCK))
    # At most an hour is counted in it: it begins anew.
    op.execute("delete from destination_meter")
    op.add_column("destination_meter", sa.Column("currency", sa.Text(), nullable=False))


def downgrade() -> None:
    op.drop_column("destination_meter", "currency")
    op.execute(_function(""))
