"""Lets the model leave a line on the person's timeline, for whoever talks to them next."""

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from sip_config.contract import ActivityKind

LONGEST = 500
_SCHEMA = schema(
    "log_activity",
    "Note something about the person that whoever talks to them next should know. Only what was said in this call.",
    {"what": {"type": "string", "maxLength": LONGEST, "description": "One sentence."}},
)


def log_activity(control: CallControl) -> llm.Tool:
    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        what = " ".join(str(raw_arguments.get("what", "")).split())
        if not what:
            raise ToolError("Say what is to be noted.")
        control.effects.note(ActivityKind.NOTE, what[:LONGEST])
        return None if await already_spoke(context) else "Noted. Go on with the conversation."

    return run
