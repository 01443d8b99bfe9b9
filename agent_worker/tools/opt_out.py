"""Lets the model record that the callee never wants to be called again. Committed before it is confirmed."""

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema

_SCHEMA = schema(
    "opt_out",
    "The person asked not to be called any more. Records it, confirms it to the person and ends the call.",
    {"quote": {"type": "string", "description": "What the person said, in their own words."}},
)

_STAY = "Recorded. The person may be in danger: stay with them, and do not end the call because of this."


def opt_out(control: CallControl) -> llm.Tool:
    """The tool; the call itself speaks the confirmation and hangs up, so the model gets no further word, unless the person is in danger."""

    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        await control.opt_out(str(raw_arguments.get("quote", "")))
        return _STAY if control.stays_on else None

    return run
