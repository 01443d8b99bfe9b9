"""SQL of the circuit breaker."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.driver import rows_of, sent
from control_plane.db.models import Call, Trunk
from control_plane.trunks.repository import lock_trunk
from sip_config.causes import counts_for_breaker
from sip_config.contract import NetworkResult

FAILURES = tuple(result for result in NetworkResult if counts_for_breaker(result))
NEUTRAL = (NetworkResult.THROTTLED, NetworkResult.CANCELED, NetworkResult.UNKNOWN)
"""They say nothing about whether the network works."""
MADE_BEFORE = timedelta(hours=1)
"""A call is made at most this long before its dial, which lets the index by creation end the search."""
_PAUSED_REASON = sent("select paused_reason from trunk where id = :trunk")


class ProtectionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def paused_reason(self, trunk_id: uuid.UUID) -> str:
        """Why the trunk is paused; "" when it is not."""
        ((reason,),) = await rows_of(self._session, _PAUSED_REASON, {"trunk": trunk_id})
        return reason

    async def lock_trunk(self, trunk_id: uuid.UUID) -> Trunk:
        return await lock_trunk(self._session, trunk_id)

    async def trunk_failures(self, trunk: Trunk, since: datetime, limit: int) -> list[bool]:
        """The trunk's last dials since then, newest first: did each fail for the network's reasons?"""
        return await self._failures(since, limit, Call.workspace_id == trunk.workspace_id, Call.trunk_id == trunk.id)

    async def campaign_failures(self, campaign_id: uuid.UUID, since: datetime, limit: int) -> list[bool]:
        return await self._failures(since, limit, Call.campaign_id == campaign_id)

    async def on_trial(self, trunk_id: uuid.UUID, since: datetime) -> int:
        """Calls of the trunk at the phone that were dialled since then."""
        query = select(func.count()).select_from(Call).where(Call.trunk_id == trunk_id, Call.holds_number, Call.dialing_at >= since)
        return await self._session.scalar(query.where(Call.state.in_(("dialing", "ringing")))) or 0

    async def _failures(self, since: datetime, limit: int, *whose: object) -> list[bool]:
        query = select(Call.network_result).where(
            *whose,  # type: ignore[arg-type]
            Call.created_at >= since - MADE_BEFORE,
            Call.dialing_at >= since,
            Call.network_result.is_not(None),
            Call.network_result.not_in(NEUTRAL),
        )
        results = await self._session.scalars(query.order_by(Call.created_at.desc()).limit(limit))
        return [result in FAILURES for result in results]
