"""Topics are counted with the hours of their calls: those of the calls that are analysed already, too."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_NOTE_ANALYZED_CALLS = """
insert into call_change (workspace_id, hour)
select distinct call.workspace_id, date_trunc('hour', call.dialing_at, 'UTC')
from call_analysis join call on call.id = call_analysis.call_id
where call_analysis.is_current and call_analysis.result -> 'topics' <> '[]'
  and call.dialing_at is not null and call.state in ('ended', 'lost')
"""


def upgrade() -> None:
    op.execute(_NOTE_ANALYZED_CALLS)


def downgrade() -> None:
    op.execute("delete from call_breakdown where kind in ('topic', 'has_topics')")
