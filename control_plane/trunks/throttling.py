"""A carrier that throttles has its trunk slowed down, whoever brings the word: its answer, or its own record of the call minutes later."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.domain.throttling import share_after_throttling
from control_plane.trunks.repository import lock_trunk

log = get_logger(__name__)


async def slow_down(session: AsyncSession, trunk_id: uuid.UUID, dialed_at: datetime, now: datetime) -> None:
    """A call dialled at `dialed_at` was throttled: from `now` on the trunk has half of its pace, once for all that were in flight together.
    Both are instants of the database's clock."""
    trunk = await lock_trunk(session, trunk_id)
    share = share_after_throttling(float(trunk.rate_factor), trunk.throttled_at, dialed_at, now)
    if share is None:
        return
    trunk.rate_factor, trunk.throttled_at = Decimal(str(round(share, 4))), now
    trunk.next_send_at = max(trunk.next_send_at, now + timedelta(seconds=1 / (share * float(trunk.calls_per_second))))
    log.warning("trunk_throttled", trunk_id=str(trunk.id), share=share)
