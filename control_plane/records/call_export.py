"""Call details as US telemarketing rules ask for them (16 CFR 310.5(a)(2); facts/dialer §1.1 US-11), one line of CSV per dialled call."""

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from control_plane.calls.schemas import duration_of
from control_plane.db.models import AssistantVersion, Call, Campaign, Consent, GateVerdict
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.kit.csv_text import csv_line
from control_plane.records.call_export_repository import CallExportRepository
from sip_config.contract import AnsweredBy, EndCause, Outcome

COLUMNS = (
    *("call_id", "telemarketer", "seller", "direction", "calling_number", "called_number", "called_party", "carrier"),
    *("dialed_at", "ringing_at", "answered_at", "ended_at"),
    *("ring_duration_s", "duration_s", "disposition", "network_result", "sip_status_code", "answered_by", "outcome", "outcome_label"),
    *("end_cause", "call_purpose", "purpose", "campaign_id", "campaign", "contact_id", "attempt", "assistant_id", "assistant"),
    *("script_version_id", "script_version", "artificial_voice", "disclosure_text", "disclosure_offset_s", "disclosure_quote"),
    *("consent_id", "consent_purpose", "consent_basis", "consent_granted_at", "consent_source", "consent_revoked_at"),
    *("verdict_id", "rules", "recording", "erased_at"),
)


CALLED_PARTIES = ("consumer", "business")
"""What a contact's attribute `called_party` may say; the rules ask for it, and nobody else can know."""


class CallExporter:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._rows = CallExportRepository(unit.session, workspace_id)

    async def lines(self, since: datetime | None, until: datetime | None, campaign_id: uuid.UUID | None) -> AsyncIterator[bytes]:
        """The export's lines, read in pages while they are sent. Raises `NotFound` before the first."""
        if campaign_id is not None and not await self._rows.has_campaign(campaign_id):
            raise NotFound.of("campaign")
        return self._lines(await self._rows.telemarketer(), {"since": since, "until": until, "campaign_id": campaign_id})

    async def _lines(self, telemarketer: str, filters: Mapping[str, Any]) -> AsyncIterator[bytes]:
        yield csv_line(COLUMNS)
        last: uuid.UUID | None = None
        while page := await self._rows.page_after(last, **filters):
            for row in page:
                cells = cells_of(telemarketer, *row)
                yield csv_line([cells[name] for name in COLUMNS])
            last = page[-1][0].id


def cells_of(
    telemarketer: str,
    call: Call,
    campaign: Campaign | None,
    version: AssistantVersion,
    consent: Consent | None,
    verdict: GateVerdict | None,
    called_party: str | None,
) -> dict[str, Any]:
    """One call by column. Times in UTC; times of ringing and talking in seconds."""
    disclosure = getattr(call, "disclosure", None) or {}
    return {
        **{name: getattr(call, name) for name in ("ringing_at", "answered_at", "ended_at", "network_result", "sip_status_code")},
        **{name: getattr(call, name) for name in ("answered_by", "outcome", "outcome_label", "end_cause", "campaign_id", "contact_id")},
        **{name: getattr(call, name) for name in ("attempt", "assistant_id", "consent_id", "verdict_id", "erased_at")},
        "call_id": call.id,
        "telemarketer": telemarketer,
        # On whose behalf the agent says that it calls.
        "seller": version.config.get("calls_for") or telemarketer,
        "direction": "outbound",
        "called_party": called_party if called_party in CALLED_PARTIES else None,
        "calling_number": call.from_e164,
        "called_number": call.to_e164,
        "carrier": "simulated" if call.is_rehearsal else "real",
        "dialed_at": call.dialing_at,
        "ring_duration_s": _seconds(call.ringing_at, call.answered_at or call.ended_at),
        "duration_s": duration_of(call),
        "disposition": disposition_of(call),
        "call_purpose": call.purpose,
        "purpose": campaign.purpose if campaign else None,
        "campaign": campaign.name if campaign else None,
        "assistant": version.name,
        "script_version_id": version.id,
        "script_version": version.number,
        # Every call here is spoken by an AI voice, which the FCC counts as artificial (FCC 24-17).
        "artificial_voice": "yes",
        "disclosure_text": disclosure.get("text"),
        "disclosure_offset_s": disclosure.get("offset_s"),
        "disclosure_quote": disclosure.get("quote"),
        "consent_purpose": consent.purpose if consent else None,
        "consent_basis": consent.basis if consent else None,
        "consent_granted_at": consent.granted_at if consent else None,
        "consent_source": consent.source if consent else None,
        "consent_revoked_at": consent.revoked_at if consent else None,
        "rules": verdict.pack if verdict else None,
        "recording": "stored" if call.recording_key else call.recording_note,
    }


def disposition_of(call: Call) -> str:
    """The rule's four words for calls that were answered, and one for those that were not."""
    if call.answered_at is None:
        return "not_answered"
    if call.end_cause == EndCause.TRANSFER_DONE or call.outcome == Outcome.TRANSFERRED:
        return "transferred"
    if call.answered_by != AnsweredBy.HUMAN:
        return "answered"
    return "dropped" if call.outcome == Outcome.AGENT_FAILURE else "connected"


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start and end else None
