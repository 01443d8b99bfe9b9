"""SQL of ending many calls at once."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, CallEventRecord, ContactPhone, Enrollment, Suppression
from control_plane.db.models.suppression import FOR_NOW
from control_plane.domain.call_state import AT_THE_PHONE, BEFORE_DIAL, LIVE
from control_plane.kit.ids import new_id
from sip_config.contract import CallPurpose

# One condition for each of the indexes: uq_call_live_number, ix_call_due.
_NOT_ANSWERED = (
    and_(Call.holds_number, Call.state.in_(BEFORE_DIAL | AT_THE_PHONE)),
    and_(Call.state == "queued", Call.claimed_at.is_(None)),
)


class ControlRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ask_to_end(self, workspace_id: uuid.UUID | None, campaign_id: uuid.UUID | None, now: datetime) -> list[uuid.UUID]:
        """Note on every call under way that it is to end, and in its ledger. None is no limit. Returns those that did not know it yet."""
        which = [Call.state.in_(LIVE), Call.claimed_at.is_not(None), ~Call.ended_by_request]
        which += [Call.workspace_id == workspace_id] if workspace_id is not None else []
        which += [Call.campaign_id == campaign_id] if campaign_id is not None else []
        statement = update(Call).where(*which).values(ended_by_request=True).returning(Call.id, Call.workspace_id)
        rows = (await self._session.execute(statement.execution_options(synchronize_session=False))).all()
        events = [_event(call_id, workspace, now) for call_id, workspace in rows]
        if events:
            await self._session.execute(insert(CallEventRecord), events)
        return [call_id for call_id, _ in rows]

    async def not_answered(self, workspace_id: uuid.UUID, e164: str, campaign_id: uuid.UUID | None) -> Sequence[uuid.UUID]:
        """Calls to the number that nobody has answered yet, waiting ones too; of one campaign when it is given."""
        query = select(Call.id).where(Call.workspace_id == workspace_id, Call.to_e164 == e164, or_(*_NOT_ANSWERED))
        query = query if campaign_id is None else query.where(Call.campaign_id == campaign_id)
        return (await self._session.scalars(query.order_by(Call.id))).all()

    async def not_answered_of_list(self, workspace_id: uuid.UUID, import_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """The same calls to any number that the import has put on its list."""
        listed = exists().where(
            Suppression.workspace_id == workspace_id, Suppression.e164 == Call.to_e164, Suppression.import_id == import_id
        )
        query = select(Call.id).where(Call.workspace_id == workspace_id, or_(*_NOT_ANSWERED), listed)
        return (await self._session.scalars(query.order_by(Call.id))).all()

    async def waiting_of_list(self, workspace_id: uuid.UUID, import_id: uuid.UUID, after: str, most: int) -> Sequence[str]:
        """Numbers after `after`, in their order, that the import has put on its list and for which an enrollment waits."""
        listed = exists().where(
            Suppression.workspace_id == workspace_id, Suppression.e164 == ContactPhone.e164, Suppression.import_id == import_id
        )
        waiting = exists().where(Enrollment.contact_id == ContactPhone.contact_id, Enrollment.state == "waiting")
        query = select(ContactPhone.e164).distinct().where(ContactPhone.workspace_id == workspace_id, ContactPhone.e164 > after)
        return (await self._session.scalars(query.where(listed, waiting).order_by(ContactPhone.e164).limit(most))).all()

    async def ringing_although_suppressed(self) -> Sequence[uuid.UUID]:
        """Calls at the phone of somebody who has opted out since they were dialled. Whoever is only being asked, and whoever calls us, is
        not among them."""
        barred = exists().where(
            Suppression.workspace_id == Call.workspace_id,
            Suppression.e164 == Call.to_e164,
            Suppression.source != FOR_NOW,
            or_(Suppression.campaign_id.is_(None), Suppression.campaign_id == Call.campaign_id),
        )
        query = select(Call.id).where(Call.lease_until.is_not(None), Call.state.in_(AT_THE_PHONE), Call.purpose != CallPurpose.INBOUND)
        return (await self._session.scalars(query.where(barred).order_by(Call.id))).all()

    async def asked_to_end(self) -> Sequence[uuid.UUID]:
        """Calls under way that somebody wants ended. The index of leases holds all calls under way."""
        query = select(Call.id).where(Call.lease_until.is_not(None), Call.ended_by_request, Call.state.in_(LIVE))
        return (await self._session.scalars(query)).all()


def _event(call_id: uuid.UUID, workspace_id: uuid.UUID, now: datetime) -> dict[str, object]:
    known = {"source": "operator", "source_event_id": "end_all", "kind": "end_requested", "effect": "noted", "data": {}}
    return {"id": new_id(), "call_id": call_id, "workspace_id": workspace_id, "at": now, **known}
