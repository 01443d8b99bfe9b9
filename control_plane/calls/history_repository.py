"""SQL of what the rules ask about only sometimes: how earlier calls ended, and how old the do-not-call lists are."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.domain.facts import EarlierCall
from control_plane.domain.rule_values import ends_of

# Two branches, each on an index of its own; `union` meets in a call that both find.
_EARLIER = text(
    """
    select q.place, c.dialing_at, c.is_same_number, coalesce(campaign.purpose, :outside) as purpose,
        c.network_result, c.answered_by, c.outcome
    from unnest(cast(:workspaces as uuid[]), cast(:numbers as text[]), cast(:contacts as uuid[]), cast(:since as timestamptz[]))
        with ordinality as q(workspace_id, e164, contact_id, since, place)
    cross join lateral (
        select id, campaign_id, dialing_at, to_e164 = q.e164 as is_same_number, network_result, answered_by, outcome from call
        where contact_id = q.contact_id and workspace_id = q.workspace_id and dialing_at > q.since and counts_as_attempt is not false
        union
        select id, campaign_id, dialing_at, true, network_result, answered_by, outcome from call
        where workspace_id = q.workspace_id and to_e164 = q.e164 and dialing_at > q.since and counts_as_attempt is not false
    ) c
    left join campaign on campaign.id = c.campaign_id
    order by q.place, c.dialing_at desc
    """
)


class HistoryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def earlier(
        self, asked: Sequence[tuple[uuid.UUID, str, uuid.UUID | None, datetime]], outside: str
    ) -> list[tuple[EarlierCall, ...]]:
        """For each (workspace, number, contact, since) the counting calls to that number or person, newest first. `outside` is the
        purpose of calls that belong to no campaign."""
        if not asked:
            return []
        workspaces, numbers, contacts, since = (list(column) for column in zip(*asked, strict=True))
        given = {"workspaces": workspaces, "numbers": numbers, "contacts": contacts, "since": since, "outside": outside}
        found: list[list[EarlierCall]] = [[] for _ in asked]
        for row in await self._session.execute(_EARLIER, given):
            ends = ends_of(row.network_result, row.answered_by, row.outcome)
            found[row.place - 1].append(EarlierCall(row.dialing_at, row.is_same_number, row.purpose, ends))
        return [tuple(calls) for calls in found]
