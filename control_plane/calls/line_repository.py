"""SQL of the lines in use. Whoever begins a call that takes one counts them in its turn, so that no trunk and no workspace has more."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.leases import PLACE_OF_LOST
from control_plane.db.driver import LET_GO_BY_THE_SILENT, rows_of_each, sent

CLAIM_LOCK = 0x63_6C_61_6D  # "clam": one transaction at a time takes lines, so that counted limits hold
TAKE_TURNS = sent(f"select pg_advisory_xact_lock({CLAIM_LOCK}), {LET_GO_BY_THE_SILENT}")
ON_A_LINE = f"""(
    select * from call where holds_number
        and (state not in ('lost', 'ended') or ended_at > clock_timestamp() - interval '{PLACE_OF_LOST.total_seconds()} seconds')
    union all
    select * from call where holds_slot and not holds_number and purpose = 'inbound' and state in ('ringing', 'in_progress', 'wrapping')
) as on_a_line"""  # noqa: S608
"""What to select from. A caller who withholds their number, or calls beside another call with them, holds no number; the carrier's line is
in use all the same. Of each part an index holds just the live calls."""
_IN_USE = sent(
    f"""
    select count(*) filter (where trunk_id = :trunk), count(*) filter (where workspace_id = :workspace) from {ON_A_LINE}
    """  # noqa: S608
)


class LineRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def in_use(self, trunk_id: uuid.UUID, workspace_id: uuid.UUID) -> tuple[int, int]:
        """Lines of the trunk, and calls of the workspace. Nobody else takes any until the transaction ends, which is to be soon: all
        claims wait for it."""
        asked = (TAKE_TURNS, {}), (_IN_USE, {"trunk": trunk_id, "workspace": workspace_id})
        _, ((lines, calls),) = await rows_of_each(self._session, *asked)
        return lines, calls
