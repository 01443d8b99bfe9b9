"""Calendars and destinations in a trial: found as a call finds them, and nobody's time taken, nobody's phone rung."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from control_plane.db.models import Appointment, Booking, Call
from sip_config.codec import decode
from sip_config.contract import BookableCalendar
from sip_config.contract.trial import TrialOrder, TrialTicket
from tests.fixtures.api import START, Api
from tests.integration.trials.test_trying import Voice, asked, assistant, settings, voice

__all__ = ["settings", "voice"]

NEW_YORK = ZoneInfo("America/New_York")
ALWAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "09:00", "end": "17:00"}]
HOMES = {"name": "Homes", "title": "Tour", "time_zone": "America/New_York", "weekly": ALWAYS, "slot_s": 3600}
DESK, ABROAD, NOT_TO_BE_CALLED = "+12025550120", "+442079460000", "+12025550121"


async def calendar(api: Api, **fields: Any) -> Any:
    answer = await api.manager.post("/calendars", json=HOMES | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def trial(api: Api, voice: Voice, **config: Any) -> tuple[str, TrialTicket]:
    """The path of one that has begun, and its agent's ticket."""
    path = await assistant(api, first_message="Hi.", **config)
    await asked(api, path)
    return path, voice.tickets[-1]


async def post(api: Api, ticket: TrialTicket, path: str, token: str = "", **said: Any) -> Any:
    async with api.client(token or ticket.token, base=f"/internal/trials/{ticket.trial_id}") as agent:
        answer = await agent.post(path, json=said)
    return answer.json() if answer.status_code == 200 else answer.status_code


async def told(api: Api, path: str, ticket: TrialTicket) -> list[tuple[str, Any]]:
    """What the trial's events say of bookings and transfers."""
    events = (await asked(api, path, trial_id=ticket.trial_id, wait_for="some"))["events"]
    return [(event["kind"], event["data"]) for event in events if event["kind"].partition("_")[0] in ("booking", "transfer")]


def at(days: int, hour: int) -> str:
    return f"{START.astimezone(NEW_YORK) + timedelta(days=days):%Y-%m-%d}T{hour:02d}:00"


async def test_the_agent_is_told_of_what_the_draft_names(api: Api, voice: Voice) -> None:
    mine = await calendar(api)
    await calendar(api, name="Office")
    desk = {"destinations": [{"name": "Desk", "e164": DESK}]}
    answer = await api.manager.post("/operators", json={"name": "Zoe", "e164": NOT_TO_BE_CALLED})
    assert answer.status_code == 201, answer.text
    _, ticket = await trial(api, voice, calendar_ids=[mine["id"]], transfer=desk)
    async with api.client(ticket.token, base="") as agent:
        order = decode(TrialOrder, (await agent.get(f"/internal/trials/{ticket.trial_id}/order")).content).order
    assert order.calendars == (BookableCalendar("Homes", "America/New_York", "Tour"),)
    assert order.destinations == ("Desk", "Zoe")


async def test_what_is_booked_is_taken_in_this_trial_and_in_no_other(api: Api, voice: Voice) -> None:
    mine = await calendar(api)
    path, ticket = await trial(api, voice, calendar_ids=[mine["id"]])
    ten = at(3, 10)
    assert await post(api, ticket, "/bookings", yes="Yes.") == 409
    free = (await post(api, ticket, "/bookings", calendar="Homes", after=ten))["free"]
    assert free[0].startswith(ten)
    said = await post(api, ticket, "/bookings", calendar="Homes", at=ten, note="Two of us.")
    assert said["read_back"].startswith("Tour: ")
    for _ in range(2):
        assert await post(api, ticket, "/bookings", yes="Yes.") == said
    assert "question" in await post(api, ticket, "/bookings", calendar="Homes", at=ten)
    assert not (await post(api, ticket, "/bookings", calendar="Homes", after=ten))["free"][0].startswith(ten)
    kinds = [kind for kind, _ in await told(api, path, ticket)]
    assert kinds == ["booking_proposed", "booking_shown"]
    _, another = await trial(api, voice, calendar_ids=[mine["id"]])
    assert await post(api, another, "/bookings", calendar="Homes", at=ten) == said
    async with api.sessions() as session:
        assert [await session.scalar(select(func.count()).select_from(each)) for each in (Booking, Appointment)] == [0, 0]


