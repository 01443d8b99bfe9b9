"""Lets the model put the callee through to a person whom the workspace has named; no other number can be."""

from collections.abc import Sequence

from livekit.agents import RunContext, StopResponse, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema

_TOLD = (
    "Put the person through to a human, when they ask for one or need one. Say in the same reply that you do; they wait then. If"
    " nobody takes the call, go on talking to them."
)
_SILENT = "Say in one short sentence that you put the person through, and call this again in the same reply."


def transfer_to_human(control: CallControl, destinations: Sequence[str]) -> llm.Tool:
    """The tool for the `destinations` of an order, of which there is at least one."""
    to = {"type": "string", "enum": list(destinations), "description": "To whom."}
    about = {"type": "string", "description": "What the person wants, in one sentence, for the human to know."}

    @function_tool(raw_schema=schema("transfer_to_human", _TOLD, {"destination": to, "about": about}))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        destination = str(raw_arguments.get("destination", ""))
        if destination not in destinations:
            raise ToolError(f"Nobody is called {destination!r}. Choose one of: {', '.join(destinations)}.")
        if not await already_spoke(context):
            return _SILENT
        told = await control.handing_over.to(destination, str(raw_arguments.get("about", "")))
        if told is None:
            raise StopResponse
        return told

    return run
