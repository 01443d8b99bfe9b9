"""SQL behind the gate's facts, for many questions at once."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.contacts.consent_repository import OF_NUMBER, ConsentRow, read_consents
from control_plane.contacts.dead_number_repository import dead_number
from control_plane.db.driver import rows_of, sent
from control_plane.db.models import Call
from control_plane.db.models.suppression import FOR_NOW
from control_plane.domain.call_state import BEFORE_DIAL

# The questions travel as JSON, which the driver takes as it is. Three looks at the suppressions, each at an index of its own, whatever the
# number of questions: one condition over all would use none. A number can be on several lists. A contact's calls are found by the contact
# alone, whose workspace is known; a number's by ix_call_number_dialed. Calls of before somebody was known behind a number are theirs too.
# Since when is a row of its own, because PostgreSQL would plan anew for a value that it can weigh.
_KNOWN = sent(
    f"""
    with looked_back as materialized (select cast(:since as timestamptz) as since)
    select coalesce(case when not everywhere.is_for_now then everywhere.reason end, here.reason, erased.reason) as suppressed_because,
        coalesce(everywhere.is_for_now, false) as is_being_asked,
        case when q.contact_id is not null
        then array(select c.dialing_at from call c where c.contact_id = q.contact_id
              and c.dialing_at > (select since from looked_back) and c.counts_as_attempt is not false
            union all select c.dialing_at from (
                select e164 from contact_phone where contact_id = q.contact_id and dead_reason = '' union select q.e164) n
              join call c on c.workspace_id = q.workspace_id and c.to_e164 = n.e164 and c.contact_id is null
              and c.dialing_at > (select since from looked_back) and c.counts_as_attempt is not false order by 1 desc)
        else array(select c.dialing_at from call c where c.workspace_id = q.workspace_id and c.to_e164 = q.e164
              and c.dialing_at > (select since from looked_back) and c.counts_as_attempt is not false order by 1 desc) end as dialled,
        coalesce((select is_halted from installation where id = 1), false) as installation_halted,
        ({OF_NUMBER}) as consents,
        case when q.contact_id is null then (
            select jsonb_agg(quiet) from contact_phone p join contact on contact.id = p.contact_id,
            lateral jsonb_array_elements(contact.quiet_times) quiet where p.workspace_id = q.workspace_id and p.e164 = q.e164
        ) end as quiet_times,
        {dead_number("q")} as dead_number
    from rows from (json_to_recordset(cast(:asked as json))
        as (workspace_id uuid, e164 text, campaign_id uuid, contact_id uuid, number_hash text)) with ordinality
        as q(workspace_id, e164, campaign_id, contact_id, number_hash, place)
    left join lateral (
        select s.reason, s.source = '{FOR_NOW}' as is_for_now from suppression s
        where s.workspace_id = q.workspace_id and s.e164 = q.e164 and s.campaign_id is null order by 2, s.list_source limit 1
    ) everywhere on true
    left join lateral (
        select s.reason from suppression s where s.campaign_id = q.campaign_id and s.e164 = q.e164 limit 1
    ) here on true
    left join lateral (
        select s.reason from suppression s where s.workspace_id = q.workspace_id and s.number_hash = q.number_hash limit 1
    ) erased on true
    order by q.place
    """  # noqa: S608
)


class Asked(msgspec.Struct, frozen=True):
    """Whom a question is about, as the rows know them."""

    workspace_id: uuid.UUID
    e164: str
    campaign_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    number_hash: str
    """As the rows of erased people know the number."""


class Known(msgspec.Struct, frozen=True):
    """What the rows say to one question. `dialled`: when the counting calls to this contact over all numbers, with those to nobody
    known that reached one of them, or to this number when nobody is known behind it, were dialled; newest first."""

    suppressed_because: str | None
    dialled: Sequence[datetime]
    installation_halted: bool
    is_being_asked: bool
    """Their owner has said stop in a call that goes on, and is being asked which calls are meant."""
    consents: Sequence[ConsentRow] = ()
    """For the number, newest first; revoked ones too."""
    quiet_times: Sequence[Mapping[str, Any]] = ()
    """Of everybody who has the number, where the question names nobody."""
    dead_number: str = ""
    """The network result by which the number is known to be dead; empty when it is not."""


class GateRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, asked: Sequence[Asked], since: datetime) -> list[Known]:
        """Suppressions, calls since `since`, the kill switch, consents and dead numbers, in the order of the questions."""
        given = {"asked": msgspec.json.encode(asked).decode(), "since": since}
        rows = await rows_of(self._session, _KNOWN, given)
        return [
            Known(because, dialled, halted, asked, read_consents(found), quiet or (), dead or "")
            for because, asked, dialled, halted, found, quiet, dead in rows
        ]

    async def campaign_calls_since(self, workspace_id: uuid.UUID, campaign_id: uuid.UUID, since: datetime, but: uuid.UUID | None) -> int:
        """Calls of the workspace's campaign, except `but`, that were dialled since `since`, whenever they were asked for, and those on
        their way to it."""
        mine = (Call.workspace_id == workspace_id, Call.campaign_id == campaign_id)
        others = mine if but is None else (*mine, Call.id != but)
        # The day's dials stand in an index of the workspace's, and all calls under way in that of leases.
        dialled = select(Call.id).where(*others, Call.dialing_at >= since, Call.state != "released")
        claimed = (Call.lease_until.is_not(None), Call.claimed_at.is_not(None), Call.state.in_(BEFORE_DIAL))
        made = union_all(dialled, select(Call.id).where(*others, *claimed)).subquery()
        return await self._session.scalar(select(func.count()).select_from(made)) or 0
