"""How calls are counted in SQL, once for the cells and for what is read without them; and the counting of changed hours itself."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from control_plane.analytics.figures import COUNTERS, SHORT_S
from control_plane.analytics.latency_steps import FIRST_S, GROWTH, LAST
from control_plane.db.models import Call, CallAnalysis, CallBreakdown, CallChange, CallTally, CallTurn
from control_plane.db.models.analytics import HAS_TOPICS, TOPIC

CELL = ("campaign_id", "assistant_id", "trunk_id")
IS_OVER = and_(Call.dialing_at.is_not(None), Call.state.in_(("ended", "lost")))
HOUR = literal_column("date_trunc('hour', call.dialing_at, 'UTC')", DateTime(timezone=True))

_TALK = func.greatest(func.extract("epoch", Call.ended_at - Call.answered_at), 0)
_ANSWERED = Call.answered_at.is_not(None)
_TALLIED: Mapping[str, Any] = {
    "calls": func.count(),
    "answered": func.count(Call.answered_at),
    "humans": func.count().filter(_ANSWERED, Call.answered_by == "human"),
    "successes": func.count().filter(Call.outcome == "success"),
    "opt_outs": func.count().filter(Call.outcome == "do_not_call"),
    "short_calls": func.count().filter(_ANSWERED, _TALK <= SHORT_S),
    "lost": func.count().filter(Call.state == "lost"),
    "talk_ms": func.coalesce(func.sum(func.round(_TALK * 1000)), 0),
    "priced_calls": func.count(Call.cost),
    "cost": func.coalesce(func.sum(Call.cost), 0),
}


def _step(seconds: Any) -> ColumnElement[Any]:
    """The latency's step as text (analytics/latency_steps)."""
    step = func.ceil(func.ln(func.greatest(seconds, FIRST_S) / FIRST_S) / func.ln(GROWTH))
    # PostgreSQL's greatest and least pass over NULL, which here means that nobody measured.
    return case((seconds.is_not(None), cast(cast(func.least(step, LAST), Integer), Text)))


def _mood_at(end: str) -> ColumnElement[Any]:
    """The callee's first or last mood of the call."""
    turn = aliased(CallTurn)
    order = turn.seq.desc() if end == "last" else turn.seq.asc()
    query = select(turn.mood).where(turn.call_id == Call.id, turn.mood.is_not(None), turn.speaker == "callee").order_by(order).limit(1)
    return query.correlate(Call).scalar_subquery()


def _spirits(mood: ColumnElement[Any]) -> ColumnElement[Any]:
    """Sad and stressed are equally far from happy."""
    return case((mood == "happy", 1), (mood == "neutral", 0), else_=-1)


def _mood_change() -> ColumnElement[Any]:
    first, last = _mood_at("first"), _mood_at("last")
    change = func.sign(_spirits(last) - _spirits(first))
    return case((first.is_(None), None), (change > 0, "better"), (change < 0, "worse"), else_="same")


_LONGEST_TOPIC = 60
"""Characters. What is longer is a sentence about somebody and no topic; it stands with its call."""


def _topics() -> Select[Any]:
    """What the current analysis of a call has found it to be about: each topic once, however it is written."""
    found = func.jsonb_array_elements(CallAnalysis.result["topics"]).table_valued(column("value", JSONB)).lateral("found")
    topic = func.lower(func.btrim(found.c.value["value"].astext))
    query = select(topic.label("value")).select_from(CallAnalysis).join(found, true())
    query = query.where(CallAnalysis.call_id == Call.id, CallAnalysis.is_current, func.length(topic).between(1, _LONGEST_TOPIC))
    return query.distinct().correlate(Call)


