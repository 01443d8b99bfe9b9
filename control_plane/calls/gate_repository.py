"""SQL behind the gate's facts, for many questions at once."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call

# Two joins, each on a unique index of its own: one condition over both scopes would use neither.
_SUPPRESSIONS = text(
    """
    select coalesce(everywhere.reason, here.reason) as reason
    from unnest(cast(:workspaces as uuid[]), cast(:numbers as text[]), cast(:campaigns as uuid[]))
        with ordinality as q(workspace_id, e164, campaign_id, place)
    left join suppression everywhere
        on everywhere.workspace_id = q.workspace_id and everywhere.e164 = q.e164 and everywhere.campaign_id is null
    left join suppression here on here.campaign_id = q.campaign_id and here.e164 = q.e164
    order by q.place
    """
)
# A contact's calls are found by the contact alone, whose workspace is known; a number's by ix_call_number_dialed.
_DIALLED = text(
    """
    select case when q.contact_id is not null
        then array(select c.dialing_at from call c where c.contact_id = q.contact_id
              and c.dialing_at > :since and c.counts_as_attempt is not false order by 1 desc)
        else array(select c.dialing_at from call c where c.workspace_id = q.workspace_id and c.to_e164 = q.e164
              and c.dialing_at > :since and c.counts_as_attempt is not false order by 1 desc) end as dialled
    from unnest(cast(:workspaces as uuid[]), cast(:numbers as text[]), cast(:contacts as uuid[]))
        with ordinality as q(workspace_id, e164, contact_id, place)
    order by q.place
    """
)


class GateRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def suppression_reasons(
        self, workspaces: Sequence[uuid.UUID], numbers: Sequence[str], campaigns: Sequence[uuid.UUID | None]
    ) -> Sequence[str | None]:
        """For each number why it is suppressed for the workspace or the campaign; None when it is not."""
        given = {"workspaces": list(workspaces), "numbers": list(numbers), "campaigns": list(campaigns)}
        return (await self._session.scalars(_SUPPRESSIONS, given)).all()

    async def dialled_since(
        self, workspaces: Sequence[uuid.UUID], numbers: Sequence[str], contacts: Sequence[uuid.UUID | None], since: datetime
    ) -> Sequence[Sequence[datetime]]:
        """For each question when the counting calls to this contact over all numbers, or to this number when nobody is known behind it,
        were dialled; newest first."""
        given = {"workspaces": list(workspaces), "numbers": list(numbers), "contacts": list(contacts), "since": since}
        return (await self._session.scalars(_DIALLED, given)).all()

    async def campaign_calls_since(self, campaign_id: uuid.UUID, since: datetime, but: uuid.UUID | None) -> int:
        """Calls of the campaign, except `but`, that were dialled or are on their way to it since `since`."""
        query = select(func.count()).where(Call.campaign_id == campaign_id, Call.created_at >= since, Call.state != "released")
        if but is not None:
            query = query.where(Call.id != but)
        return await self._session.scalar(query) or 0
