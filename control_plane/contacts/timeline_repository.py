"""SQL of a contact's timeline: one page over everything that is kept about the person, each kind along its own index."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession


def _kind(kind: str, of: str, *, at: str = "x.created_at", state: str, summary: str, details: str, **more: str) -> str:
    """The newest rows of one kind. `of`: its table as x, up to the condition that makes a row the person's."""
    links = ", ".join(f"{more.get(name, 'null::uuid')} as {name}" for name in ("call_id", "campaign_id"))
    results = ", ".join(f"{more.get(name, 'null::text')} as {name}" for name in ("network_result", "answered_by", "outcome"))
    return f"""(
        select x.id, {at} as at, '{kind}' as kind, {state} as state, {links}, {results}, {summary} as summary,
            {more.get("moods", "'{}'::text[]")} as moods, jsonb_build_object({details}) as details
        from {of} and x.workspace_id = :workspace_id and x.id < :before order by x.id desc limit :most)"""  # noqa: S608


_MOODS = "array(select mood from call_turn t where t.call_id = x.id and t.mood is not null order by t.seq limit 200)"
_KINDS = (
    _kind(
        "call",
        "call x where x.contact_id = :contact_id",
        at="coalesce(x.dialing_at, x.created_at)",
        state="x.state",
        summary="x.summary",
        moods=_MOODS,
        details="'purpose', x.purpose, 'due_at', x.due_at",
        call_id="x.id",
        **{name: f"x.{name}" for name in ("campaign_id", "network_result", "answered_by", "outcome")},
    ),
    _kind(
        "risk",
        "risk_flag x join call c on c.id = x.call_id where c.contact_id = :contact_id",
        state="x.level",
        summary="x.quote",
        details="'kind', x.kind, 'offset_s', x.offset_s",
        call_id="x.call_id",
        campaign_id="c.campaign_id",
    ),
    _kind(
        "analysis",
        "call_analysis x join call c on c.id = x.call_id where c.contact_id = :contact_id and x.is_current",
        at="x.finished_at",
        state="x.lead_status",
        summary="x.result -> 'summary' ->> 'value'",
        details="'version', x.version, 'outcome', x.result -> 'outcome', 'sentiment', x.result -> 'sentiment',"
        " 'lead_score', x.result -> 'lead_score', 'lead_reasons', x.result -> 'lead_reasons'",
        call_id="x.call_id",
        campaign_id="c.campaign_id",
    ),
    _kind(
        "follow_up",
        "follow_up x where x.contact_id = :contact_id",
        state="x.state",
        summary="x.reason",
        details="'for', x.made_for, 'priority', x.priority, 'closed_by', x.closed_by, 'closed_at', x.closed_at",
        call_id="x.call_id",
    ),
    _kind(
        "checkup",
        "schedule_run x join checkup k on k.schedule_id = x.schedule_id where k.contact_id = :contact_id",
        at="x.planned_at",
        state="x.state",
        summary="array_to_string(x.reasons, ' ')",
        details="'checkup_id', k.id, 'checkup_type', k.checkup_type, 'closed_at', x.closed_at",
    ),
    _kind(
        "escalation",
        "checkup_escalation x join checkup k on k.id = x.checkup_id where k.contact_id = :contact_id",
        state="x.state",
        summary="array_to_string(x.notes, ' ')",
        details="'checkup_id', k.id, 'run_id', x.run_id, 'acknowledged_by', x.acknowledged_by, 'closed_at', x.closed_at",
        call_id="x.call_id",
    ),
    _kind(
        "appointment",
        "appointment x where x.contact_id = :contact_id",
        state="x.status",
        summary="x.evidence",
        details="'title', x.title, 'place', x.place, 'starts_at', x.starts_at, 'time_zone', x.time_zone",
        call_id="x.status_call_id",
    ),
    _kind(
        "promise",
        "promise x where x.contact_id = :contact_id",
        state="x.state",
        summary="x.what",
        details="'owner', x.owner, 'due_at', x.due_at, 'quote', x.quote, 'overdue_at', x.overdue_at, 'closed_at', x.closed_at",
        call_id="x.call_id",
    ),
    *(
        _kind(
            shown,
            f"activity x where x.contact_id = :contact_id and x.kind = '{kind}'",
            state="x.kind",
            summary="x.what",
            details="'score', x.score",
            call_id="x.call_id",
        )
        for shown, kind in (("activity", "note"), ("lead_score", "lead_score"))
    ),
    _kind(
        "opt_out",
        "suppression x join numbers n on n.e164 = x.e164 where true",
        state="x.scope",
        summary="x.reason",
        details="'e164', x.e164, 'source', x.source, 'list_source', x.list_source",
        call_id="x.call_id",
        campaign_id="x.campaign_id",
    ),
    _kind(
        "consent",
        "consent x join numbers n on n.e164 = x.e164 where true",
        state="case when x.revoked_at is null then 'given' else 'revoked' end",
        summary="x.text",
        details="'e164', x.e164, 'purpose', x.purpose, 'basis', x.basis, 'granted_at', x.granted_at, 'revoked_at', x.revoked_at",
    ),
)
_NUMBERS = "with numbers as (select e164 from contact_phone where contact_id = :contact_id)"
# Every id is a UUIDv7, so that rows of different tables have one order: that in which they were recorded.
_TIMELINE = text(f"{_NUMBERS} {' union all '.join(_KINDS)} order by id desc limit :most")
_AFTER_ALL = uuid.UUID(int=2**128 - 1)


class TimelineRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def entries(self, contact_id: uuid.UUID, before: uuid.UUID | None, most: int) -> Sequence[RowMapping]:
        """Up to `most` entries that were recorded before the one with the id `before`, newest first."""
        given: dict[str, Any] = {"contact_id": contact_id, "workspace_id": self._workspace_id, "before": before or _AFTER_ALL}
        return (await self._session.execute(_TIMELINE, given | {"most": most})).mappings().all()
