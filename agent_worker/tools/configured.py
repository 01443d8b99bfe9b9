"""Lets the model use a tool that the workspace has described: it knows name, description and arguments, the control plane the rest."""

import json

from livekit.agents import RunContext, StopResponse, function_tool, llm

from agent_worker.tools.control import CallControl
from sip_config.contract import ConfiguredTool

COVERED_AFTER_S = 1.5
"""Silence that people take for a line gone dead."""
AGAIN_AFTER_S = 6.0
MOST_FILLERS = 3


def configured(control: CallControl, tool: ConfiguredTool, filler: str) -> llm.Tool:
    """The tool. While it takes its time `filler` is said, which stops nobody from speaking, hanging up or opting out."""
    schema = {"name": tool.name, "description": tool.description, "parameters": json.loads(tool.parameters)}

    @function_tool(raw_schema=schema)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        async with context.with_filler(filler, delay=COVERED_AFTER_S, interval=AGAIN_AFTER_S, max_steps=MOST_FILLERS):
            told = await control.effects.use(tool.name, raw_arguments, context.function_call.call_id, tool.timeout_s)
        if told is None:
            raise StopResponse
        return told

    return run
