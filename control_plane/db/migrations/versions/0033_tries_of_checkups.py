"""How often a check-up calls stands with it and can be changed; check-ups of before take the ladder that those of today are made with."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_KNOWN = """
update checkup c set
    tries = coalesce((s.attempts ->> 'max_total')::int, c.tries),
    try_every_s = coalesce((s.attempts -> 'ladder' -> 'busy' -> 'delays_s' ->> 0)::int, c.try_every_s)
from schedule s where s.id = c.schedule_id
"""
_REPEATED = (
    "busy, no_answer, rejected, unreachable, voicemail, silence, call_screen, ivr, hung_up_early,"
    " agent_failure, lost, announcement, blocked_analytics"
)
_RENEWED = f"""
update schedule s set attempts = jsonb_build_object('max_total', c.tries, 'ladder', (
    select jsonb_object_agg(name, jsonb_build_object('delays_s', to_jsonb(array_fill(c.try_every_s, array[c.tries - 1]))))
    from unnest(string_to_array('{_REPEATED}', ', ')) as name))
from checkup c where c.schedule_id = s.id and c.tries > 1
"""  # noqa: S608


def upgrade() -> None:
    op.add_column("checkup", sa.Column("tries", sa.Integer(), server_default="3", nullable=False))
    op.add_column("checkup", sa.Column("try_every_s", sa.Integer(), server_default="900", nullable=False))
    op.execute(_KNOWN)
    op.execute(_RENEWED)


def downgrade() -> None:
    op.drop_column("checkup", "try_every_s")
    op.drop_column("checkup", "tries")
