"""A missed check-up on the calls' own stage: dialled, not answered, and acknowledged by the agent of the call to a safety contact."""

import asyncio
from typing import Any
from uuid import UUID

from control_plane.checkups.tasks import keep_checkups
from control_plane.dialer import place
from control_plane.kit.clock import SystemClock
from control_plane.schedules.tasks import follow_runs
from control_plane.telephony.port import Refused
from sip_config.codec import decode
from sip_config.contract import CONTRACT_VERSION, CallOrder, CallPurpose, EventKind
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import Agent, Stage, checked


async def _person(stage: Stage, name: str, e164: str) -> str:
    return (await stage.post("/contacts", {"name": name, "phones": [{"e164": e164}]}))["id"]


async def _ready(stage: Stage) -> tuple[Any, Agent]:
    """The one call that waits, claimed, with its agent; its phone may ring."""
    assert await stage.tick() == 1
    (row,) = [row for row in await stage.rows() if row.state == "queued"]
    call = {"id": str(row.id)}
    await place.dispatch(stage.dialer, row.id)
    agent = stage.agent_of(call)
    await agent.says(EventKind.READY)
    return call, agent


async def test_the_agent_of_the_call_to_a_safety_contact_acknowledges(stage: Stage) -> None:
    ada, bea = await _person(stage, "Ada", "+12025550101"), await _person(stage, "Bea", "+12025550102")
    network = [{"contact_id": bea, "consent": "Agreed on the phone."}]
    made = {"contact_id": ada, "assistant_id": stage.assistant_id, "safety_contacts": network, "tries": 1}
    checkup = await stage.post("/checkups", made)
    ctx = {"sessions": stage.api.sessions, "queue": stage.api.queue, "clock": SystemClock()}
    answer = await stage.api.manager.post(f"/schedules/{checkup['schedule_id']}/run-now")
    assert answer.status_code in (200, 201, 202), answer.text
    call, _ = await _ready(stage)
    await _is_refused(stage, call)
    await follow_runs(ctx)
    await keep_checkups(ctx)

    escalation, agent = await _ready(stage)
    answer = await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)})
    order = decode(CallOrder, answer.content)
    assert (order.to, order.contact_name, order.purpose) == ("+12025550102", "Bea", CallPurpose.ESCALATION)
    assert order.outcome_labels[0] == "acknowledged"
    assert "Ada could not be reached" in order.agenda
    await agent.says(EventKind.OUTCOME_SET, label="acknowledged", note="pressed 1")
    await stage.change(escalation, state="ended", holds_number=False, holds_slot=False)
    await keep_checkups(ctx)
    shown = checked(await stage.api.viewer.get(f"/checkups/{checkup['id']}"), 200)
    assert (shown["last_escalation"]["state"], shown["last_escalation"]["acknowledged_by"]) == ("acknowledged", bea)
    assert [str(row.contact_id) for row in await stage.rows()] == [ada, bea]


async def _is_refused(stage: Stage, call: Any) -> None:
    stage.telephony.has_dialled.clear()
    stage.dials.append(asyncio.create_task(place.place(stage.dialer, UUID(call["id"]))))
    async with asyncio.timeout(60):
        await stage.telephony.has_dialled.wait()
    await stage.network_says(call, Refused(486, "Busy Here", ""))
