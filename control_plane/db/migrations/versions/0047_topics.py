"""Topics are counted with the hours of their calls: those of the calls that are analysed already, too, as long as all calls of their hour
are still there. Hours whose calls retention has deleted are left as they were counted."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_NOTE_ANALYZED_CALLS = """
insert into call_change (workspace_id, hour)
select over.workspace_id, over.hour
from (
    select call.workspace_id, date_trunc('hour', call.dialing_at, 'UTC') as hour, count(*) as calls,
        bool_or(exists(select from call_analysis where call_analysis.call_id = call.id and call_analysis.is_current
            and call_analysis.result -> 'topics' <> '[]')) as has_topics
    from call where call.dialing_at is not null and call.state in ('ended', 'lost')
    group by 1, 2) as over
where over.has_topics and over.calls >= (
    select coalesce(sum(call_tally.calls), 0) from call_tally
    where call_tally.workspace_id = over.workspace_id and call_tally.hour = over.hour)
"""


def upgrade() -> None:
    op.execute(_NOTE_ANALYZED_CALLS)


def downgrade() -> None:
    op.execute("delete from call_breakdown where kind in ('topic', 'has_topics')")
