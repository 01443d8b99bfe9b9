"""SQL of forgetting a person. Everything is set-based and within one transaction."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Activity,
    Appointment,
    Booking,
    Call,
    CallAnalysis,
    CallChange,
    CallEventRecord,
    CallTranscription,
    CallTurn,
    CheckUp,
    CheckUpContact,
    CheckUpEscalation,
    Consent,
    Contact,
    ContactFact,
    ContactPhone,
    Enrollment,
    Erasure,
    FollowUp,
    NumberLookup,
    Promise,
    RiskFlag,
    Schedule,
)
from control_plane.db.session import number_hash
from control_plane.domain.call_state import FINAL
from control_plane.domain.eligibility import SUPPRESSED, suppressed_sentence
from control_plane.webhooks.outbox_repository import OutboxRepository

_QUIET = {"synchronize_session": False}
# Verdicts stay replayable: that there was a suppression counts, not the words it was asked for in.
_REDACT_VERDICTS = text(
    """
    update gate_verdict set
        inputs = (inputs - 'number_hash' - 'e164') || '{"redacted": true}'::jsonb
            || case when inputs ? 'suppressed_because' then '{"suppressed_because": "erased"}'::jsonb else '{}'::jsonb end,
        reasons = coalesce((
            select jsonb_agg(case when said.reason ->> 'code' = :suppressed then said.reason || cast(:erased as jsonb) else said.reason end
                             order by said.place)
            from jsonb_array_elements(reasons) with ordinality as said (reason, place)
        ), reasons)
    where workspace_id = :workspace_id and (id = any(cast(:verdicts as uuid[])) or call_id = any(cast(:calls as uuid[])) or (
        enrollment_id = any(cast(:enrollments as uuid[]))
        and (cast(:whole_person as bool) or inputs ->> 'number_hash' = any(cast(:hashes as text[]))
             or inputs ->> 'e164' = any(cast(:numbers as text[])))))
    returning id
    """
)
# A file's rows may hold the number in any spelling: its last nine digits, without what stands between them.
_FORGET_ROWS = """
    update {errors} e set row_text = '' from {imports} i
    where i.id = e.import_id and i.workspace_id = :workspace_id and e.row_text <> ''
      and regexp_replace(e.row_text, '[^0-9]', '', 'g') like any(cast(:digits as text[]))
    returning e.id
