"""A person's own data, for whoever asks what is kept about them."""

import uuid
from collections.abc import Sequence

from msgspec import convert

from control_plane.calls.schemas import CallView, TurnView
from control_plane.calls.transcription_schemas import TranscriptionOut
from control_plane.carriers.lookup_schemas import NumberLookupOut
from control_plane.contacts.confirmed_zones import ConfirmedZone
from control_plane.contacts.consent_schemas import ConsentOut
from control_plane.contacts.quiet_schemas import QuietTimes
from control_plane.contacts.schemas import ContactOut, SuppressionOut
from control_plane.contacts.timeline import timeline
from control_plane.contacts.timeline_schemas import TimelineEntry
from control_plane.db.models import Contact
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import NotFound
from control_plane.records.planning_repository import PlanningRepository
from control_plane.records.repository import RecordsRepository
from control_plane.records.schemas import ExportedCall, PersonExport

MOST_CALLS = 1_000


class PersonExporter:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = RecordsRepository(unit.session, workspace_id)

    async def contact(self, contact_id: uuid.UUID) -> PersonExport:
        """Raises `NotFound`."""
        contact = await self._rows.contact(contact_id)
        if contact is None:
            raise NotFound.of("contact")
        return await self._export([p.e164 for p in contact.phones], [contact])

    async def number(self, e164: str) -> PersonExport:
        """Raises `Invalid` for what is no number."""
        number = phone.require(e164)
        return await self._export([number], await self._rows.contacts_with(number))

    async def _timeline(self, contact_id: uuid.UUID) -> list[TimelineEntry]:
        return (await timeline(self._unit, self._workspace_id, contact_id, MOST_CALLS, None)).items

    async def _export(self, numbers: list[str], contacts: Sequence[Contact]) -> PersonExport:
        calls, left_out = await self._rows.calls(numbers, [c.id for c in contacts], MOST_CALLS)
        turns: dict[uuid.UUID, list[TurnView]] = {}
        for turn in await self._rows.turns([call.id for call in calls]):
            turns.setdefault(turn.call_id, []).append(TurnView.of(turn))
        heard: dict[uuid.UUID, list[TranscriptionOut]] = {}
        for row in await self._rows.transcriptions([call.id for call in calls]):
            heard.setdefault(row.call_id, []).append(TranscriptionOut.of(row))
        return PersonExport(
            exported_at=self._unit.now,
            numbers=numbers,
            contacts=[ContactOut.of(contact) for contact in contacts],
            consents=[ConsentOut.of(row) for row in await self._rows.consents(numbers)],
            suppressions=[SuppressionOut.of(row) for row in await self._rows.suppressions(numbers)],
            calls=[ExportedCall(CallView.of(call), turns.get(call.id, []), heard.get(call.id, [])) for call in calls],
            calls_left_out=left_out,
            number_lookups=[NumberLookupOut.of(row) for row in await self._rows.lookups(numbers)],
            confirmed_zones=[ConfirmedZone.of(contact) for contact in contacts],
            quiet_times=[convert({"ranges": contact.quiet_times}, QuietTimes) for contact in contacts],
            planned=await PlanningRepository(self._unit.session, self._workspace_id).about(numbers, [c.id for c in contacts], MOST_CALLS),
            timeline=[entry for contact in contacts for entry in await self._timeline(contact.id)],
        )
