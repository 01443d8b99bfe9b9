"""Follow-ups as people and agents make them, and as operators close them. Their calls are made in `placing`."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from control_plane.audit.service import record
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import Call, FollowUp, FollowUpStep
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.follow_up import OPTED_OUT, STEPS, WITHHELD
from control_plane.followups.repository import FollowUpRepository
from control_plane.followups.schemas import FollowUpIn, FollowUpOut
from control_plane.kit import metrics
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.webhooks.events import emit

KEEP = "keep_follow_ups"
"""The task that makes what is due; its cron finds what a lost nudge left."""
_TAKEN_OVER = "A newer follow-up of the same person takes its place."


class FollowUpService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = FollowUpRepository(unit.session, workspace_id)

    async def create(self, data: FollowUpIn) -> FollowUpOut:
        """Raises `NotFound` for a foreign contact or assistant, `Refused` for an assistant that is switched off."""
        if not await self._rows.has_contact(data.contact_id):
            raise NotFound.of("contact")
        if data.assistant_id is not None:
            await LookupRepository(self._unit.session, self._workspace_id).active_assistant(data.assistant_id)
        elif data.made_for == "call":
            raise Invalid.field("assistant_id", "Say which assistant calls, or that the follow-up is for an operator.")
        steps = [timedelta(seconds=step.after_s) for step in data.steps]
        row = self._new(data.reason, steps if data.made_for == "call" else [], priority=data.priority, made_for=data.made_for)
        row.contact_id, row.assistant_id, row.agenda = data.contact_id, data.assistant_id, data.agenda
        return FollowUpOut.of(await self._add(row))

    async def from_call(self, call: Call, reason: str) -> FollowUp:
        """The protocol after a call in which a crisis was flagged; whoever withheld their number is an operator's from the beginning."""
        can_call = call.contact_id is not None or call.to_e164 != ""
        row = self._new(reason, STEPS) if can_call else self._new(reason, [], made_for="operator")
        row.handed_over_because = "" if can_call else WITHHELD
        row.contact_id, row.assistant_id, row.call_id = call.contact_id, call.assistant_id, call.id
        row.to_e164 = "" if call.contact_id else call.to_e164
        return await self._add(row)

    async def get(self, follow_up_id: uuid.UUID) -> FollowUpOut:
        return FollowUpOut.of(await self._find(follow_up_id))

    async def listing(
        self, limit: int, cursor: str | None, *, contact_id: uuid.UUID | None, state: str | None, made_for: str | None
    ) -> Page[FollowUpOut]:
        query = self._rows.listing(contact_id=contact_id, state=state, made_for=made_for)
        return await page_of(self._unit.session, query, FollowUp.id, FollowUpOut.of, limit=limit, cursor=cursor)

    async def close(self, follow_up_id: uuid.UUID, reason: str) -> FollowUpOut:
        """A person has looked after them. A call that nobody has answered yet is given up; one that is being held goes on."""
        row = await self._find(follow_up_id, lock=True)
        if row.state == "closed":
            raise Conflict("This follow-up is closed already.", code="follow_up_closed")
        close(self._unit, row, "operator", reason)
        await self._unit.session.flush()
        return FollowUpOut.of(row)

    def _new(self, reason: str, steps: Sequence[timedelta], *, priority: str = "crisis", made_for: str = "call") -> FollowUp:
        now, workspace_id = self._unit.now, self._workspace_id
        rows = [
            FollowUpStep(
                id=new_id(), workspace_id=workspace_id, place=place, after_s=int(after.total_seconds()), due_at=now + after, state="waiting"
            )
            for place, after in enumerate(sorted(steps), start=1)
        ]
        given = {"reason": reason, "priority": priority, "made_for": made_for, "state": "open", "steps": rows}
        times = {"created_at": now, "updated_at": now}
        return FollowUp(id=new_id(), workspace_id=workspace_id, agenda="", to_e164="", **given, **times)

    async def _add(self, row: FollowUp) -> FollowUp:
        """Keep it and tell of it; for somebody who has opted out it is an operator's from the beginning."""
        await self._rows.add(row)
        if row.made_for == "call":
            if await self._rows.has_opted_out(row.id):
                _give_to_operator(row, OPTED_OUT)
            for older in await self._rows.others_by_calls(row):
                close(self._unit, older, "protocol", _TAKEN_OVER)
            await self._unit.session.flush()
        record(self._unit, self._workspace_id, "follow_up.created", "follow_up", row.id, None, _trail(row))
        await tell(self._unit, row, "followup.created")
        self._unit.nudges.add(KEEP)
        return row

    async def _find(self, follow_up_id: uuid.UUID, *, lock: bool = False) -> FollowUp:
        row = await self._rows.find(follow_up_id, lock=lock)
        if row is None:
            raise NotFound.of("follow up")
        return row


async def hand_over(unit: Unit, row: FollowUp, because: str) -> None:
    """Calls cannot help: from now on it is an operator's, who is told. The caller has locked the row."""
    before = _trail(row)
    _give_to_operator(row, because)
    unit.once_committed(metrics.FOLLOW_UPS.labels("handed_over").inc)
    record(unit, row.workspace_id, "follow_up.handed_over", "follow_up", row.id, before, _trail(row))
    await unit.session.flush()
    await tell(unit, row, "followup.handed_over")


def close(unit: Unit, row: FollowUp, by: str, reason: str) -> None:
    """`by`: operator or protocol. The caller has locked the row."""
    before = _trail(row)
    row.state, row.closed_at, row.closed_by, row.closed_reason = "closed", unit.now, by, reason
    unit.once_committed(metrics.FOLLOW_UPS.labels(by).inc)
    _drop_waiting(row)
    record(unit, row.workspace_id, "follow_up.closed", "follow_up", row.id, before, _trail(row))
    unit.nudges.add(KEEP)


async def tell(unit: Unit, row: FollowUp, event_type: str) -> None:
    data = {"follow_up_id": row.id, "contact_id": row.contact_id, "flagged_call_id": row.call_id, "state": row.state}
    data |= {"for": row.made_for, "priority": row.priority, "url": f"/api/v1/follow-ups/{row.id}"}
    await emit(unit, row.workspace_id, event_type, data, assistant_id=row.assistant_id, call_id=row.call_id)


def _give_to_operator(row: FollowUp, because: str) -> None:
    row.made_for, row.handed_over_because = "operator", because
    _drop_waiting(row)


def _drop_waiting(row: FollowUp) -> None:
    for step in row.steps:
        if step.state == "waiting":
            step.state = "dropped"


def _trail(row: FollowUp) -> dict[str, Any]:
    return {"for": row.made_for, "state": row.state, "priority": row.priority, "closed_by": row.closed_by, "steps": len(row.steps)}
