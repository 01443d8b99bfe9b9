"""Lets the model look up what is free in the calendars of the assistant."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema
from agent_worker.tools.times import how_to_write
from sip_config.contract import BookableCalendar


def check_availability(control: CallControl, calendars: Sequence[BookableCalendar]) -> llm.Tool:
    """The tool for the `calendars` of an order, of which there is at least one."""
    after = {"type": "string", "description": f"From when on: {how_to_write(ZoneInfo(calendars[0].time_zone))}"}
    told = "Look up which times are free. Name no time as free that you have not looked up."

    @function_tool(raw_schema=schema("check_availability", told, {"calendar": which(calendars), "after": after}))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        return await control.booking.check(str(raw_arguments.get("calendar", "")), str(raw_arguments.get("after", "")))

    return run


def which(calendars: Sequence[BookableCalendar]) -> dict[str, object]:
    """The argument that names one of them."""
    listed = "; ".join(f"{each.name} ({each.title or each.name}, {each.time_zone})" for each in calendars)
    return {"type": "string", "enum": [each.name for each in calendars], "description": f"The calendar: {listed}."}
