"""SQL of enrollments. Everything about many contacts is set-based."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, exists, func, literal, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.campaigns.repository import lacks_any
from control_plane.db.models import (
    Call,
    Campaign,
    CampaignList,
    Contact,
    ContactListEntry,
    ContactPhone,
    Enrollment,
    Suppression,
)
from control_plane.db.models.suppression import FOR_NOW
from control_plane.db.rows import Rows
from control_plane.domain.pacing import Priority

# Identifiers of enrollments are made in the database, because a million of them should not travel: version 7 like all others, from the
# clock's milliseconds, a counter that keeps the order of the contacts (RFC 9562 §6.2, method 1), and the random part of a version 4.
_NEW_ID = literal_column(
    "(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'"
    " || lpad(to_hex(row_number() over (order by contact.id) % 4096), 3, '0')"
    " || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid"
)
_ENROLLMENTS = Rows(Enrollment, key_share=True)
_LONGEST_FAULT = timedelta(days=10)
"""Somebody who was last dialled longer ago does not wait for the ladder of a trunk's fault any more."""
_ENROLLED_COLUMNS = ("id", "workspace_id", "campaign_id", "contact_id", "due_at", "attempts_by_result", "waiting_reasons")

CLAIMED = """
    update enrollment set state = 'claimed', due_at = null, waiting_reasons = '{}', waiting_codes = '{}', gives_way_since = null,
        updated_at = now()
    where id in (select enrollment_id from made)
    """
"""Part of the statement that makes calls, which has them as `made`: an enrollment is claimed exactly if its call was made."""
# How long it has given way is counted without the time that the gate makes it wait.
_WAIT = text(
    """
    update enrollment set state = 'waiting', due_at = w.due_at, waiting_reasons = w.reasons, waiting_codes = w.codes,
        gives_way_since = case when w.gives_way then coalesce(gives_way_since, now())
            when w.codes <> '{}' and gives_way_since is not null then least(gives_way_since + (w.due_at - now()), w.due_at)
            else gives_way_since end,
        closed_reason = '', updated_at = now()
    from jsonb_to_recordset(cast(:waits as jsonb)) as w(id uuid, due_at timestamptz, reasons text[], codes text[], gives_way boolean)
    where enrollment.id = w.id
    """
)
_CLOSE = text(
    """
    update enrollment set state = c.state, due_at = null, waiting_reasons = '{}', closed_reason = c.reason, updated_at = now()
    from jsonb_to_recordset(cast(:closings as jsonb)) as c(id uuid, state text, reason text, numbers text[])
    where enrollment.id = c.id
        and not exists (
            select from contact_phone p
            where p.contact_id = enrollment.contact_id and p.dead_reason = '' and p.e164 <> all(c.numbers))
    """
)


