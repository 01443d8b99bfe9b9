"""SQL of suppressions."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.driver import LET_GO_BY_THE_SILENT, rows_of, rows_of_each, sent
from control_plane.db.models import Campaign, Suppression
from control_plane.db.models.suppression import FOR_NOW
from control_plane.db.session import number_hash
from control_plane.kit.ids import new_id

_JOIN_DIALS = sent(f"select pg_advisory_xact_lock_shared(hashtextextended(:key, 0)), {LET_GO_BY_THE_SILENT}")
_BARS = sent(
    """
    select exists(select from suppression where workspace_id = :workspace and (campaign_id is null or campaign_id = :campaign)
        and (e164 = :e164 or number_hash = :hash))
    """
)


class SuppressionRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def put(self, **values: Any) -> tuple[Suppression, bool]:
        """The suppression of that number and scope, and whether it is new. The first reason and evidence stand; one for now gives way."""
        row = {"id": new_id(), "workspace_id": self._workspace_id, **values}
        added = await self._session.scalar(insert(Suppression).values(row).on_conflict_do_nothing().returning(Suppression))
        if added is not None:
            return added, True
        query = select(Suppression).where(
            Suppression.workspace_id == self._workspace_id,
            Suppression.e164 == values["e164"],
            Suppression.campaign_id.is_not_distinct_from(values.get("campaign_id")),
            Suppression.list_source == "",
        )
        standing = (await self._session.scalars(query.execution_options(populate_existing=True))).one()
        if standing.source != FOR_NOW or values["source"] == FOR_NOW:
            return standing, False
        for name, value in values.items():
            setattr(standing, name, value)
        await self._session.flush()
        return standing, True

    async def for_now(self, e164: str, call_id: uuid.UUID) -> Suppression | None:
        """The one that stands while the callee of this call, at this number, is being asked."""
        mine = (Suppression.workspace_id == self._workspace_id, Suppression.e164 == e164, Suppression.list_source == "")
        query = select(Suppression).where(*mine, Suppression.campaign_id.is_(None))
        return await self._session.scalar(query.where(Suppression.source == FOR_NOW, Suppression.call_id == call_id))

    async def put_erased(self, e164: str, reason: str) -> None:
        """From here on the number is known by its hash only, for the whole workspace; what named it goes."""
        mine = (Suppression.workspace_id == self._workspace_id, Suppression.e164 == e164)
        await self._session.execute(delete(Suppression).where(*mine).execution_options(synchronize_session=False))
        row = {"id": new_id(), "workspace_id": self._workspace_id, "number_hash": self._hash(e164), "reason": reason, "source": "erasure"}
        await self._session.execute(insert(Suppression).values(row).on_conflict_do_nothing())

    async def hold_back_dials(self, e164: str) -> None:
        """Wait for INVITEs to this number that are leaving right now, and let no other leave before this transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(self._dial_key(e164))))

    async def bars(self, e164: str, campaign_id: uuid.UUID | None) -> bool:
        """Does anything keep this number from being called?"""
        ((is_barred,),) = await rows_of(self._session, _BARS, self._barring(e164, campaign_id))
        return is_barred

    async def bars_dial(self, e164: str, campaign_id: uuid.UUID | None) -> bool:
        """As `bars`, right before an INVITE, with the dialer's side of `hold_back_dials` held from then on: many may dial, nobody while a
        suppression is being written. Whoever then stands still for seconds loses it."""
        joined = (_JOIN_DIALS, {"key": self._key_words(e164)})
        _, ((is_barred,),) = await rows_of_each(self._session, joined, (_BARS, self._barring(e164, campaign_id)))
        return is_barred

    def _barring(self, e164: str, campaign_id: uuid.UUID | None) -> dict[str, Any]:
        return {"workspace": self._workspace_id, "e164": e164, "hash": self._hash(e164), "campaign": campaign_id}

    async def find(self, suppression_id: uuid.UUID) -> Suppression | None:
        query = select(Suppression).where(Suppression.id == suppression_id, Suppression.workspace_id == self._workspace_id)
        return await self._session.scalar(query)

    def listing(self, *, e164: str | None = None, scope: str | None = None) -> Select[Suppression]:
        query = select(Suppression).where(Suppression.workspace_id == self._workspace_id)
        if e164 is not None:
            query = query.where(self._is(e164))
        return query if scope is None else query.where(Suppression.scope == scope)

    async def against(self, e164: str, campaign_id: uuid.UUID | None) -> Sequence[Suppression]:
        """What keeps this number from being called, in the workspace and in the campaign when one is given."""
        reach = Suppression.campaign_id.is_(None)
        if campaign_id is not None:
            reach = or_(reach, Suppression.campaign_id == campaign_id)
        query = select(Suppression).where(Suppression.workspace_id == self._workspace_id, self._is(e164), reach)
        return (await self._session.scalars(query.order_by(Suppression.id))).all()

    async def has_campaign(self, campaign_id: uuid.UUID) -> bool:
        query = select(exists().where(Campaign.id == campaign_id, Campaign.workspace_id == self._workspace_id))
        return bool(await self._session.scalar(query))

    async def delete(self, row: Suppression) -> None:
        await self._session.delete(row)
        await self._session.flush()

    def _is(self, e164: str) -> Any:
        return or_(Suppression.e164 == e164, Suppression.number_hash == self._hash(e164))

    def _hash(self, e164: str) -> str:
        return number_hash(self._session, self._workspace_id, e164)

    def _key_words(self, e164: str) -> str:
        return f"dial:{self._workspace_id}:{e164}"

    def _dial_key(self, e164: str) -> Any:
        return func.hashtextextended(self._key_words(e164), 0)
