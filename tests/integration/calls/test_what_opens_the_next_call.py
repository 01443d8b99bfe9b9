"""What was said in one call is what the next one begins with: nobody but the platform writes summary and moods."""

from control_plane.analysis.tasks import analyze_calls
from control_plane.kit.clock import SettableClock, SystemClock
from sip_config.codec import decode
from sip_config.contract import CallOrder, Outcome, Speaker, Turn
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import CALLEE, Stage, checked

OPENING = "Hello {contact_name|there}. Since our last conversation on {last_call|}, how are you?"
TURNS = (
    Turn(0, Speaker.AGENT, "Would you like to book the visit on Friday?", 0.0, 3.0),
    Turn(1, Speaker.CALLEE, "Yes, please. How much does it cost?", 4.0, 7.0, mood="happy"),
)


async def test_the_greeting_and_the_memory_of_a_call_come_from_what_was_found_in_the_one_before(stage: Stage) -> None:
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"first_message": OPENING}), 200)
    checked(await stage.api.manager.post(f"/assistants/{stage.assistant_id}/publish"), 201)
    ada = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}], "time_zone": "Europe/Berlin"})
    call, agent = await stage.in_progress(contact_id=ada["id"])
    await agent.reports(outcome=Outcome.UNKNOWN, turns=TURNS)
    clock = SettableClock(SystemClock().now())
    await analyze_calls({"sessions": stage.api.sessions, "queue": stage.api.queue, "clock": clock})
    summary = (await stage.get(f"/calls/{call['id']}"))["summary"]
    _, agent = await stage.dispatched(contact_id=ada["id"])
    answer = await agent.client.get("/order", params={"generation": agent.ticket.generation}, headers={VERSION_HEADER: "2"})
    order = decode(CallOrder, checked(answer, 200) and answer.content)
    assert summary
    assert (order.memory.last_summary, [line.rpartition(" ")[2] for line in order.memory.moods]) == (summary, ["happy"])
    assert order.memory.last_call
    assert order.memory.last_call in order.opening_line
