"""SQL of the ledger."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, any_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from control_plane.calls.leases import REPORTED_WITHIN
from control_plane.db.driver import rows_of, sent
from control_plane.db.models import (
    AgentWorker,
    AssistantVersion,
    Call,
    CallEventRecord,
    CallTurn,
    Campaign,
    Contact,
    Enrollment,
    GateVerdict,
    Trunk,
    Workspace,
)
from control_plane.db.rows import Rows, as_json, insert_of
from control_plane.domain.call_state import BEFORE_DIAL, LIVE, CallState
from control_plane.kit.ids import new_id
from sip_config.contract import CallPurpose

NOT_STORED = "[not stored]"
"""Stands where words were that must not be kept, as the agent writes it too."""
# Written once: these are asked at every step of every call.
_NOW = sent("select clock_timestamp()")
_ADD_EVENT = sent(
    """
    insert into call_event (id, workspace_id, call_id, source, source_event_id, kind, at, data, effect)
    values (:id, :workspace_id, :call_id, :source, :source_event_id, :kind, :at, cast(:data as jsonb), :effect)
    on conflict do nothing returning id
    """
)
ADD_VERDICTS = insert_of(GateVerdict, "id workspace_id enrollment_id call_id stage decision reasons inputs pack decided_at", "verdicts")
_ADD_VERDICTS = sent(ADD_VERDICTS)
_AROUND = (
    select(Workspace, Campaign, Contact)
    .select_from(Workspace)
    .join(Campaign, Campaign.id == bindparam("campaign"))
    .join(Contact, Contact.id == bindparam("contact"))
    .where(Workspace.id == bindparam("workspace"))
    .options(joinedload(Contact.phones))
)
_CALLS = Rows(Call)
_OF_WORKSPACE = select(Call).where(Call.id == bindparam("call_id"), Call.workspace_id == bindparam("workspace_id"))


async def database_now(session: AsyncSession) -> datetime:
    """The database's clock, which all processes share; it moves on within a transaction."""
    ((now,),) = await rows_of(session, _NOW, {})
    return now


class CallRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, call_id: uuid.UUID) -> Call | None:
        """The call, with its row locked for this transaction."""
        return await _CALLS.lock(self._session, call_id)

    async def save(self, call: Call) -> None:
        """Write what was changed in the call."""
        await _CALLS.write(self._session, call)

    async def find(self, workspace_id: uuid.UUID, call_id: uuid.UUID) -> Call | None:
        return await self._session.scalar(_OF_WORKSPACE, {"workspace_id": workspace_id, "call_id": call_id})

    async def of_room(self, room: str) -> Call | None:
        """The call that came in by this room."""
        return await self._session.scalar(select(Call).where(Call.room == room))

    def listing(
        self, workspace_id: uuid.UUID, *, since: datetime | None = None, until: datetime | None = None, **filters: Any
    ) -> Select[Any]:
        """Calls of a workspace, made from `since` on and before `until`; filters are column names, None is no filter."""
        query = select(Call).where(Call.workspace_id == workspace_id)
        if since is not None:
            query = query.where(Call.created_at >= since)
        if until is not None:
            query = query.where(Call.created_at < until)
        if (direction := filters.pop("direction", None)) is not None:
            query = query.where((Call.purpose == CallPurpose.INBOUND) == (direction == "inbound"))
        for name, value in filters.items():
            if value is not None:
                query = query.where(getattr(Call, name) == value)
        return query

    async def waiting_of_run(self, run_id: uuid.UUID) -> Call | None:
        """The call of a schedule's run that has not been dialled yet."""
        return await self._session.scalar(select(Call).where(Call.schedule_run_id == run_id, Call.state.in_(BEFORE_DIAL)))

    async def lost_of_run(self, run_id: uuid.UUID) -> Sequence[Call]:
        """The run's own calls of which nobody could say what became, as they are now."""
        query = select(Call).where(Call.schedule_run_id == run_id, Call.state == CallState.LOST).order_by(Call.attempt)
        return (await self._session.scalars(query.execution_options(populate_existing=True))).all()

    async def live(self, workspace_id: uuid.UUID) -> Sequence[Call]:
        query = select(Call).where(Call.workspace_id == workspace_id, Call.state.in_(LIVE), Call.claimed_at.is_not(None))
        return (await self._session.scalars(query.order_by(Call.id.desc()))).all()

    async def add_event(
        self, call: Call, *, source: str, event_id: str, kind: str, at: datetime, data: dict[str, Any], effect: str
    ) -> bool:
        """Append one fact. False when this source has said it before."""
        row = {
            "id": new_id(),
            "workspace_id": call.workspace_id,
            "call_id": call.id,
            "source": source,
            "source_event_id": event_id,
            "kind": kind,
            "at": at,
            "data": json.dumps(data),
            "effect": effect,
        }
        # What was folded into the call is written once, with all that follows from it, and not for the sake of this.
        with self._session.no_autoflush:
            return bool(await rows_of(self._session, _ADD_EVENT, row))

    async def events(self, call_id: uuid.UUID) -> Sequence[CallEventRecord]:
        query = select(CallEventRecord).where(CallEventRecord.call_id == call_id).order_by(CallEventRecord.recorded_at, CallEventRecord.id)
        return (await self._session.scalars(query)).all()

    async def last_event(self, call_id: uuid.UUID, *kinds: str) -> CallEventRecord | None:
        query = select(CallEventRecord).where(CallEventRecord.call_id == call_id, CallEventRecord.kind.in_(kinds))
        return await self._session.scalar(query.order_by(CallEventRecord.recorded_at.desc()).limit(1))

    async def releases_in_a_row(self, enrollment_id: uuid.UUID) -> int:
        """How many of the enrollment's latest calls were put back without a dial; at most ten are counted."""
        query = select(Call.state).where(Call.enrollment_id == enrollment_id).order_by(Call.id.desc()).limit(10)
        states = (await self._session.scalars(query)).all()
        return next((i for i, state in enumerate(states) if state != "released"), len(states))

    async def put_turn(self, call: Call, turn: dict[str, Any]) -> None:
        """Store one utterance; a later version of the same one replaces it."""
        row = {"workspace_id": call.workspace_id, "call_id": call.id, **turn}
        statement = insert(CallTurn).values(row)
        changed = {name: statement.excluded[name] for name in turn if name != "seq"}
        await self._session.execute(statement.on_conflict_do_update(index_elements=["call_id", "seq"], set_=changed))

    async def turns(self, call_id: uuid.UUID) -> Sequence[CallTurn]:
        return (await self._session.scalars(select(CallTurn).where(CallTurn.call_id == call_id).order_by(CallTurn.seq))).all()

    async def add_verdict(self, verdict: Mapping[str, Any]) -> None:
        """Keep a verdict, given as its columns."""
        with self._session.no_autoflush:
            await rows_of(self._session, _ADD_VERDICTS, {"verdicts": as_json([verdict])})

    async def verdict(self, verdict_id: uuid.UUID) -> GateVerdict | None:
        return await self._session.get(GateVerdict, verdict_id)

    async def verdicts(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, GateVerdict]:
        found = await self._session.scalars(select(GateVerdict).where(GateVerdict.id.in_(ids))) if ids else ()
        return {verdict.id: verdict for verdict in found}

    async def around(self, enrollment: Enrollment) -> tuple[Workspace, Campaign, Contact]:
        """What the end of a campaign's call is judged by, in one statement."""
        given = {"workspace": enrollment.workspace_id, "campaign": enrollment.campaign_id, "contact": enrollment.contact_id}
        # What the end has changed in the call is written once, with all that follows from it.
        with self._session.no_autoflush:
            workspace, campaign, contact = (await self._session.execute(_AROUND, given)).unique().one()
        return workspace, campaign, contact

    async def order_parts(self, call: Call) -> tuple[AssistantVersion, Workspace, Trunk, Campaign | None, Contact | None]:
        """What the agent's order is written from."""
        version = await self._session.get_one(AssistantVersion, call.assistant_version_id)
        workspace, trunk = await self._session.get_one(Workspace, call.workspace_id), await self._session.get_one(Trunk, call.trunk_id)
        campaign = await self._session.get(Campaign, call.campaign_id) if call.campaign_id else None
        contact = await self._session.get(Contact, call.contact_id) if call.contact_id else None
        return version, workspace, trunk, campaign, contact

    async def forget_words(self, call_id: uuid.UUID) -> None:
        """The callee does not want to be recorded: what was said goes from transcript and events; that something was said stays."""
        await self._session.execute(update(CallTurn).where(CallTurn.call_id == call_id).values(text=NOT_STORED, mood=None))
        of_call = update(CallEventRecord).where(CallEventRecord.call_id == call_id).execution_options(synchronize_session=False)
        await self._session.execute(
            of_call.where(CallEventRecord.kind == "turn").values(data=CallEventRecord.data.op("-")("text").op("-")("mood"))
        )
        tools = of_call.where(CallEventRecord.kind == "tool_called")
        await self._session.execute(tools.values(data=CallEventRecord.data.op("-")("arguments").op("-")("result")))
        noted = of_call.where(CallEventRecord.kind == "booking_proposed")
        await self._session.execute(noted.values(data=CallEventRecord.data.op("-")("note")))

    async def put_heartbeat(self, row: dict[str, Any]) -> bool:
        """Store what a worker says. True when its calls or its willingness changed."""
        before = await self._session.get(AgentWorker, row["id"])
        changed = before is None or any(getattr(before, name) != row[name] for name in ("calls", "draining", "registered", "slots"))
        statement = insert(AgentWorker).values(row)
        await self._session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
        return changed

    async def is_a_job(self, call_id: uuid.UUID, since: datetime) -> bool:
        """Whether an agent worker that was heard since then says that it is at this call."""
        jobs = select(AgentWorker.id).where(AgentWorker.heartbeat_at > since, literal(str(call_id)) == any_(AgentWorker.calls))
        return await self._session.scalar(jobs.limit(1)) is not None

    async def extend_leases(self, call_ids: list[uuid.UUID], until: datetime) -> None:
        """An agent that says it is in these calls is believed (design: the agent that still talks)."""
        await self._session.execute(
            update(Call)
            .where(Call.id.in_(call_ids), Call.state.in_(("in_progress", "wrapping")), Call.lease_until < until)
            # Never past the call's own limit, nor long after its talk: a job that hangs must not keep its call alive for ever. Where there
            # is no limit any more, since somebody has seen the phone leave, or the talk goes on, PostgreSQL passes over what is null.
            .values(lease_until=func.least(until, Call.reserved_until, Call.ended_at + REPORTED_WITHIN))
        )
