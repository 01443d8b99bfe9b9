"""Lets the model book a visit to a place: the same as an appointment, under the name that models know from selling homes."""

from collections.abc import Sequence

from livekit.agents import llm

from agent_worker.tools.book_appointment import booking_tool
from agent_worker.tools.control import CallControl
from sip_config.contract import BookableCalendar


def schedule_tour(control: CallControl, calendars: Sequence[BookableCalendar]) -> llm.Tool:
    """As `book_appointment`."""
    return booking_tool("schedule_tour", "The person wants to come and see the place.", control, calendars)
