"""Calls counted by the hour, with a trigger that notes which hours have changed; the mood of a callee's turn."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COUNTERS = ("calls", "answered", "humans", "successes", "opt_outs", "short_calls", "lost")
# What a figure is made of. `reported_at` stands for the turns, which a report brings.
_COUNTED = (
    *("state", "network_result", "answered_by", "outcome", "outcome_label", "end_cause"),
    *("dialing_at", "answered_at", "ended_at", "first_audio_after_due_s", "cost", "reported_at"),
)
_IS_OVER = "new.dialing_at is not null and new.state in ('ended', 'lost')"
_CHANGED = " or ".join(f"new.{name} is distinct from old.{name}" for name in _COUNTED)
_TRIGGERS = (
    """
    create function call_note_change() returns trigger language plpgsql as $$
    begin
        insert into call_change (workspace_id, hour) values (new.workspace_id, date_trunc('hour', new.dialing_at, 'UTC'));
        return null;
    end $$
    """,
    f"create trigger call_note_end after insert on call for each row when ({_IS_OVER}) execute function call_note_change()",
    f"""
    create trigger call_note_change after update of {", ".join(_COUNTED)} on call
    for each row when ({_IS_OVER} and ({_CHANGED})) execute function call_note_change()
    """,
)
_NOTE_OLD_CALLS = """
insert into call_change (workspace_id, hour)
select distinct workspace_id, date_trunc('hour', dialing_at, 'UTC') from call where dialing_at is not null and state in ('ended', 'lost')
"""


def upgrade() -> None:
    op.add_column("call_turn", sa.Column("mood", sa.Text(), nullable=True))
    dialled = sa.text("dialing_at is not null")
    op.create_index("ix_call_workspace_dialing", "call", ["workspace_id", "dialing_at"], postgresql_where=dialled)
    op.create_index("ix_call_caller_dialing", "call", ["from_number_id", "dialing_at"], postgresql_where=dialled)
    op.create_table(
        "call_change",
        _id(),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call_change"),
    )
    op.create_index("ix_call_change_workspace_id_hour", "call_change", ["workspace_id", "hour"])
    counters = [sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTERS]
    money = [sa.Column("priced_calls", sa.Integer(), nullable=False), sa.Column("cost", sa.Numeric(16, 4), nullable=False)]
    _create_cells("call_tally", *counters, sa.Column("talk_ms", sa.BigInteger(), nullable=False), *money)
    text, count = (
        [sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "value")],
        sa.Column("count", sa.Integer(), nullable=False),
    )
    _create_cells("call_breakdown", *text, count)
    op.create_index("ix_call_breakdown_workspace_id_kind_hour", "call_breakdown", ["workspace_id", "kind", "hour"])
    for statement in (*_TRIGGERS, _NOTE_OLD_CALLS):
        op.execute(statement)


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def _create_cells(table: str, *columns: "sa.Column[Any]") -> None:
    op.create_table(
        table,
        _id(),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("trunk_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_workspace_id_hour", table, ["workspace_id", "hour"])


def downgrade() -> None:
    op.execute("drop trigger call_note_change on call")
    op.execute("drop trigger call_note_end on call")
    op.execute("drop function call_note_change()")
    for table in ("call_breakdown", "call_tally", "call_change"):
        op.drop_table(table)
    op.drop_index("ix_call_caller_dialing", table_name="call")
    op.drop_index("ix_call_workspace_dialing", table_name="call")
    op.drop_column("call_turn", "mood")