"""
_FORGET_CONTACT_ROWS = text(_FORGET_ROWS.format(errors="contact_import_error", imports="contact_import"))
_FORGET_NUMBER_ROWS = text(_FORGET_ROWS.format(errors="number_import_error", imports="number_import"))


class ErasureRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def calls(self, numbers: Sequence[str], contact_ids: Sequence[uuid.UUID]) -> Sequence[Call]:
        """All calls to them, locked in the order that everybody locks calls in."""
        mine = or_(Call.to_e164.in_(numbers), Call.contact_id.in_(contact_ids))
        query = select(Call).where(Call.workspace_id == self._workspace_id, mine).order_by(Call.id)
        return (await self._session.scalars(query.with_for_update(), execution_options={"populate_existing": True})).all()

    async def enrollments(self, contact_ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
        return (await self._session.scalars(select(Enrollment.id).where(Enrollment.contact_id.in_(contact_ids)))).all()

    async def redact_calls(self, call_ids: Sequence[uuid.UUID], now: datetime) -> None:
        """What was said, to whom and how it is to be told goes; times, results and cost stay."""
        values: dict[str, Any] = {
            **dict.fromkeys(("to_e164", "summary", "failure", "recording_note"), ""),
            **dict.fromkeys(
                ("room", "phone_identity", "sip_status", "recording_key", "contact_id", "disclosure", "recording_consent"), None
            ),
            "request": {},
            "caller_choice": {},
            "erased_at": now,
        }
        values |= {name: None for name in ("disclosure", "recording_consent") if name in Call.__table__.columns}
        await self._session.execute(update(Call).where(Call.id.in_(call_ids)).values(values).execution_options(**_QUIET))
        events = update(CallEventRecord).where(CallEventRecord.call_id.in_(call_ids)).values(data={})
        await self._session.execute(events.execution_options(**_QUIET))
        await self._count_anew(call_ids)
        for of_call in (CallAnalysis, CallTranscription, CallTurn, ContactFact, RiskFlag, Promise, Activity):
            await self._session.execute(delete(of_call).where(of_call.call_id.in_(call_ids)).execution_options(**_QUIET))
        answered = update(Appointment).where(Appointment.status_call_id.in_(call_ids)).values(evidence="")
        await self._session.execute(answered.execution_options(**_QUIET))
        await OutboxRepository(self._session).forget_words_of(call_ids)

    async def _count_anew(self, call_ids: Sequence[uuid.UUID]) -> None:
        """Moods and waits of the turns that go, and topics of the analyses, are counted with their hours, and the trigger that notes what
        changes sees calls only."""
        hour = func.date_trunc("hour", Call.dialing_at, "UTC")
        has_words = or_(*(exists().where(of_call.call_id == Call.id) for of_call in (CallTurn, CallAnalysis)))
        hours = select(Call.workspace_id, hour).where(Call.id.in_(call_ids), Call.dialing_at.is_not(None), has_words)
        await self._session.execute(insert(CallChange).from_select(["workspace_id", "hour"], hours.distinct()))

    async def redact_verdicts(
        self, calls: Sequence[Call], enrollments: Sequence[uuid.UUID], numbers: Sequence[str], *, whole_person: bool
    ) -> int:
        """Verdicts of the calls, and of enrollments: all of them, or those about the numbers."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "enrollments": list(enrollments)}
        given |= {"verdicts": [c.verdict_id for c in calls if c.verdict_id is not None], "calls": [call.id for call in calls]}
        given |= {"hashes": self.hashes(numbers), "numbers": list(numbers), "whole_person": whole_person}
        given |= {"suppressed": SUPPRESSED, "erased": json.dumps({"sentence": suppressed_sentence("erased")})}
        return len((await self._session.execute(_REDACT_VERDICTS, given)).all())

    async def redact_consents(self, numbers: Sequence[str], now: datetime) -> int:
        """The act stays for the calls that rested on it, without whose it was; it carries no further call."""
        mine = (Consent.workspace_id == self._workspace_id, Consent.e164.in_(numbers))
        open_ones = update(Consent).where(*mine, Consent.revoked_at.is_(None)).values(revoked_at=now, revoked_reason="erased")
        await self._session.execute(open_ones.execution_options(**_QUIET))
        gone = update(Consent).where(*mine).values(e164=None, evidence="").returning(Consent.id)
        return len((await self._session.scalars(gone.execution_options(**_QUIET))).all())

    async def forget_phones(self, numbers: Sequence[str]) -> None:
        mine = (ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164.in_(numbers))
        await self._session.execute(delete(ContactPhone).where(*mine).execution_options(**_QUIET))

    async def forget_follow_ups(self, numbers: Sequence[str]) -> None:
        """Of people who are no contacts; a contact's go with the contact."""
        mine = (FollowUp.workspace_id == self._workspace_id, FollowUp.to_e164.in_(numbers))
        await self._session.execute(delete(FollowUp).where(*mine).execution_options(**_QUIET))

    async def forget_lookups(self, numbers: Sequence[str]) -> None:
        mine = (NumberLookup.workspace_id == self._workspace_id, NumberLookup.e164.in_(numbers))
        await self._session.execute(delete(NumberLookup).where(*mine).execution_options(**_QUIET))

    async def forget_bookings(self, numbers: Sequence[str]) -> None:
        """Of people who are no contacts; a contact's go with the contact."""
        mine = (Booking.workspace_id == self._workspace_id, Booking.e164.in_(numbers))
        await self._session.execute(delete(Booking).where(*mine).execution_options(**_QUIET))

    async def forget_schedules(self, numbers: Sequence[str]) -> None:
        """Those to a number; those to a contact go with the contact."""
        mine = (Schedule.workspace_id == self._workspace_id, Schedule.phone_number.in_(numbers))
        await self._session.execute(delete(Schedule).where(*mine).execution_options(**_QUIET))

    async def alarms(self, contact_ids: Sequence[uuid.UUID]) -> Sequence[Call]:
        """Calls about them, to those whom they have named, that are not over."""
        of_checkup = (CheckUp.id == CheckUpEscalation.checkup_id, CheckUp.contact_id.in_(contact_ids))
        query = select(Call).where(exists().where(CheckUpEscalation.call_id == Call.id, *of_checkup), Call.state.not_in(FINAL))
        return (await self._session.scalars(query.order_by(Call.id))).all()

    async def forget_escalations(self, contact_ids: Sequence[uuid.UUID]) -> None:
        """Calls to those whom a person has named speak of the person; the calls themselves are another's and stay."""
        network = select(CheckUpContact.contact_id).join(CheckUp, CheckUp.id == CheckUpContact.checkup_id)
        ids = select(cast(CheckUp.id, Text)).where(CheckUp.contact_id.in_(contact_ids))
        of_checkup = Call.request["metadata"]["checkup_id"].astext.in_(ids)
        told = (Call.contact_id.in_(network.where(CheckUp.contact_id.in_(contact_ids))), Call.purpose == "escalation", of_checkup)
        words = Call.request.op("-")("agenda").op("-")("welcome_message")
        await self._session.execute(update(Call).where(*told).values(request=words).execution_options(**_QUIET))

    async def forget_contacts(self, contact_ids: Sequence[uuid.UUID]) -> None:
        """With their numbers, enrollments and places on lists."""
        mine = (Contact.workspace_id == self._workspace_id, Contact.id.in_(contact_ids))
        await self._session.execute(delete(Contact).where(*mine).execution_options(**_QUIET))

    async def forget_import_rows(self, numbers: Sequence[str]) -> int:
        given = {"workspace_id": self._workspace_id, "digits": [f"%{e164[-9:]}%" for e164 in numbers]}
        rows = [await self._session.execute(statement, given) for statement in (_FORGET_CONTACT_ROWS, _FORGET_NUMBER_ROWS)]
        return sum(len(found.all()) for found in rows)

    async def late_calls(self, erasure: Erasure, since: datetime) -> list[Call]:
        """Calls that were being made while the person was forgotten, found by the numbers' hashes."""
        recent = (Call.workspace_id == self._workspace_id, Call.created_at >= since, Call.erased_at.is_(None), Call.state.in_(FINAL))
        rows = (await self._session.scalars(select(Call).where(*recent).with_for_update())).all()
        return [call for call in rows if self.hashes([call.to_e164])[0] in erasure.number_hashes]

    async def is_under_way(self, erasure: Erasure, since: datetime) -> bool:
        """Whether such a call has not ended yet."""
        recent = (Call.workspace_id == self._workspace_id, Call.created_at >= since, Call.erased_at.is_(None), Call.state.not_in(FINAL))
        numbers = (await self._session.scalars(select(Call.to_e164).where(*recent))).all()
        return any(self.hashes([e164])[0] in erasure.number_hashes for e164 in numbers)

    async def lock(self, erasure_id: uuid.UUID) -> Erasure | None:
        return await self._session.get(Erasure, erasure_id, with_for_update=True)

    async def has_other_numbers(self, contact_id: uuid.UUID, e164: str) -> bool:
        query = select(exists().where(ContactPhone.contact_id == contact_id, ContactPhone.e164 != e164))
        return bool(await self._session.scalar(query))

    def hashes(self, numbers: Sequence[str]) -> list[str]:
        return [number_hash(self._session, self._workspace_id, e164) for e164 in numbers]


async def workspace_of(session: AsyncSession, erasure_id: uuid.UUID) -> uuid.UUID | None:
    return await session.scalar(select(Erasure.workspace_id).where(Erasure.id == erasure_id))
