"""SQL of what is over its time. A legal hold on the call, its number or its contact keeps everything of the call."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from control_plane.db.base import Base
from control_plane.db.models import (
    Activity,
    Appointment,
    Call,
    CallAnalysis,
    CallBreakdown,
    CallTranscription,
    CallTurn,
    Consent,
    ContactFact,
    ContactPhone,
    Enrollment,
    GateVerdict,
    LegalHold,
    NumberLookup,
    Promise,
    RiskFlag,
)
from control_plane.db.models.analytics import HAS_TOPICS, TOPIC
from control_plane.db.session import number_hash
from control_plane.domain.call_state import FINAL
from control_plane.kit.ids import first_id_at

BATCH = 500
_QUIET = {"synchronize_session": False}
_QUOTING: tuple[tuple[type[Base], InstrumentedAttribute[Any], InstrumentedAttribute[str]], ...] = (
    (RiskFlag, RiskFlag.call_id, RiskFlag.quote),
    (Promise, Promise.call_id, Promise.quote),
    (Activity, Activity.call_id, Activity.what),
    (ContactFact, ContactFact.call_id, ContactFact.quote),
    (Appointment, Appointment.status_call_id, Appointment.evidence),
)
"""Where words of a call are kept beside its transcript: the table, the call, and the words."""
_NAMED = or_(LegalHold.call_id == Call.id, LegalHold.e164 == Call.to_e164, LegalHold.contact_id == Call.contact_id)
"""A hold names the call, its number or its contact."""


@dataclass(frozen=True, slots=True)
class OldCall:
    id: uuid.UUID
    recording_key: str | None


class RetentionRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self.workspace_id = workspace_id

    async def recordings(self, before: datetime) -> list[OldCall]:
        return await self._old(self._ended(before).where(Call.recording_key.is_not(None)))

    async def calls(self, before: datetime) -> list[OldCall]:
        return await self._old(self._ended(before))

    async def forget_recordings(self, call_ids: Sequence[uuid.UUID], note: str) -> None:
        change = update(Call).where(Call.id.in_(call_ids)).values(recording_key=None, recording_note=note)
        await self._session.execute(change.execution_options(**_QUIET))

    async def forget_calls(self, call_ids: Sequence[uuid.UUID]) -> None:
        """With their events and turns."""
        await self._forget_topics(call_ids)
        await self._session.execute(delete(Call).where(Call.id.in_(call_ids)).execution_options(**_QUIET))

    async def forget_transcripts(self, before: datetime) -> int:
        """Turns and summaries of a batch of calls, and what was kept of their words elsewhere. Returns how many calls there were."""
        quoted = [exists().where(kept_of == Call.id, words != "") for _, kept_of, words in _QUOTING]
        analyzed = exists().where(CallAnalysis.call_id == Call.id)
        heard_anew = exists().where(CallTranscription.call_id == Call.id)
        has_words = or_(Call.summary != "", exists().where(CallTurn.call_id == Call.id), analyzed, heard_anew, *quoted)
        ids = [old.id for old in await self._old(self._ended(before).where(has_words))]
        await self._forget_topics(ids)
        for of_call in (CallTurn, CallAnalysis, CallTranscription):
            await self._session.execute(delete(of_call).where(of_call.call_id.in_(ids)).execution_options(**_QUIET))
        await self._session.execute(update(Call).where(Call.id.in_(ids)).values(summary="").execution_options(**_QUIET))
        for table, kept_of, words in _QUOTING:
            forget = update(table).where(kept_of.in_(ids)).values({words: ""})
            await self._session.execute(forget.execution_options(**_QUIET))
        return len(ids)

    async def _forget_topics(self, call_ids: Sequence[uuid.UUID]) -> None:
        """Of the hours in which they were dialled: how often a word was said is kept no longer than the words. Whatever else the hours
        count holds no word and stays."""
        hours = select(func.date_trunc("hour", Call.dialing_at, "UTC")).where(Call.id.in_(call_ids), Call.dialing_at.is_not(None))
        mine = (CallBreakdown.workspace_id == self.workspace_id, CallBreakdown.kind.in_((TOPIC, HAS_TOPICS)))
        await self._session.execute(delete(CallBreakdown).where(*mine, CallBreakdown.hour.in_(hours)).execution_options(**_QUIET))

    async def forget_verdicts(self, before: datetime) -> int:
        """A batch of verdicts that no kept call rests on. Returns how many."""
        used = exists().where(Call.verdict_id == GateVerdict.id)
        of_contact = (Enrollment.id == GateVerdict.enrollment_id, LegalHold.contact_id == Enrollment.contact_id)
        held = exists().where(*of_contact, *self._standing())
        of_call = exists().where(Call.id == GateVerdict.call_id, _NAMED, *self._standing())
        numbers = (await self._session.scalars(select(LegalHold.e164).where(LegalHold.e164.is_not(None), *self._standing()))).all()
        hashes = [number_hash(self._session, self.workspace_id, e164) for e164 in numbers if e164 is not None]
        of_number = func.coalesce(GateVerdict.inputs["number_hash"].astext, "").in_(hashes)
        old = select(GateVerdict.id).where(
            GateVerdict.workspace_id == self.workspace_id, GateVerdict.id < first_id_at(before), ~used, ~held, ~of_call, ~of_number
        )
        ids = (await self._session.scalars(old.order_by(GateVerdict.id).limit(BATCH))).all()
        await self._session.execute(delete(GateVerdict).where(GateVerdict.id.in_(ids)).execution_options(**_QUIET))
        return len(ids)

    async def forget_lookups(self, before: datetime) -> int:
        """A batch of numbers of which nothing was learned since, and nothing is to be. That one has come to somebody else is kept while a
        consent for it stands, against which it speaks. Returns how many."""
        row = NumberLookup
        learned_at = func.coalesce(func.greatest(row.line_type_at, row.reassigned_at), row.created_at)
        consents = exists().where(Consent.workspace_id == self.workspace_id, Consent.e164 == row.e164, Consent.revoked_at.is_(None))
        over = (learned_at < before, row.wanted_at.is_(None), ~(row.reassigned_since.is_not(None) & consents))
        mine = (row.workspace_id == self.workspace_id, row.id < first_id_at(before), ~self._holds_number(row.e164))
        old = select(row.id).where(*mine, *over)
        ids = (await self._session.scalars(old.order_by(row.id).limit(BATCH).with_for_update(skip_locked=True))).all()
        await self._session.execute(delete(row).where(row.id.in_(ids)).execution_options(**_QUIET))
        return len(ids)

    def _holds_number(self, e164: Any) -> ColumnElement[bool]:
        """Whether a hold names the number, a call to it, or somebody who has it."""
        has_it = exists().where(ContactPhone.contact_id == LegalHold.contact_id, ContactPhone.e164 == e164).correlate_except(ContactPhone)
        led_there = exists().where(Call.id == LegalHold.call_id, Call.to_e164 == e164).correlate_except(Call)
        return exists().where(or_(LegalHold.e164 == e164, has_it, led_there), *self._standing()).correlate_except(LegalHold)

    def _ended(self, before: datetime) -> Select[Any, Any]:
        over = (Call.workspace_id == self.workspace_id, Call.state.in_(FINAL), ~Call.holds_number)
        held = exists().where(*self._standing(), _NAMED)
        # The id bounds the scan: a call ends after it was made.
        age = (Call.id < first_id_at(before), func.coalesce(Call.ended_at, Call.created_at) < before)
        return select(Call.id, Call.recording_key).where(*over, *age, ~held)

    def _standing(self) -> tuple[Any, ...]:
        return (LegalHold.workspace_id == self.workspace_id, LegalHold.released_at.is_(None))

    async def _old(self, query: Select[Any, Any]) -> list[OldCall]:
        rows = await self._session.execute(query.order_by(Call.id).limit(BATCH).with_for_update(skip_locked=True, of=Call))
        return [OldCall(*row) for row in rows]
