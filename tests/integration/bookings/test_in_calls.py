"""A callee books a time: it is read back in the language of the call, and booked once on a yes."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sip_config.contract import CONTRACT_VERSION, EventKind
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import CALLEE, Agent, Stage, checked

NEW_YORK = ZoneInfo("America/New_York")
ALWAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "09:00", "end": "17:00"}]
TOOLS = ["end_call", "check_availability", "book_appointment"]


async def calendar(stage: Stage, **fields: Any) -> Any:
    usual = {"name": "Homes", "title": "Tour", "place": "12 Main Street", "time_zone": "America/New_York", "weekly": ALWAYS, "slot_s": 3600}
    return await stage.post("/calendars", usual | fields)


async def in_call(stage: Stage, *calendars: Any, **fields: Any) -> tuple[Any, Agent]:
    """In progress, by an assistant that books in the calendars."""
    ids = [each["id"] for each in calendars]
    config = {"tools": TOOLS, "calendar_ids": ids}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=config), 200)
    await stage.post(f"/assistants/{stage.assistant_id}/publish", None)
    return await stage.in_progress(**fields)


async def asked(agent: Agent, status: int = 200, **said: str) -> Any:
    return checked(await agent.client.post("/bookings", json={"calendar": "Homes"} | said), status)


async def bookings(stage: Stage) -> list[Any]:
    return (await stage.get("/bookings"))["items"]


def at(stage: Stage, days: int, hour: int) -> str:
    """A local time that days from now there is a slot at."""
    day = stage.api.clock.now().astimezone(NEW_YORK) + timedelta(days=days)
    return f"{day:%Y-%m-%d}T{hour:02d}:00"


async def test_a_time_is_read_back_and_booked_once_for_the_callee_with_an_appointment(stage: Stage) -> None:
    contact = await stage.post("/contacts", {"name": "Ada Lee", "phones": [{"e164": CALLEE}]})
    call, agent = await in_call(stage, await calendar(stage), contact_id=contact["id"])
    ten = at(stage, 3, 10)
    told = await asked(agent, at=ten, note="Two of us.")
    assert told["read_back"].startswith("Tour, 12 Main Street: ")
    assert told["read_back"].endswith("at 10:00 AM, America/New_York time")
    assert await bookings(stage) == []
    for _ in range(2):
        assert await asked(agent, yes="Yes please.") == told
    (made,) = await bookings(stage)
    assert (made["contact_id"], made["name"], made["call_id"], made["note"]) == (contact["id"], "Ada Lee", call["id"], "Two of us.")
    assert datetime.fromisoformat(made["starts_at"]) == datetime.fromisoformat(ten).replace(tzinfo=NEW_YORK)
    kept = await stage.get(f"/appointments/{made['appointment_id']}")
    assert (kept["assistant_id"], kept["title"]) == (stage.assistant_id, "Tour")


async def test_the_agent_is_told_of_its_own_calendars_and_what_is_free_in_them(stage: Stage) -> None:
    mine = await calendar(stage)
    await calendar(stage, name="Office")
    _, agent = await in_call(stage, mine)
    order = checked(await agent.client.get("/order", headers={VERSION_HEADER: str(CONTRACT_VERSION)}), 200)
    assert [each["name"] for each in order["calendars"]] == ["Homes"]
    free = (await asked(agent, after=at(stage, 3, 11)))["free"]
    assert free[0].startswith(at(stage, 3, 11))
    assert (len(free), "11:00 AM" in free[0]) == (12, True)
    assert (await asked(agent, 404, calendar="Office"))["code"] == "calendar_not_found"
    assert (await asked(agent, 404, calendar="Office", at=at(stage, 3, 10)))["code"] == "calendar_not_found"


@pytest.mark.parametrize("language", ["de-AT", "hi"])
async def test_what_is_read_back_is_in_the_language_of_the_call(stage: Stage, language: str) -> None:
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}], "language": language})
    _, agent = await in_call(stage, await calendar(stage), contact_id=contact["id"])
    told = (await asked(agent, at=at(stage, 3, 10)))["read_back"]
    assert told.endswith({"de-AT": "10:00 Uhr, Zeitzone America/New_York", "hi": "America/New_York का समय"}[language])


async def test_what_is_not_free_is_asked_about_with_what_is(stage: Stage) -> None:
    made = await calendar(stage)
    _, agent = await in_call(stage, made)
    ten = at(stage, 3, 10)
    await asked(agent, at=ten)
    wanted = datetime.fromisoformat(ten).replace(tzinfo=NEW_YORK).isoformat()
    await stage.post("/bookings", {"calendar_id": made["id"], "starts_at": wanted})
    taken = await asked(agent, yes="Yes.")
    assert "9:00 AM" in taken["question"]
    assert "11:00 AM" in taken["question"]
    assert "question" in await asked(agent, at=ten)
    assert "question" in await asked(agent, at=at(stage, 3, 22))
    assert len(await bookings(stage)) == 1


async def test_nothing_is_booked_that_was_not_read_back_and_not_too_much(stage: Stage) -> None:
    _, agent = await in_call(stage, await calendar(stage, capacity=100))
    assert (await asked(agent, 409, yes="Yes."))["code"] == "nothing_proposed"
    await asked(agent, 400, at="tomorrow")
    await asked(agent, 400, at="0001-01-01T00:00+12:00")
    assert await asked(agent, after="9999-12-30T23:59") == {"free": []}
    assert "question" in await asked(agent, at="9999-12-30T10:00")
    for hour in (10, 11, 12):
        await asked(agent, at=at(stage, 3, hour))
        await asked(agent, yes="Yes.")
    await asked(agent, at=at(stage, 3, 13))
    assert (await asked(agent, 409, yes="Yes."))["code"] == "too_many_bookings"
    assert len(await bookings(stage)) == 3


async def test_who_is_reminded_by_nobody_is_booked_all_the_same(stage: Stage) -> None:
    contact = await stage.post("/contacts", {"name": "Ada Lee", "phones": [{"e164": CALLEE}]})
    other = await stage.post("/assistants", {"name": "Bob", "system_prompt": "Be kind."})
    _, agent = await in_call(stage, await calendar(stage, assistant_id=other["id"]), contact_id=contact["id"])
    checked(await stage.api.manager.patch(f"/assistants/{other['id']}", json={"is_active": False}), 200)
    await asked(agent, at=at(stage, 3, 10))
    await asked(agent, yes="Yes.")
    (made,) = await bookings(stage)
    assert (made["status"], made["contact_id"], made["appointment_id"]) == ("booked", contact["id"], None)


async def test_who_refuses_to_be_recorded_leaves_no_note_in_the_ledger(stage: Stage) -> None:
    call, agent = await in_call(stage, await calendar(stage))
    await asked(agent, at=at(stage, 3, 10), note="Two of us.")
    await agent.says(EventKind.RECORDING, policy="notify", decision="refused", notice_at_s=1.0, kept_from_s=None, quote="No.")
    await asked(agent, yes="Yes.")
    await asked(agent, at=at(stage, 3, 11), note="Three of us.")
    told = (await stage.get(f"/calls/{call['id']}/events"))["items"]
    assert len([each for each in told if each["kind"] == "booking_proposed"]) == 2
    assert "of us" not in str(told)
    assert len(await bookings(stage)) == 1


async def test_another_ticket_books_nothing(stage: Stage) -> None:
    call, _ = await in_call(stage, await calendar(stage))
    stranger = Agent(stage.api.client("not-the-ticket", f"/internal/calls/{call['id']}"), call["id"], stage.agent_of(call).ticket)
    assert (await asked(stranger, 409, at=at(stage, 3, 10)))["code"] == "superseded"


async def test_an_assistant_books_in_no_calendar_that_is_not_there(stage: Stage) -> None:
    body = {"calendar_ids": [stage.assistant_id]}
    checked(await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=body), 404)
