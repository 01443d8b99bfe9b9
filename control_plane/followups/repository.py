"""SQL of follow-ups."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Exists, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Contact, ContactPhone, FollowUp, FollowUpStep, RiskFlag, Suppression
from control_plane.db.models.suppression import FOR_NOW
from control_plane.domain.call_state import BEFORE_DIAL, FINAL

_BY_CALLS = and_(FollowUp.state == "open", FollowUp.made_for == "call")


def _opted_out() -> Exists:
    """Any number of the person's stands on the workspace's own list: who is called least is called right."""
    numbers = select(ContactPhone.e164).where(ContactPhone.contact_id == FollowUp.contact_id)
    theirs = or_(Suppression.e164 == FollowUp.to_e164, Suppression.e164.in_(numbers))
    for_good = (Suppression.campaign_id.is_(None), Suppression.source != FOR_NOW)
    return exists().where(Suppression.workspace_id == FollowUp.workspace_id, *for_good, theirs)


class FollowUpRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, row: FollowUp) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def find(self, follow_up_id: uuid.UUID, *, lock: bool = False) -> FollowUp | None:
        query = select(FollowUp).where(FollowUp.id == follow_up_id, FollowUp.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def listing(self, *, contact_id: uuid.UUID | None, state: str | None, made_for: str | None) -> Select[FollowUp]:
        query = select(FollowUp).where(FollowUp.workspace_id == self._workspace_id)
        given = ((FollowUp.contact_id, contact_id), (FollowUp.state, state), (FollowUp.made_for, made_for))
        return query.where(*(column == value for column, value in given if value is not None))

    async def has_contact(self, contact_id: uuid.UUID) -> bool:
        """Whether the contact is of this workspace. It stays there until this transaction ends."""
        query = select(Contact.id).where(Contact.id == contact_id, Contact.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update(read=True, key_share=True)) is not None

    async def has_opted_out(self, follow_up_id: uuid.UUID) -> bool:
        return bool(await self._session.scalar(select(exists().where(FollowUp.id == follow_up_id, _opted_out()))))

    async def others_by_calls(self, row: FollowUp) -> Sequence[FollowUp]:
        """Open ones for the same person that are older than this one, locked."""
        same = FollowUp.contact_id == row.contact_id if row.contact_id else FollowUp.to_e164 == row.to_e164
        query = select(FollowUp).where(FollowUp.workspace_id == self._workspace_id, _BY_CALLS, same, FollowUp.id < row.id)
        return (await self._session.scalars(query.order_by(FollowUp.id).with_for_update())).all()


class FollowUpWork:
    """What waits to be done in any workspace: ids to look at, and rows taken for one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def flagged(self, limit: int) -> Sequence[uuid.UUID]:
        """Calls with a crisis that nobody has taken up."""
        query = select(RiskFlag.call_id).where(RiskFlag.level == "crisis", RiskFlag.taken_up_at.is_(None))
        return list(dict.fromkeys(await self._session.scalars(query.order_by(RiskFlag.created_at).limit(limit))))

    async def take_flags(self, call_id: uuid.UUID) -> Sequence[RiskFlag]:
        """The call's flags that nobody has taken up; empty while another worker has them."""
        query = select(RiskFlag).where(RiskFlag.call_id == call_id, RiskFlag.level == "crisis", RiskFlag.taken_up_at.is_(None))
        return (await self._session.scalars(query.order_by(RiskFlag.id).with_for_update(skip_locked=True))).all()

    async def of_call(self, call_id: uuid.UUID) -> uuid.UUID | None:
        """The follow-up that this call's risk has made already."""
        return await self._session.scalar(select(FollowUp.id).where(FollowUp.call_id == call_id))

    async def opted_out(self, limit: int) -> Sequence[uuid.UUID]:
        """Follow-ups by calls for people who are not to be called any more."""
        return (await self._session.scalars(select(FollowUp.id).where(_BY_CALLS, _opted_out()).limit(limit))).all()

    async def due(self, now: datetime, limit: int) -> Sequence[uuid.UUID]:
        """Steps whose call is to be made now."""
        query = select(FollowUpStep.id).where(FollowUpStep.state == "waiting", FollowUpStep.due_at <= now)
        return (await self._session.scalars(query.order_by(FollowUpStep.due_at, FollowUpStep.id).limit(limit))).all()

    async def ended(self, limit: int) -> Sequence[uuid.UUID]:
        """Steps whose call is over. A call that was erased or deleted is over too."""
        query = select(FollowUpStep.id).outerjoin(Call, Call.id == FollowUpStep.call_id)
        over = or_(Call.id.is_(None), Call.state.in_(FINAL))
        return (await self._session.scalars(query.where(FollowUpStep.state == "calling", over).limit(limit))).all()

    async def unwanted(self, limit: int) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
        """Workspace and id of calls that nobody has answered and that nobody wants any more, since their follow-up is closed or an
        operator's."""
        query = select(Call.workspace_id, Call.id).join(FollowUpStep, FollowUpStep.call_id == Call.id)
        query = query.join(FollowUp, FollowUp.id == FollowUpStep.follow_up_id)
        query = query.where(FollowUpStep.state == "calling", Call.state.in_(BEFORE_DIAL), ~Call.ended_by_request, ~_BY_CALLS)
        return [(workspace_id, call_id) for workspace_id, call_id in await self._session.execute(query.limit(limit))]

    async def take(self, follow_up_id: uuid.UUID) -> FollowUp | None:
        """The open follow-up by calls; None when it is none any more, or another worker has it."""
        query = select(FollowUp).where(FollowUp.id == follow_up_id, _BY_CALLS)
        return await self._session.scalar(query.with_for_update(skip_locked=True))

    async def take_step(self, step_id: uuid.UUID, state: str) -> tuple[FollowUp, FollowUpStep] | None:
        """The step in this state with its follow-up, whose contact stays until the transaction ends: erasing a person takes the contact
        before what hangs on it, so this does too."""
        of_step = FollowUpStep.follow_up_id == FollowUp.id
        contact = select(Contact.id).join(FollowUp, FollowUp.contact_id == Contact.id).join(FollowUpStep, of_step)
        await self._session.execute(contact.where(FollowUpStep.id == step_id).with_for_update(read=True, key_share=True, of=Contact))
        query = select(FollowUp, FollowUpStep).join(FollowUpStep, of_step).where(FollowUpStep.id == step_id, FollowUpStep.state == state)
        row = (await self._session.execute(query.with_for_update(skip_locked=True, of=(FollowUp, FollowUpStep)))).first()
        return (row[0], row[1]) if row is not None else None

    async def call(self, call_id: uuid.UUID | None) -> Call | None:
        return await self._session.get(Call, call_id, populate_existing=True) if call_id is not None else None
