"""SQL of whether somebody is being called, or was called a moment ago, for something else."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Each arm goes through an index of its own: the contact's calls; by number those under way, those dialled lately, those whose turn it is.
# What was given up, though its dial was committed, has reached nobody.
_FACTS = "id, state, schedule_run_id, dialing_at, ended_at, holds_number or (state = 'queued' and due_at <= :now) as is_open"
_BY_NUMBER = "workspace_id = :workspace and to_e164 = any(array(select e164 from numbers))"
_OTHER_CALL = text(
    f"""
    with numbers as (select e164 from contact_phone where contact_id = cast(:contact as uuid) union select cast(:e164 as text)),
    found as (
        select {_FACTS} from call
        where contact_id = cast(:contact as uuid) and (holds_number or state = 'queued' or dialing_at > :dialled_since)
        union select {_FACTS} from call where {_BY_NUMBER} and holds_number
        union select {_FACTS} from call where {_BY_NUMBER} and dialing_at > :dialled_since
        union select {_FACTS} from call where {_BY_NUMBER} and state = 'queued' and claimed_at is null and due_at <= :now
    ),
    others as (
        select case when is_open then cast(:now as timestamptz) else coalesce(ended_at, dialing_at) end as over
        from found left join schedule_run r on r.id = found.schedule_run_id
        where found.state <> 'released' and found.id <> all(cast(:own as uuid[]))
            and (cast(:schedule as uuid) is null or r.schedule_id is distinct from :schedule)
    )
    select max(over) from others where over > :since
    """  # noqa: S608
)
_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
LONGEST_CALL = timedelta(hours=2)
"""Bounds the scan; a call lasts no longer."""


@dataclass(frozen=True, slots=True)
class Whom:
    """A person: a contact with all their numbers, or whoever has this number. At least one of the two is known."""

    workspace_id: uuid.UUID
    contact_id: uuid.UUID | None
    e164: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """Calls that are no other calls: those of this schedule, and these."""

    schedule_id: uuid.UUID | None = None
    call_ids: Sequence[uuid.UUID] = ()


class MeetingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_turns(self, whom: Whom) -> None:
        """Until this transaction ends nobody else plans a call for the same person: who comes second sees the call of who came first."""
        await self._session.execute(_TAKE_TURNS, {"key": f"meeting:{whom.workspace_id}:{whom.contact_id or whom.e164}"})

    async def other_call(self, whom: Whom, own: Own, now: datetime, since: datetime) -> datetime | None:
        """When the person's last other call was over, if that is after `since`; `now` while one is under way or waits for its turn."""
        given = {"workspace": whom.workspace_id, "contact": whom.contact_id, "e164": whom.e164 or None}
        given |= {"schedule": own.schedule_id, "own": list(own.call_ids)}
        return await self._session.scalar(_OTHER_CALL, given | {"now": now, "since": since, "dialled_since": since - LONGEST_CALL})
