"""Forgetting a person on request, by contact or by number.

Calls and verdicts stay as figures without anybody in them; the number stays suppressed as a keyed hash; the audit log keeps its chain.
Copies of API answers that wait for a repeated Idempotency-Key are encrypted and go by themselves after a day.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from control_plane.audit.repository import AuditRepository
from control_plane.audit.service import record
from control_plane.calls.reducer import Testimony, hear
from control_plane.contacts.suppression_repository import SuppressionRepository
from control_plane.db.models import Call, Contact, Erasure
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.call_state import FINAL, Fact
from control_plane.domain.errors import Conflict, NotFound
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.storage import Storage
from control_plane.records.erasure_repository import ErasureRepository, workspace_of
from control_plane.records.repository import RecordsRepository
from control_plane.records.schemas import ErasureOut

ERASED = "This person was erased and is not to be called."
IN_CALL = "A call to this person is under way, or its phone may still ring; try again when it has ended."
LOOK_BACK = timedelta(minutes=5)
"""A call that a claim was making while the person was forgotten is no older than this."""


class ErasureService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = RecordsRepository(unit.session, workspace_id)
        self._erasing = ErasureRepository(unit.session, workspace_id)

    async def erase_contact(self, contact_id: uuid.UUID) -> ErasureOut:
        """Forget the contact and all its numbers. Raises `NotFound`, and `Conflict` during a call or a legal hold."""
        contact = await self._rows.contact(contact_id)
        if contact is None:
            raise NotFound.of("contact")
        return await self._erase([p.e164 for p in contact.phones], [contact], contact_id)

    async def erase_number(self, e164: str) -> ErasureOut:
        """Forget the number, and every contact that has no other. Raises `Conflict` during a call or a legal hold."""
        number = phone.require(e164)
        return await self._erase([number], await self._rows.contacts_with(number), None)

    async def get(self, erasure_id: uuid.UUID) -> ErasureOut:
        row = await self._rows.erasure(erasure_id)
        if row is None:
            raise NotFound.of("erasure")
        return ErasureOut.of(row)

    async def listing(self, limit: int, cursor: str | None) -> Page[ErasureOut]:
        return await page_of(self._unit.session, self._rows.erasures(), Erasure.id, ErasureOut.of, limit=limit, cursor=cursor)

    async def _erase(self, numbers: list[str], contacts: Sequence[Contact], named: uuid.UUID | None) -> ErasureOut:
        gone = [c.id for c in contacts if named == c.id or not await self._erasing.has_other_numbers(c.id, numbers[0])]
        calls = await self._erasing.calls(numbers, gone)
        await self._require_free(numbers, [c.id for c in contacts], calls)
        await self._give_up_waiting([*calls, *await self._erasing.alarms(gone)])
        enrollments = await self._erasing.enrollments([c.id for c in contacts])
        verdicts = await self._erasing.redact_verdicts(calls, enrollments, numbers, whole_person=named is not None)
        files = [call.recording_key for call in calls if call.recording_key is not None]
        await self._suppress(numbers)
        await self._erasing.redact_calls([call.id for call in calls], self._unit.now)
        counts = {
            "contacts": len(gone),
            "numbers": len(numbers),
            "calls": len(calls),
            "recordings": len(files),
            "verdicts": verdicts,
            "consents": await self._erasing.redact_consents(numbers, self._unit.now),
            "import_rows": await self._erasing.forget_import_rows(numbers),
        }
        await self._erasing.forget_follow_ups(numbers)
        await self._erasing.forget_bookings(numbers)
        await self._erasing.forget_lookups(numbers)
        await self._erasing.forget_phones(numbers)
        await self._erasing.forget_schedules(numbers)
        await self._erasing.forget_escalations(gone)
        await self._erasing.forget_contacts(gone)
        subjects = [*gone, *(call.id for call in calls)]
        counts["audit_entries"] = await AuditRepository(self._unit.session).redact(self._workspace_id, subjects, numbers, self._unit.now)
        return await self._keep_note(numbers, named, counts, files)

    async def _keep_note(self, numbers: list[str], named: uuid.UUID | None, counts: dict[str, int], files: list[str]) -> ErasureOut:
        row = Erasure(id=new_id(), workspace_id=self._workspace_id, contact_id=named, requested_by=self._unit.actor, counts=counts)
        row.number_hashes, row.file_keys = self._erasing.hashes(numbers), files
        await self._rows.add(row)
        record(self._unit, self._workspace_id, "person.erased", "erasure", row.id, None, counts)
        self._unit.nudges.add("finish_erasure", row.id)
        return ErasureOut.of(row)

    async def _suppress(self, numbers: Sequence[str]) -> None:
        rows = SuppressionRepository(self._unit.session, self._workspace_id)
        for e164 in sorted(numbers):
            await rows.hold_back_dials(e164)
            await rows.put_erased(e164, ERASED)

    async def _require_free(self, numbers: Sequence[str], contacts: Sequence[uuid.UUID], calls: Sequence[Call]) -> None:
        reason = await self._rows.standing_hold(numbers, contacts, [call.id for call in calls])
        if reason is not None:
            raise Conflict(f"A legal hold keeps these records: {reason}. Release it first.", code="legal_hold")
        if any(call.holds_number or (call.state not in FINAL and call.claimed_at is not None) for call in calls):
            raise Conflict(IN_CALL, code="person_in_call")

    async def _give_up_waiting(self, calls: Sequence[Call]) -> None:
        for call in calls:
            if call.state not in FINAL:
                said = Testimony("operator", "erased", "released", self._unit.now, Fact.RELEASED)
                await hear(self._unit, call.id, said)


async def finish_erasure(unit: Unit, storage: Storage, erasure_id: uuid.UUID) -> None:
    """Delete the recordings, and forget calls that were being made while the person was. Safe to repeat."""
    workspace_id = await workspace_of(unit.session, erasure_id)
    if workspace_id is None:
        return
    rows = ErasureRepository(unit.session, workspace_id)
    erasure = await rows.lock(erasure_id)
    if erasure is None or erasure.finished_at is not None:
        return
    since = erasure.created_at - LOOK_BACK
    late = await rows.late_calls(erasure, since)
    keys = [*erasure.file_keys, *(call.recording_key for call in late if call.recording_key is not None)]
    await rows.redact_verdicts(late, [], [call.to_e164 for call in late], whole_person=False)
    await rows.redact_calls([call.id for call in late], unit.now)
    for key in keys:
        await storage.delete(key)
    if not await rows.is_under_way(erasure, since):
        await RecordsRepository(unit.session, workspace_id).finish_erasure(erasure_id, unit.now)
