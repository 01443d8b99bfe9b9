"""Lets the model promise one time to call back: read back first, in the callee's zone and within the hours in which they may be called."""

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema

_SCHEMA = schema(
    "schedule_callback",
    "The person wants to be called back, once. First call it with is_confirmed false: it tells you how to read the time back, or what to"
    " ask. After the person has said yes to what you read, call it with is_confirmed true, which records the outcome of the call as well.",
    {
        "words": {"type": "string", "description": "When, as the person said it, in English: tomorrow at 3 PM."},
        "is_confirmed": {"type": "boolean", "description": "Whether the person has heard the time and said yes."},
    },
)


def schedule_callback(control: CallControl, label: str) -> llm.Tool:
    """The tool; what is agreed becomes the outcome `label` of the call. What it answers is what the model is to do next."""

    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        words, is_confirmed = str(raw_arguments.get("words", "")), raw_arguments.get("is_confirmed") is True
        promised = await control.scheduling.call_back(words, is_confirmed=is_confirmed)
        if promised.is_agreed:
            control.set_outcome(label, "", promised.at, promised.sentence)
        return promised.next

    return run
