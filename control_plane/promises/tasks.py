"""Background work of promises: callbacks are made and recognised, and what nobody has kept in time is told."""

import uuid
from contextlib import AbstractAsyncContextManager
from typing import Any

from structlog import get_logger

from control_plane.calls.schemas import NewCall
from control_plane.calls.service import CallService
from control_plane.db.models import Call, Promise
from control_plane.db.one_by_one import one_by_one
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.errors import CallwrightError, Conflict, Unavailable
from control_plane.kit import metrics
from control_plane.promises.repository import PromiseWork
from control_plane.webhooks.events import Happening, emit_all

log = get_logger(__name__)
AT_ONCE = 100
"""Rows of each kind in one run; the next comes in seconds."""
_CARRIED_OVER = ("agenda", "custom_prompt", "user_id")


async def keep_promises(ctx: dict[str, Any]) -> None:
    """Recognise callbacks that were made, make those that are due, tell of what is overdue."""
    async with _unit(ctx) as unit:
        await PromiseWork(unit.session).keep_called_back(unit.now, AT_ONCE)
    async with _unit(ctx) as unit:
        due = await PromiseWork(unit.session).to_call_back(unit.now, AT_ONCE)
    await one_by_one(ctx, call_back, [(promise_id,) for promise_id in due])
    async with _unit(ctx) as unit:
        await tell_overdue(unit)


async def call_back(unit: Unit, promise_id: uuid.UUID) -> None:
    """The call that keeps a promise of a single call, once; or why there is none, which the ledger shows and the alert follows."""
    taken = await PromiseWork(unit.session).take(promise_id)
    if taken is None:
        return
    promise, made = taken
    try:
        promise.next_call_id = (await _call(unit, promise, made)).id
    except (Conflict, Unavailable) as error:
        # A person or a task may mend it; after the grace the alert is told, and a later call is as late as it can be.
        log.info("callback_has_to_wait", promise_id=str(promise.id), code=error.code)
    except CallwrightError as error:
        promise.note = error.detail


async def tell_overdue(unit: Unit) -> None:
    late = await PromiseWork(unit.session).overdue(unit.now, AT_ONCE)
    for promise in late:
        promise.overdue_at = unit.now
    await unit.session.flush()
    unit.once_committed(lambda: metrics.PROMISES_OVERDUE.inc(len(late)))
    await emit_all(unit, "promise.overdue", [_told(promise) for promise in late])


async def _call(unit: Unit, promise: Promise, made: Call) -> Call:
    request = made.request
    asked = NewCall(
        assistant_id=made.assistant_id,
        to=made.to_e164,
        contact_id=made.contact_id,
        variables=request.get("variables") or {},
        metadata=(request.get("metadata") or {}) | {"promise_id": str(promise.id)},
        **{name: request[name] for name in _CARRIED_OVER if request.get(name)},
    )
    return await CallService(unit, promise.workspace_id).create(asked, outcome_labels=request.get("outcome_labels") or ())


def _told(promise: Promise) -> Happening:
    data = {"promise_id": promise.id, "contact_id": promise.contact_id, "owner": promise.owner, "is_callback": promise.is_callback}
    data |= {"due_at": promise.due_at, "made_in_call_id": promise.call_id, "url": f"/api/v1/promises/{promise.id}"}
    return Happening(promise.workspace_id, data, call_id=promise.call_id)


def _unit(ctx: dict[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
