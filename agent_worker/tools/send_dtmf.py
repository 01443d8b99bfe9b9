"""Lets the model press keys of the phone, for a menu or an extension that the person asks for."""

import re

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema

MOST_KEYS = 20
MOST_KEYS_OF_CALL = 100
_KEYS = re.compile(rf"[0-9*#]{{1,{MOST_KEYS}}}")
_SCHEMA = schema(
    "send_dtmf",
    "Press keys of the phone, when a machine or the person on the line asks for keys. It is not for anything else.",
    {"keys": {"type": "string", "pattern": _KEYS.pattern, "description": f"Up to {MOST_KEYS} of 0 to 9, * and #, in order."}},
)


def send_dtmf(control: CallControl) -> llm.Tool:
    left = MOST_KEYS_OF_CALL

    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        nonlocal left
        keys = str(raw_arguments.get("keys", ""))
        if not _KEYS.fullmatch(keys):
            raise ToolError(f"Keys are 0 to 9, * and #, at most {MOST_KEYS} at a time.")
        if len(keys) > left:
            raise ToolError("No more keys can be pressed in this call.")
        left -= len(keys)
        spoke = await already_spoke(context)
        await control.press(keys)
        return None if spoke else "Pressed. Listen to what follows."

    return run