_OF_CALL: Mapping[str, Any] = {
    "network_result": Call.network_result,
    "answered_by": Call.answered_by,
    "outcome": Call.outcome,
    "outcome_label": Call.outcome_label,
    "end_cause": Call.end_cause,
    "first_audio": _step(Call.first_audio_after_due_s),
    "last_mood": case((_ANSWERED, _mood_at("last"))),
    "mood_change": case((_ANSWERED, _mood_change())),
    HAS_TOPICS: case((_topics().exists(), "yes")),
}
_OF_TURN: Mapping[str, Any] = {
    "mood": case((CallTurn.speaker == "callee", CallTurn.mood)),
    "response": _step(CallTurn.latency["e2e_latency"].as_float()),
    "model": _step(CallTurn.latency["llm_node_ttft"].as_float()),
    "speech": _step(CallTurn.latency["tts_node_ttfb"].as_float()),
}
KINDS = (*_OF_CALL, *_OF_TURN, TOPIC)


def tallies(*of_calls: ColumnElement[bool], names: Iterable[str] = COUNTERS) -> Select[*tuple[Any, ...]]:
    """Counters of the calls by workspace, hour, cell and currency."""
    facts = [Call.workspace_id, HOUR.label("hour"), *(getattr(Call, name) for name in CELL), Call.currency]
    return select(*facts, *(_TALLIED[name].label(name) for name in names)).where(IS_OVER, *of_calls).group_by(*facts)


def values_of(kind: str, *of_calls: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """How often each value of a kind occurs in the calls, by workspace, hour and cell."""
    each = _with_value(kind).where(IS_OVER, *of_calls).subquery()
    columns = [each.c[name] for name in ("workspace_id", "hour", *CELL)]
    known = select(*columns, literal(kind, Text).label("kind"), each.c.value, func.count().label("count"))
    return known.where(each.c.value.is_not(None)).group_by(*columns, each.c.value)


def _with_value(kind: str) -> Select[*tuple[Any, ...]]:
    """A row for each value of a kind that a call has; for those without one some of them have a row without a value."""
    facts = select(Call.workspace_id, HOUR.label("hour"), *(getattr(Call, name) for name in CELL))
    if kind == TOPIC:
        topics = _topics().lateral("topics")
        return facts.add_columns(topics.c.value).join(topics, true())
    if kind in _OF_CALL:
        return facts.add_columns(_OF_CALL[kind].label("value"))
    return facts.add_columns(_OF_TURN[kind].label("value")).join(CallTurn, CallTurn.call_id == Call.id)


class CountingRepository:
    """Needs a transaction with one view of the data from begin to end (REPEATABLE READ)."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def changed(self, limit: int) -> Sequence[tuple[uuid.UUID, datetime]]:
        """Hours to be counted again, the latest first."""
        query = select(CallChange.workspace_id, CallChange.hour).distinct().order_by(CallChange.hour.desc()).limit(limit)
        return [(row.workspace_id, row.hour) for row in await self._session.execute(query)]

    async def count(self, workspace_id: uuid.UUID, hour: datetime) -> bool:
        """Put new cells in the place of the hour's old ones. False when nothing has changed.

        Whoever ends a call meanwhile leaves a note that this transaction does not see, so the hour is counted again. Two that count the
        same hour delete the same notes, which PostgreSQL refuses the later one.
        """
        noted = delete(CallChange).where(CallChange.workspace_id == workspace_id, CallChange.hour == hour).returning(CallChange.id)
        if not (await self._session.scalars(noted)).all():
            return False
        for cell in (CallTally, CallBreakdown):
            await self._session.execute(delete(cell).where(cell.workspace_id == workspace_id, cell.hour == hour))
        mine = (Call.workspace_id == workspace_id, Call.dialing_at >= hour, Call.dialing_at < hour + timedelta(hours=1))
        names = ["workspace_id", "hour", *CELL, "currency", *COUNTERS]
        await self._session.execute(insert(CallTally).from_select(names, tallies(*mine)))
        names = ["workspace_id", "hour", *CELL, "kind", "value", "count"]
        broken_down = union_all(*(values_of(kind, *mine) for kind in KINDS))
        await self._session.execute(insert(CallBreakdown).from_select(names, broken_down))
        return True
