"""SQL that finds the call that Twilio speaks of."""

import uuid
from collections.abc import Set
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Trunk

LONGEST = timedelta(hours=6)
"""From the dial to Twilio's last word on the call."""
SKEW = timedelta(minutes=2)


class TwilioCallRepository:
    """Calls over Twilio trunks: of the workspaces named, or of all (None) for the installation's account."""

    def __init__(self, session: AsyncSession, workspace_ids: Set[uuid.UUID] | None) -> None:
        self._session = session
        self._workspace_ids = workspace_ids

    async def find(self, from_e164: str, to_e164: str, at: datetime) -> Call | None:
        """The last call between the two that was dialled by then; a number never has two at once."""
        if not from_e164 or not to_e164:
            return None
        query = select(Call).join(Trunk, Trunk.id == Call.trunk_id).where(Trunk.provider == "twilio", Call.from_e164 == from_e164)
        query = query.where(Call.to_e164 == to_e164, Call.dialing_at.between(at - LONGEST, at + SKEW))
        if self._workspace_ids is not None:
            query = query.where(Call.workspace_id.in_(self._workspace_ids))
        return await self._session.scalar(query.order_by(Call.dialing_at.desc()).limit(1))
