"""SQL for trunks and numbers."""

import uuid
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Assistant, Call, CampaignNumber, CarrierStep, Number, Operator, Trunk
from control_plane.domain.caller_id import SHORT_CALL, NumberRecord
from control_plane.trunks.faults import Ended
from sip_config.contract import NetworkResult

_SYNC_LOCK = 0x74_72_75_6E  # "trun": one synchronisation per trunk at a time

_LOOKED_AT = 200
"""Calls whose words are read for one look at a trunk's health."""

TRUNK_LOCK: Any = {"key_share": True}
"""Excludes everybody else who locks a trunk, and nobody whose row only names it: a transaction that writes a call's row twice has its
foreign keys checked, and would wait here for whoever waits for it at the workspace's account."""


async def lock_trunk(session: AsyncSession, trunk_id: uuid.UUID) -> Trunk:
    """The trunk as it is now, locked for this transaction; of any workspace."""
    return await session.get_one(Trunk, trunk_id, with_for_update=TRUNK_LOCK, populate_existing=True)


class TrunkRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def get(self, trunk_id: uuid.UUID, *, lock: bool = False) -> Trunk | None:
        query = select(Trunk).where(Trunk.workspace_id == self._workspace_id, Trunk.id == trunk_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def all(self) -> Select[Trunk]:
        return select(Trunk).where(Trunk.workspace_id == self._workspace_id)

    async def name_taken(self, name: str, except_for: uuid.UUID | None = None) -> bool:
        query = select(Trunk.id).where(Trunk.workspace_id == self._workspace_id, Trunk.name == name, Trunk.id != except_for)
        return await self._session.scalar(query) is not None

    async def used_by(self, trunk_id: uuid.UUID) -> str | None:
        """What keeps the trunk from being deleted, in words; None when nothing does."""
        if await self._session.scalar(select(Call.id).where(Call.trunk_id == trunk_id).limit(1)) is not None:
            return "calls, whose history is kept"
        numbers = select(Number.id).where(Number.trunk_id == trunk_id)
        query = select(CampaignNumber.campaign_id).where(CampaignNumber.number_id.in_(numbers)).limit(1)
        return None if await self._session.scalar(query) is None else "a campaign that calls from its numbers"

    async def live_calls(self, trunk_id: uuid.UUID) -> int:
        query = select(func.count()).where(Call.trunk_id == trunk_id, Call.state.in_(("dialing", "ringing", "in_progress", "wrapping")))
        return await self._session.scalar(query) or 0

    async def results_since(self, trunk_id: uuid.UUID, since: datetime) -> dict[str, int]:
        """How many calls that ended since then met which `network_result`."""
        query = select(Call.network_result, func.count()).where(
            Call.trunk_id == trunk_id, Call.ended_at >= since, Call.network_result.is_not(None)
        )
        rows = await self._session.execute(query.group_by(Call.network_result))
        return {str(row[0]): row[1] for row in rows}

    async def ended_since(self, trunk_id: uuid.UUID, since: datetime) -> list[Ended]:
        """The newest calls that ended since then, with the network's words."""
        columns = (Call.network_result, Call.sip_status_code, Call.sip_status, Call.failure, Call.from_number_id)
        query = select(*columns).where(Call.trunk_id == trunk_id, Call.ended_at >= since, Call.network_result.is_not(None))
        rows = await self._session.execute(query.order_by(Call.ended_at.desc()).limit(_LOOKED_AT))
        return [Ended(str(row[0]), row[1], f"{row[2] or ''} {row[3]}", row[4]) for row in rows]


class NumberRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def get(self, number_id: uuid.UUID, *, lock: bool = False) -> Number | None:
        query = select(Number).where(Number.workspace_id == self._workspace_id, Number.id == number_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def all(self, trunk_id: uuid.UUID | None) -> Select[Number]:
        query = select(Number).where(Number.workspace_id == self._workspace_id)
        return query if trunk_id is None else query.where(Number.trunk_id == trunk_id)

    async def known(self, e164: str) -> bool:
        query = select(Number.id).where(Number.workspace_id == self._workspace_id, Number.e164 == e164)
        return await self._session.scalar(query) is not None

    async def has_assistant(self, assistant_id: uuid.UUID) -> bool:
        query = select(Assistant.id).where(Assistant.workspace_id == self._workspace_id, Assistant.id == assistant_id)
        return await self._session.scalar(query) is not None

    async def can_reach(self, name: str) -> bool:
        """Whether calls may be put through to somebody by this name."""
        operator = select(Operator.id).where(Operator.workspace_id == self._workspace_id, Operator.name == name)
        named = Assistant.config.contains({"transfer": {"destinations": [{"name": name}]}})
        assistant = select(Assistant.id).where(Assistant.workspace_id == self._workspace_id, named)
        return await self._session.scalar(select(or_(operator.exists(), assistant.exists()))) is True

    async def in_campaign(self, number_id: uuid.UUID) -> bool:
        query = select(CampaignNumber.campaign_id).where(CampaignNumber.number_id == number_id).limit(1)
        return await self._session.scalar(query) is not None


_REACHED = (
    NetworkResult.ANSWERED,
    NetworkResult.BUSY,
    NetworkResult.NO_ANSWER,
    NetworkResult.REJECTED,
    NetworkResult.UNWANTED,
    NetworkResult.UNREACHABLE,
    NetworkResult.BLOCKED_ANALYTICS,
)
"""Results of which the callee's side had a say; the others speak of the trunk and not of the number."""


class NumberHealthRepository:
    """What the watch over caller IDs reads; over all workspaces."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, number_id: uuid.UUID) -> Number | None:
        return await self._session.get(Number, number_id, with_for_update={"key_share": True}, populate_existing=True)

    async def blocks_since(self, number_id: uuid.UUID, since: datetime) -> int:
        await self._session.flush()
        query = select(func.count()).where(Call.from_number_id == number_id, Call.network_result == NetworkResult.BLOCKED_ANALYTICS)
        return await self._session.scalar(query.where(Call.dialing_at >= since)) or 0

    async def rested(self, now: datetime) -> Sequence[Number]:
        query = select(Number).where(Number.health == "resting", Number.rests_until <= now)
        return (await self._session.scalars(query.with_for_update(key_share=True, skip_locked=True))).all()

    async def records(self, since: datetime) -> list[tuple[uuid.UUID, NumberRecord]]:
        """Per active real number with calls since then: its workspace and what the calls met; ordered by workspace."""
        answered = Call.network_result == NetworkResult.ANSWERED
        short = answered & (Call.ended_at - Call.answered_at <= SHORT_CALL)
        begin = func.greatest(since, func.coalesce(Number.rests_until, since))
        query = (
            select(Number.workspace_id, Number.id, func.count(), func.count().filter(answered), func.count().filter(short))
            .join(Call, Call.from_number_id == Number.id)
            .where(~Number.is_rehearsal, Number.health == "active", Call.network_result.in_(_REACHED), Call.dialing_at >= begin)
            .where(Call.workspace_id == Number.workspace_id, Call.created_at >= since)
            .group_by(Number.workspace_id, Number.id)
            .order_by(Number.workspace_id, Number.id)
        )
        return [(row[0], NumberRecord(*row[1:])) for row in await self._session.execute(query)]


class SyncRepository:
    """What the synchronisation reads and writes; over all workspaces."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, trunk_id: uuid.UUID) -> bool:
        """Whether this transaction may synchronise the trunk; the lock is no row's, so that the dialer never waits for LiveKit."""
        statement = text("select pg_try_advisory_xact_lock(:lock, :trunk)")
        return bool(await self._session.scalar(statement, {"lock": _SYNC_LOCK, "trunk": trunk_id.int & 0x7FFFFFFF}))

    async def trunk(self, trunk_id: uuid.UUID) -> Trunk | None:
        return await self._session.get(Trunk, trunk_id)

    async def numbers(self, trunk_id: uuid.UUID) -> Sequence[Number]:
        return (await self._session.scalars(select(Number).where(Number.trunk_id == trunk_id).order_by(Number.e164))).all()

    async def unsynced(self) -> Sequence[uuid.UUID]:
        """Also trunks that are gone, of which something is left at the carrier."""
        left = select(CarrierStep.trunk_id).where(CarrierStep.trunk_id.not_in(select(Trunk.id)))
        return (await self._session.scalars(union(select(Trunk.id).where(Trunk.sync_state != "synced"), left))).all()

    async def managed(self) -> Sequence[uuid.UUID]:
        return (await self._session.scalars(select(Trunk.id).where(Trunk.is_managed))).all()

    async def forget_all_but(self, known: Set[str]) -> Sequence[uuid.UUID]:
        """Mark synced trunks of which LiveKit does not know the trunk or a rule any more as pending; their ids."""
        lost = [trunk.id for trunk, ids in (await self._synced_ids()).items() if ids - known]
        statement = update(Trunk).where(Trunk.id.in_(lost)).values(sync_state="pending", sync_error="LiveKit did not know it any more.")
        await self._session.execute(statement)
        return lost

    async def _synced_ids(self) -> dict[Trunk, set[str]]:
        """What LiveKit should know of each synced trunk."""
        trunks = (await self._session.scalars(select(Trunk).where(Trunk.sync_state == "synced"))).all()
        rules = select(Number.trunk_id, Number.livekit_dispatch_rule_id).where(Number.livekit_dispatch_rule_id.is_not(None))
        by_trunk: dict[uuid.UUID, set[str]] = {}
        for trunk_id, rule_id in await self._session.execute(rules):
            by_trunk.setdefault(trunk_id, set()).add(str(rule_id))
        own = {t: {i for i in (t.livekit_outbound_trunk_id, t.livekit_inbound_trunk_id) if i is not None} for t in trunks}
        return {trunk: ids | by_trunk.get(trunk.id, set()) for trunk, ids in own.items()}

    async def every(self) -> Sequence[uuid.UUID]:
        return (await self._session.scalars(select(Trunk.id))).all()
