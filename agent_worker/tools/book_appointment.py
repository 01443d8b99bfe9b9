"""Lets the model book a time for the callee: read back first, booked on the callee's own yes."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.check_availability import which
from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema
from agent_worker.tools.times import how_to_write
from sip_config.contract import BookableCalendar

_HOW = (
    " First call it with is_confirmed false: it tells you what to read to the person, or what to ask. After the person has said yes to what"
    " you read, call it again with the same time and is_confirmed true. It is booked only when the tool says so."
)


def book_appointment(control: CallControl, calendars: Sequence[BookableCalendar]) -> llm.Tool:
    """The tool for the `calendars` of an order, of which there is at least one."""
    return booking_tool("book_appointment", "The person wants an appointment.", control, calendars)


def booking_tool(name: str, told: str, control: CallControl, calendars: Sequence[BookableCalendar]) -> llm.Tool:
    """A tool that books, under the name that fits what is booked."""
    arguments = {
        "calendar": which(calendars),
        "at": {"type": "string", "description": f"When it begins: {how_to_write(ZoneInfo(calendars[0].time_zone))}"},
        "note": {"type": "string", "description": "What the people there should know, in one sentence; else an empty string."},
        "is_confirmed": {"type": "boolean", "description": "Whether the person has heard the time and said yes."},
    }

    @function_tool(raw_schema=schema(name, told + _HOW, arguments))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        calendar, at, note = (str(raw_arguments.get(each, "")) for each in ("calendar", "at", "note"))
        return await control.booking.book(calendar, at, note, is_confirmed=raw_arguments.get("is_confirmed") is True)

    return run
