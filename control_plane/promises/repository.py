"""SQL of the ledger of promises."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from control_plane.db.models import Call, Promise

EARLY = timedelta(minutes=15)
"""Somebody who is called so long before the promised time has been called back."""
STALE = timedelta(days=30)
"""Who was not called back by then is not looked for any more; the promise stays open."""
TOO_LATE = timedelta(hours=24)
"""Nobody is called back later than this by the platform."""
CALLBACK_GRACE = timedelta(minutes=30)
"""How late a callback may be before it is told: the line may be busy, and the rules may close for a while."""

LOOK_AGAIN = timedelta(minutes=1)
"""After a callback that was given up before anybody was dialled, for a reason of ours."""

_NEXT = aliased(Call)
_NOT_DIALLED = (_NEXT.id == Promise.next_call_id, _NEXT.state == "released", ~_NEXT.ended_by_request)
_IS_DUE = and_(Promise.state == "open", Promise.due_at.is_not(None))
# The same person by contact, or the same number where nobody knows whose it is.
_KEEP = text(
    """
    with found as (
        select p.id, later.id as call_id from promise p join call made on made.id = p.call_id
        cross join lateral (
            select c.id from call c where c.workspace_id = p.workspace_id and c.id <> p.call_id
            and c.state <> 'released' and c.dialing_at >= greatest(p.due_at - cast(:early as interval), made.ended_at)
            and (c.contact_id = p.contact_id or (c.to_e164 = made.to_e164 and made.to_e164 <> ''))
            order by c.dialing_at limit 1
        ) later
        where p.state = 'open' and p.seq = 0 and p.due_at is not null
        and p.due_at between cast(:now as timestamptz) - cast(:stale as interval) and cast(:now as timestamptz) + cast(:early as interval)
        limit :most
    )
    update promise set state = 'kept', closed_at = :now, closed_by = 'call', kept_call_id = found.call_id, updated_at = :now
    from found where promise.id = found.id and promise.state = 'open'
    """
)


class PromiseLedger:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def find(self, promise_id: uuid.UUID, *, lock: bool = False) -> Promise | None:
        query = select(Promise).where(Promise.id == promise_id, Promise.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def listing(
        self, *, state: str | None, contact_id: uuid.UUID | None, call_id: uuid.UUID | None, is_overdue: bool | None
    ) -> Select[Promise]:
        query = select(Promise).where(Promise.workspace_id == self._workspace_id)
        given = ((Promise.state, state), (Promise.contact_id, contact_id), (Promise.call_id, call_id))
        query = query.where(*(column == value for column, value in given if value is not None))
        return query if is_overdue is None else query.where(and_(Promise.overdue_at.is_not(None), Promise.state == "open") == is_overdue)


class PromiseWork:
    """What waits to be done in any workspace."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep_called_back(self, now: datetime, most: int) -> None:
        """Whoever was dialled at the promised time, or since, has been called back, whatever made the call."""
        await self._session.execute(_KEEP, {"now": now, "early": EARLY, "stale": STALE, "most": most})

    async def to_call_back(self, now: datetime, most: int) -> Sequence[uuid.UUID]:
        """Callbacks of single calls: those of campaigns and schedules come back by themselves."""
        single = (Call.purpose == "single", Call.enrollment_id.is_(None), Call.schedule_run_id.is_(None), Call.erased_at.is_(None))
        query = select(Promise.id).join(Call, Call.id == Promise.call_id).where(_IS_DUE, Promise.seq == 0, *single)
        is_to_be_made = or_(Promise.next_call_id.is_(None), exists().where(*_NOT_DIALLED, _NEXT.ended_at <= now - LOOK_AGAIN))
        query = query.where(is_to_be_made, Promise.note == "", Promise.due_at.between(now - TOO_LATE, now))
        return (await self._session.scalars(query.order_by(Promise.due_at).limit(most))).all()

    async def take(self, promise_id: uuid.UUID) -> tuple[Promise, Call] | None:
        """The open promise without a call of its own, or whose call was given up before anybody was dialled; None when it is none any
        more, or another worker has it."""
        query = select(Promise, Call).join(Call, Call.id == Promise.call_id)
        query = query.where(Promise.id == promise_id, Promise.state == "open")
        query = query.where(or_(Promise.next_call_id.is_(None), exists().where(*_NOT_DIALLED)))
        row = (await self._session.execute(query.with_for_update(skip_locked=True, of=Promise))).first()
        return (row[0], row[1]) if row is not None else None

    async def overdue(self, now: datetime, most: int) -> Sequence[Promise]:
        """Promises whose time has passed and of which nobody was told, locked."""
        late = or_(and_(Promise.seq == 0, Promise.due_at <= now - CALLBACK_GRACE), and_(Promise.seq != 0, Promise.due_at <= now))
        query = select(Promise).where(_IS_DUE, late, Promise.overdue_at.is_(None)).order_by(Promise.due_at).limit(most)
        return (await self._session.scalars(query.with_for_update(skip_locked=True))).all()
