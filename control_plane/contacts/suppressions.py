"""Numbers that are never to be called: who asked, when, on what evidence."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.audit.service import record
from control_plane.contacts.schemas import SuppressionCheck, SuppressionIn, SuppressionOut
from control_plane.contacts.suppression_repository import SuppressionRepository
from control_plane.db.models import Call, Suppression
from control_plane.db.models.suppression import FOR_NOW
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.pagination import Page, page_of
from control_plane.webhooks.events import emit

BEING_ASKED = "asked to stop, and is being asked which calls are meant"


async def suppress(
    unit: Unit,
    workspace_id: uuid.UUID,
    e164: str,
    *,
    scope: str = "workspace",
    campaign_id: uuid.UUID | None = None,
    reason: str,
    source: str,
    evidence: str = "",
    call_id: uuid.UUID | None = None,
) -> tuple[Suppression, bool]:
    """Never call `e164` again, in the workspace or in one campaign. Idempotent: returns the standing row and whether it is new.

    Once the transaction has committed no INVITE leaves for the number: one that is leaving meanwhile is waited for. Waiting enrollments and
    calls on their way are not touched here: the gate holds, and the task `stop_suppressed` tidies up.
    """
    rows = SuppressionRepository(unit.session, workspace_id)
    await rows.hold_back_dials(e164)
    row, is_new = await rows.put(
        e164=e164,
        scope=scope,
        campaign_id=campaign_id,
        reason=reason,
        source=source,
        evidence=evidence,
        call_id=call_id,
    )
    if is_new:
        record(unit, workspace_id, "suppression.created", "suppression", row.id, None, _facts(row))
        unit.nudges.add("stop_suppressed", row.id)
        await _tell(unit, row)
    return row, is_new


async def hold(unit: Unit, workspace_id: uuid.UUID, e164: str, *, evidence: str, call_id: uuid.UUID) -> None:
    """Dial `e164` for nothing until its owner has said which calls are to stop; then `suppress` or `let_go`. Nobody is closed meanwhile."""
    rows = SuppressionRepository(unit.session, workspace_id)
    await rows.hold_back_dials(e164)
    row, is_new = await rows.put(
        e164=e164, scope="workspace", campaign_id=None, reason=BEING_ASKED, source=FOR_NOW, evidence=evidence, call_id=call_id
    )
    if is_new:
        record(unit, workspace_id, "suppression.held", "suppression", row.id, None, _facts(row))


async def let_go(unit: Unit, workspace_id: uuid.UUID, e164: str, call_id: uuid.UUID) -> None:
    """Only some calls were meant: `e164`, which `hold` has held in this call, may be dialled again."""
    rows = SuppressionRepository(unit.session, workspace_id)
    row = await rows.for_now(e164, call_id)
    if row is not None:
        record(unit, workspace_id, "suppression.let_go", "suppression", row.id, _facts(row), None)
        await rows.delete(row)


async def _tell(unit: Unit, row: Suppression) -> None:
    """Somebody has opted out, by themselves in a call or by whoever writes it down."""
    call = await unit.session.get(Call, row.call_id) if row.call_id is not None else None
    data = {"suppression_id": row.id, "scope": row.scope, "campaign_id": row.campaign_id, "source": row.source, "call_id": row.call_id}
    data |= {"contact_id": call.contact_id if call else None, "url": f"/api/v1/suppressions/{row.id}"}
    assistant_id = call.assistant_id if call else None
    await emit(unit, row.workspace_id, "contact.opted_out", data, assistant_id=assistant_id, call_id=row.call_id)


async def is_barred(session: AsyncSession, workspace_id: uuid.UUID, e164: str, campaign_id: uuid.UUID | None) -> bool:
    """The last look before an INVITE leaves. No suppression of the number commits before the caller's transaction ends."""
    return await SuppressionRepository(session, workspace_id).bars_dial(e164, campaign_id)


class SuppressionService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = SuppressionRepository(unit.session, workspace_id)

    async def create(self, data: SuppressionIn) -> tuple[SuppressionOut, bool]:
        """The suppression and whether it is new. Raises `Invalid` for a bad number, `NotFound` for a foreign campaign."""
        if (data.scope == "campaign") != (data.campaign_id is not None):
            raise Invalid.field("campaign_id", "A suppression names a campaign exactly when its scope is campaign.")
        if data.campaign_id is not None and not await self._rows.has_campaign(data.campaign_id):
            raise NotFound.of("campaign")
        e164 = phone.require(data.e164)
        row, is_new = await suppress(
            self._unit,
            self._workspace_id,
            e164,
            scope=data.scope,
            campaign_id=data.campaign_id,
            reason=data.reason,
            source="api",
            evidence=data.evidence,
        )
        return SuppressionOut.of(row), is_new

    async def listing(self, limit: int, cursor: str | None, e164: str | None, scope: str | None) -> Page[SuppressionOut]:
        query = self._rows.listing(e164=e164 and phone.require(e164), scope=scope)
        return await page_of(self._unit.session, query, Suppression.id, SuppressionOut.of, limit=limit, cursor=cursor)

    async def get(self, suppression_id: uuid.UUID) -> SuppressionOut:
        return SuppressionOut.of(await self._find(suppression_id))

    async def check(self, e164: str, campaign_id: uuid.UUID | None) -> SuppressionCheck:
        number = phone.require(e164)
        found = [SuppressionOut.of(row) for row in await self._rows.against(number, campaign_id)]
        return SuppressionCheck(number, bool(found), found)

    async def delete(self, suppression_id: uuid.UUID) -> None:
        """Allow the number again. What was lifted, and by whom, stays in the audit log."""
        row = await self._find(suppression_id)
        record(self._unit, self._workspace_id, "suppression.deleted", "suppression", row.id, _facts(row), None)
        await self._rows.delete(row)

    async def _find(self, suppression_id: uuid.UUID) -> Suppression:
        row = await self._rows.find(suppression_id)
        if row is None:
            raise NotFound.of("suppression")
        return row


def _facts(row: Suppression) -> dict[str, str | None]:
    campaign_id = str(row.campaign_id) if row.campaign_id else None
    evidence = {"reason": row.reason, "source": row.source, "evidence": row.evidence}
    return {"e164": row.e164, "scope": row.scope, "campaign_id": campaign_id, **evidence}