# Who waits for the next attempt because the last one failed for a fault of this trunk, and for nothing else; whose phone rang has had one,
# and is left in peace. Whom a claim looks at right now is passed over. Their ladder begins anew: else a wrong password that is tried again
# a few times would use it up, and close them.
_RETRY_AFTER_FAULT = text(
    """
    with waiting as (
        select e.id from enrollment e
        cross join lateral (
            select trunk_id, network_result, counts_as_attempt from call where enrollment_id = e.id
            order by created_at desc, id desc limit 1) as last
        where e.id in (
                select c.enrollment_id from trunk t join call c on c.workspace_id = t.workspace_id and c.dialing_at > :since
                where t.id = :trunk and c.trunk_id = t.id and c.network_result = 'config_error')
            and e.state = 'waiting' and e.priority = :retry and e.waiting_codes = '{}'
            and last.trunk_id = :trunk and last.network_result = 'config_error' and not last.counts_as_attempt
        order by e.id for no key update of e skip locked)
    update enrollment set due_at = least(due_at, :now), attempts_by_result = attempts_by_result - 'trunk_fault', updated_at = now()
    from waiting where enrollment.id = waiting.id returning enrollment.id
    """
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An enrollment to be looked at again at `due_at`; `reasons` are sentences that say why not now, `codes` the gate's own.
    `gives_way`: it waits for another call to the same person."""

    id: uuid.UUID
    due_at: datetime
    reasons: list[str]
    codes: list[str] = field(default_factory=list)
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """An enrollment without a further call: `state` is done, exhausted, suppressed or skipped; `reason` a sentence; `numbers` are those
    that were judged. Who has got another number meanwhile is not closed, and judged again with it."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    state: str
    reason: str
    numbers: list[str]


class EnrollmentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, enrollment_id: uuid.UUID) -> Enrollment | None:
        return await _ENROLLMENTS.lock(self._session, enrollment_id)

    async def wait_all(self, waits: Sequence[Waiting]) -> None:
        await self._session.execute(_WAIT, {"waits": msgspec.json.encode(waits).decode()})

    async def lock_waiting(self, campaign_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        """Those of the contacts who wait, with their enrollments, which are locked; whom somebody else looks at right now is left out."""
        query = select(Enrollment.contact_id, Enrollment.id).where(Enrollment.campaign_id == campaign_id, Enrollment.state == "waiting")
        query = query.where(Enrollment.contact_id.in_(contact_ids)).with_for_update(key_share=True, skip_locked=True)
        return {row.contact_id: row.id for row in await self._session.execute(query)}

    async def retry_after_trunk_fault(self, trunk_id: uuid.UUID, now: datetime) -> int:
        """Whoever waits because of this trunk's fault is due, their ladder begins anew. Returns how many they are."""
        given = {"trunk": trunk_id, "now": now, "since": now - _LONGEST_FAULT, "retry": int(Priority.RETRY)}
        return len((await self._session.execute(_RETRY_AFTER_FAULT, given)).all())

    async def close_all(self, closings: Sequence[Closing]) -> None:
        await self._session.execute(_CLOSE, {"closings": msgspec.json.encode(closings).decode()})

    async def find(self, workspace_id: uuid.UUID, enrollment_id: uuid.UUID) -> Enrollment | None:
        query = select(Enrollment).where(Enrollment.id == enrollment_id, Enrollment.workspace_id == workspace_id)
        return await self._session.scalar(query)

    async def save(self, enrollment: Enrollment, **values: Any) -> None:
        for name, value in values.items():
            setattr(enrollment, name, value)
        await _ENROLLMENTS.write(self._session, enrollment)

    def listing(self, campaign_id: uuid.UUID, state: str | None) -> Select[Enrollment]:
        query = select(Enrollment).where(Enrollment.campaign_id == campaign_id)
        return query if state is None else query.where(Enrollment.state == state)

    async def has_waiting(self, campaign_id: uuid.UUID) -> bool:
        return await self._has(campaign_id, ("waiting",))

    async def has_open(self, campaign_id: uuid.UUID) -> bool:
        return await self._has(campaign_id, ("waiting", "claimed"))

    async def _has(self, campaign_id: uuid.UUID, states: Sequence[str]) -> bool:
        query = select(exists().where(Enrollment.campaign_id == campaign_id, Enrollment.state.in_(states)))
        return bool(await self._session.scalar(query))

    async def enroll_members(self, campaign_id: uuid.UUID, due_at: datetime) -> int:
        """INSERT … SELECT of list members without an enrollment."""
        on_lists = (
            exists()
            .where(CampaignList.campaign_id == campaign_id, ContactListEntry.contact_list_id == CampaignList.contact_list_id)
            .where(ContactListEntry.contact_id == Contact.id)
        )
        return await self._insert(campaign_id, due_at, on_lists)

    async def enroll_contacts(self, campaign_id: uuid.UUID, contact_ids: Sequence[uuid.UUID], due_at: datetime) -> int:
        return await self._insert(campaign_id, due_at, Contact.id.in_(contact_ids))

    async def _insert(self, campaign_id: uuid.UUID, due_at: datetime, who: Any) -> int:
        columns = (_NEW_ID, Campaign.workspace_id, Campaign.id, Contact.id, literal(due_at))
        members = (
            select(*columns, literal({}, Enrollment.attempts_by_result.type), literal([], Enrollment.waiting_reasons.type))
            .join(Contact, Contact.workspace_id == Campaign.workspace_id)
            .where(Campaign.id == campaign_id, who)
            .where(~exists().where(Enrollment.campaign_id == campaign_id, Enrollment.contact_id == Contact.id))
        )
        statement = insert(Enrollment).from_select(_ENROLLED_COLUMNS, members, include_defaults=False).on_conflict_do_nothing()
        # Counted by the database: the driver does not know how many rows an INSERT … SELECT of the ORM made.
        added = statement.returning(Enrollment.id).cte("added")
        return await self._session.scalar(select(func.count()).select_from(added)) or 0

    async def skip_lacking(self, campaign_id: uuid.UUID, names: Sequence[str], reason: str) -> None:
        """Close waiting enrollments whose contact has no value for a variable of the prompts."""
        lacking = exists().where(Contact.id == Enrollment.contact_id, lacks_any(names))
        statement = (
            update(Enrollment)
            .where(Enrollment.campaign_id == campaign_id, Enrollment.state == "waiting", lacking)
            .values(state="skipped", due_at=None, closed_reason=reason, waiting_reasons=[])
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(statement)

    async def close_suppressed(
        self, workspace_id: uuid.UUID, e164s: Sequence[str], campaign_id: uuid.UUID | None, reason: str
    ) -> Sequence[uuid.UUID]:
        """Waiting enrollments whose contact has one of these numbers and none that may still be called; returns their campaigns."""
        mine = exists().where(ContactPhone.contact_id == Enrollment.contact_id, ContactPhone.e164.in_(e164s))
        barred = exists().where(
            Suppression.workspace_id == workspace_id,
            Suppression.e164 == ContactPhone.e164,
            Suppression.source != FOR_NOW,
            or_(Suppression.campaign_id.is_(None), Suppression.campaign_id == Enrollment.campaign_id),
        )
        callable_number = exists().where(ContactPhone.contact_id == Enrollment.contact_id, ContactPhone.e164.not_in(e164s), ~barred)
        statement = (
            update(Enrollment)
            .where(Enrollment.workspace_id == workspace_id, Enrollment.state == "waiting", mine, ~callable_number)
            .values(state="suppressed", due_at=None, closed_reason=reason, waiting_reasons=[])
            .returning(Enrollment.campaign_id)
            .execution_options(synchronize_session="fetch")
        )
        if campaign_id is not None:
            statement = statement.where(Enrollment.campaign_id == campaign_id)
        return (await self._session.scalars(statement)).all()

    async def contacts(self, contact_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Contact]:
        rows = await self._session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))
        return {contact.id: contact for contact in rows}

    async def last_calls(self, enrollment_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Call]:
        """The newest call of each enrollment that has one."""
        query = select(Call).where(Call.enrollment_id.in_(enrollment_ids)).ext(distinct_on(Call.enrollment_id))
        rows = await self._session.scalars(query.order_by(Call.enrollment_id, Call.created_at.desc(), Call.id.desc()))
        return {call.enrollment_id: call for call in rows if call.enrollment_id is not None}

    async def page_after(self, campaign_id: uuid.UUID, last: uuid.UUID | None, limit: int) -> Sequence[Enrollment]:
        """Enrollments of a campaign in the order of their ids, for exports."""
        query = select(Enrollment).where(Enrollment.campaign_id == campaign_id)
        if last is not None:
            query = query.where(Enrollment.id > last)
        return (await self._session.scalars(query.order_by(Enrollment.id).limit(limit))).all()
