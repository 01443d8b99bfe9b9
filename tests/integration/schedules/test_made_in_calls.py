"""A callee asks to be called again: the plan is read back, and stored once on a yes."""

from typing import Any

from tests.integration.calls.conftest import CALLEE, Agent, Stage, checked, settings, stage

__all__ = ["settings", "stage"]


async def asked(agent: Agent, words: str = "", yes: str = "", status: int = 200) -> Any:
    return checked(await agent.client.post("/schedules", json={"words": words, "about": "How she sleeps.", "yes": yes}), status)


async def schedules(stage: Stage) -> list[Any]:
    return (await stage.get("/schedules"))["items"]


async def test_a_plan_is_read_back_and_stored_once_on_a_yes(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    plan = await asked(agent, "every Monday at 2 PM Berlin time")
    assert plan == {"read_back": "every Monday at 2:00 PM, Europe/Berlin time"}
    assert await schedules(stage) == []
    for _ in range(2):
        assert await asked(agent, yes="Yes please.") == plan
    (made,) = await schedules(stage)
    assert (made["cron"], made["time_zone"], made["phone_number"], made["agenda"]) == (
        "0 14 * * 1",
        "Europe/Berlin",
        CALLEE,
        "How she sleeps.",
    )
    assert (made["assistant_id"], made["metadata"]) == (stage.assistant_id, {"made_in_call_id": call["id"]})


async def test_without_a_zone_it_is_the_callees_clock(stage: Stage) -> None:
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}], "time_zone": "Asia/Kathmandu"})
    _, agent = await stage.in_progress(contact_id=contact["id"])
    assert (await asked(agent, "every day at noon"))["read_back"] == "every day at noon, Asia/Kathmandu time"
    await asked(agent, yes="Yes.")
    (made,) = await schedules(stage)
    assert (made["contact_id"], made["phone_number"]) == (contact["id"], None)


async def test_what_is_not_clear_is_asked_and_what_was_not_read_back_is_not_stored(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    assert await asked(agent, "every Monday at 2") == {"question": "Do you mean 2:00 AM or 2:00 PM?"}
    assert (await asked(agent, yes="Yes.", status=409))["code"] == "nothing_proposed"
    assert await schedules(stage) == []


async def test_a_newer_proposal_takes_the_place_of_the_former_and_there_are_not_too_many(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    await asked(agent, "every Monday at 2 PM")
    for hour in (3, 4, 5):
        await asked(agent, f"every Monday at {hour} PM")
        await asked(agent, yes="Yes.")
    await asked(agent, "every Monday at 6 PM")
    assert (await asked(agent, yes="Yes.", status=409))["code"] == "too_many_schedules"
    assert sorted(each["cron"] for each in await schedules(stage)) == ["0 15 * * 1", "0 16 * * 1", "0 17 * * 1"]


async def test_another_ticket_plans_nothing(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    stranger = Agent(stage.api.client("not-the-ticket", f"/internal/calls/{call['id']}"), call["id"], stage.agent_of(call).ticket)
    assert (await asked(stranger, "every Monday at 2 PM", status=409))["code"] == "superseded"
