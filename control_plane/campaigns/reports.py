"""What is told about a campaign: status, its contacts one by one, the log, the export."""

import uuid
from collections.abc import AsyncIterator, Sequence
from zoneinfo import ZoneInfo

from control_plane.campaigns.enrollment_repository import EnrollmentRepository
from control_plane.campaigns.repository import CampaignRepository
from control_plane.campaigns.schemas import EnrollmentOut, LastCall, LogEntry, StatusOut
from control_plane.db.models import AuditEntry, Call, Campaign, Contact, Enrollment
from control_plane.db.unit import Unit
from control_plane.domain.campaign_state import ExecutionStatus, possible
from control_plane.domain.errors import NotFound
from control_plane.kit.csv_text import csv_line
from control_plane.kit.pagination import Page, page_of
from control_plane.usage.accounts import currency_of
from control_plane.usage.repository import UsageRepository

_PAGE = 500
_STATES = ("waiting", "claimed", "done", "exhausted", "suppressed", "skipped")
_EXPORTED = ("contact_id", "name", "number", "state", "attempts", "due_at", "closed_reason")
_EXPORTED_OF_CALL = ("network_result", "answered_by", "outcome", "outcome_label", "end_cause", "answered_at", "ended_at", "summary")


class CampaignReports:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = CampaignRepository(unit.session)
        self._enrollments = EnrollmentRepository(unit.session)

    async def status(self, campaign_id: uuid.UUID) -> StatusOut:
        campaign = await self._find(campaign_id)
        counts = await self._rows.counts(campaign_id)
        zone = ZoneInfo(await self._rows.workspace_time_zone(self._workspace_id))
        usage = UsageRepository(self._unit.session)
        currency = currency_of(await usage.account(self._workspace_id))
        midnight = self._unit.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return StatusOut(
            id=campaign.id,
            execution_status=campaign.execution_status,
            status_reason=campaign.status_reason,
            possible_actions=[str(action) for action in possible(ExecutionStatus(campaign.execution_status))],
            enrollments={state: counts.get(state, 0) for state in _STATES} | {"total": sum(counts.values())},
            live_calls=await self._rows.live_calls(campaign_id),
            budget=campaign.budget,
            spent=await usage.spent(campaign_id, currency),
            currency=currency,
            calls_today=await self._rows.dialled_since(campaign_id, midnight),
            started_at=campaign.started_at,
            completed_at=campaign.completed_at,
        )

    async def enrollments(self, campaign_id: uuid.UUID, limit: int, cursor: str | None, state: str | None) -> Page[EnrollmentOut]:
        await self._find(campaign_id)
        query = self._enrollments.listing(campaign_id, state)
        page: Page[Enrollment] = await page_of(self._unit.session, query, Enrollment.id, _itself, limit=limit, cursor=cursor)
        return Page(await self._described(page.items), page.next_cursor)

    async def enrollment(self, enrollment_id: uuid.UUID) -> EnrollmentOut:
        row = await self._enrollments.find(self._workspace_id, enrollment_id)
        if row is None:
            raise NotFound.of("enrollment")
        return (await self._described([row]))[0]

    async def log(self, campaign_id: uuid.UUID, limit: int, cursor: str | None) -> Page[LogEntry]:
        """What people and the system did to the campaign."""
        campaign = await self._find(campaign_id)
        return await page_of(self._unit.session, self._rows.log(campaign), AuditEntry.id, LogEntry.of, limit=limit, cursor=cursor)

    async def export(self, campaign_id: uuid.UUID) -> AsyncIterator[bytes]:
        """One line of CSV per contact with its last call, read in pages while they are sent. Raises `NotFound` before the first."""
        await self._find(campaign_id)
        return self._lines(campaign_id)

    async def _lines(self, campaign_id: uuid.UUID) -> AsyncIterator[bytes]:
        yield csv_line((*_EXPORTED, "last_call_id", *_EXPORTED_OF_CALL))
        last: uuid.UUID | None = None
        while rows := await self._enrollments.page_after(campaign_id, last, _PAGE):
            contacts, calls = await self._around(rows)
            for row in rows:
                yield csv_line(_export_cells(row, contacts.get(row.contact_id), calls.get(row.id)))
            last = rows[-1].id
            self._unit.session.expunge_all()

    async def _described(self, rows: Sequence[Enrollment]) -> list[EnrollmentOut]:
        contacts, calls = await self._around(rows)
        return [_described(row, contacts.get(row.contact_id), calls.get(row.id)) for row in rows]

    async def _around(self, rows: Sequence[Enrollment]) -> tuple[dict[uuid.UUID, Contact], dict[uuid.UUID, Call]]:
        """The contacts and last calls that belong to the rows."""
        contacts = await self._enrollments.contacts([row.contact_id for row in rows])
        return contacts, await self._enrollments.last_calls([row.id for row in rows])

    async def _find(self, campaign_id: uuid.UUID) -> Campaign:
        campaign = await self._rows.find(self._workspace_id, campaign_id)
        if campaign is None:
            raise NotFound.of("campaign")
        return campaign


def _itself(row: Enrollment) -> Enrollment:
    return row


def _described(row: Enrollment, contact: Contact | None, call: Call | None) -> EnrollmentOut:
    return EnrollmentOut(
        id=row.id,
        campaign_id=row.campaign_id,
        contact_id=row.contact_id,
        contact_name=contact.name if contact else "",
        contact_number=_number(contact),
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        closed_reason=row.closed_reason,
        waiting_reasons=row.waiting_reasons,
        last_call=LastCall.of(call) if call else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _export_cells(row: Enrollment, contact: Contact | None, call: Call | None) -> tuple[object, ...]:
    due_at = row.due_at.isoformat() if row.due_at else ""
    own = (row.contact_id, contact.name if contact else "", _number(contact), row.state, row.attempts, due_at, row.closed_reason)
    return (*own, call.id if call else "", *(getattr(call, name, "") for name in _EXPORTED_OF_CALL))


def _number(contact: Contact | None) -> str:
    return contact.phones[0].e164 if contact and contact.phones else ""
