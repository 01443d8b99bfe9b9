"""What the model is told while a callee books a time: nothing is booked before the callee's own yes."""

from typing import Any, cast

from agent_worker.booking import Booking
from agent_worker.control_plane_client import CallClient, Refused, Superseded
from sip_config.contract import BookableCalendar

READ_BACK = "Tour: on Tuesday at 10:00 AM"
AT = "2026-11-24T10:00"


class Client:
    """Answers as the control plane would; keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []

    async def booking(self, asked: dict[str, str]) -> Any:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def of(*answers: Any) -> tuple[Booking, Client]:
    client = Client(*answers)
    return Booking(cast(CallClient, client), (BookableCalendar("Homes", "America/New_York"),)), client


async def test_a_time_is_read_back_and_booked_only_on_the_callees_own_yes() -> None:
    booking, client = of({"read_back": READ_BACK}, {"read_back": READ_BACK})
    assert READ_BACK in await booking.book("Homes", AT, "Two of us.", is_confirmed=False)
    assert "has not said yes" in await booking.book("Homes", AT, "", is_confirmed=True)
    booking.heard("No, not that day.")
    assert "has not said yes" in await booking.book("Homes", AT, "", is_confirmed=True)
    booking.heard("Yes, that is right.")
    assert await booking.book("Homes", AT, "", is_confirmed=True) == f"Booked. Tell the person: {READ_BACK}."
    assert client.asked == [{"calendar": "Homes", "at": AT, "note": "Two of us."}, {"yes": "Yes, that is right."}]


async def test_a_yes_to_one_time_books_no_other() -> None:
    booking, client = of({"read_back": READ_BACK})
    await booking.book("Homes", AT, "", is_confirmed=False)
    booking.heard("Yes.")
    assert "first" in await booking.book("Homes", "2026-11-24T11:00", "", is_confirmed=True)
    assert len(client.asked) == 1


async def test_a_yes_from_before_the_time_was_read_counts_for_nothing() -> None:
    booking, client = of({"read_back": READ_BACK})
    booking.heard("Yes.")
    await booking.book("Homes", AT, "", is_confirmed=False)
    assert "has not said yes" in await booking.book("Homes", AT, "", is_confirmed=True)
    assert len(client.asked) == 1


async def test_what_is_free_is_told_as_it_is_and_what_is_taken_meanwhile_is_not_promised() -> None:
    booking, _ = of({"free": [f"{AT} (Tuesday)"]}, {"free": []}, {"read_back": READ_BACK}, {"question": "Would eleven do?"})
    assert AT in await booking.check("Homes", "")
    assert "Nothing is free" in await booking.check("Homes", "2026-12-24")
    await booking.book("Homes", AT, "", is_confirmed=False)
    booking.heard("Yes please.")
    told = await booking.book("Homes", AT, "", is_confirmed=True)
    assert "not booked" in told
    assert "Would eleven do?" in told


async def test_no_other_calendar_can_be_named_and_what_does_not_work_is_not_promised() -> None:
    booking, client = of(Refused("HTTP 400"), Superseded("HTTP 409"))
    assert "no such calendar" in await booking.check("Their calendar", "")
    assert client.asked == []
    assert "2026-11-30T15:00" in await booking.book("Homes", "tomorrow", "", is_confirmed=False)
    assert "do not promise" in await booking.book("Homes", AT, "", is_confirmed=False)
