"""Let the model move or end calls that are planned: read back first, done on the callee's own yes. The model knows no ids."""

from collections.abc import Sequence

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema
from sip_config.contract import PlannedCalls

_CONFIRMED = {"type": "boolean", "description": "Whether the person has heard it and said yes."}
_HOW = (
    " First call it with is_confirmed false: it tells you what to read to the person, or what to ask. After the person has said yes to what"
    " you read, call it with is_confirmed true."
)


def change_schedule(control: CallControl, planned: Sequence[PlannedCalls]) -> llm.Tool:
    """The tool for the `planned` calls of an order, of which there is at least one."""
    words = {"type": "string", "description": "The new time, as the person said it, in English: every other Monday at 2 PM."}
    told = "The person wants planned calls at another time." + _HOW

    @function_tool(raw_schema=schema("change_schedule", told, {"which": _which(planned), "words": words, "is_confirmed": _CONFIRMED}))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        which, words = str(raw_arguments.get("which", "")), str(raw_arguments.get("words", ""))
        return await control.scheduling.change(which, words, is_confirmed=raw_arguments.get("is_confirmed") is True)

    return run


def cancel_schedule(control: CallControl, planned: Sequence[PlannedCalls]) -> llm.Tool:
    """As `change_schedule`."""
    told = "The person wants planned calls no more, and still wants to be called otherwise." + _HOW

    @function_tool(raw_schema=schema("cancel_schedule", told, {"which": _which(planned), "is_confirmed": _CONFIRMED}))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        which = str(raw_arguments.get("which", ""))
        return await control.scheduling.cancel(which, is_confirmed=raw_arguments.get("is_confirmed") is True)

    return run


def _which(planned: Sequence[PlannedCalls]) -> dict[str, object]:
    numbers = [str(place) for place in range(1, len(planned) + 1)]
    return {"type": "string", "enum": numbers, "description": "The number of the planned calls in your instructions."}