async def test_what_somebody_else_has_booked_meanwhile_is_not_booked_in_a_trial_either(api: Api, voice: Voice) -> None:
    mine = await calendar(api)
    path, ticket = await trial(api, voice, calendar_ids=[mine["id"]])
    await post(api, ticket, "/bookings", calendar="Homes", at=at(3, 10))
    starts_at = datetime.fromisoformat(at(3, 10)).replace(tzinfo=NEW_YORK).isoformat()
    answer = await api.manager.post("/bookings", json={"calendar_id": mine["id"], "starts_at": starts_at})
    assert answer.status_code == 201, answer.text
    assert "9:00 AM" in (await post(api, ticket, "/bookings", yes="Yes."))["question"]
    assert [kind for kind, _ in await told(api, path, ticket)] == ["booking_proposed"]


async def test_no_more_is_booked_than_in_a_call_nor_in_a_foreign_calendar(api: Api, voice: Voice) -> None:
    mine = await calendar(api)
    await calendar(api, name="Office")
    _, ticket = await trial(api, voice, calendar_ids=[mine["id"]])
    assert await post(api, ticket, "/bookings", calendar="Office", at=at(3, 10)) == 404
    for hour in (10, 11, 12):
        await post(api, ticket, "/bookings", calendar="Homes", at=at(3, hour))
        assert "read_back" in await post(api, ticket, "/bookings", yes="Yes.")
    await post(api, ticket, "/bookings", calendar="Homes", at=at(3, 13))
    assert await post(api, ticket, "/bookings", yes="Yes.") == 409


@pytest.mark.parametrize("mode", ["cold", "warm"])
async def test_a_transfer_shows_whom_a_call_would_dial_and_why_and_dials_nobody(api: Api, voice: Voice, mode: str) -> None:
    desk = {"destinations": [{"name": "Desk", "e164": DESK, "mode": mode}]}
    path, ticket = await trial(api, voice, transfer=desk)
    assert await post(api, ticket, "/transfer", destination="Desk") == {"is_done": True, "why": ""}
    shown = {"destination": "Desk", "e164": DESK, "mode": mode, "why": "a destination of the assistant"}
    assert await told(api, path, ticket) == [("transfer_shown", shown)]
    async with api.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 0


async def test_whom_a_call_would_not_reach_a_trial_says(api: Api, voice: Voice) -> None:
    assert (await api.manager.post("/suppressions", json={"e164": NOT_TO_BE_CALLED})).status_code == 201
    named = {"Abroad": ABROAD, "Quiet": NOT_TO_BE_CALLED}
    there = {"destinations": [{"name": name, "e164": e164} for name, e164 in named.items()]}
    path, ticket = await trial(api, voice, transfer=there)
    for name in (*named, "Nobody"):
        answer = await post(api, ticket, "/transfer", destination=name)
        assert (answer["is_done"], bool(answer["why"])) == (False, True), name
    events = await told(api, path, ticket)
    assert [(kind, data["destination"]) for kind, data in events] == [("transfer_failed", name) for name in (*named, "Nobody")]


async def test_another_ticket_books_nothing_and_puts_nobody_through(api: Api, voice: Voice) -> None:
    mine = await calendar(api)
    _, ticket = await trial(api, voice, calendar_ids=[mine["id"]])
    assert await post(api, ticket, "/bookings", "another", calendar="Homes", at=at(3, 10)) == 404
    assert await post(api, ticket, "/transfer", "another", destination="Desk") == 404
