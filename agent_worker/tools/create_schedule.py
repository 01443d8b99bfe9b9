"""Lets the model plan further calls that the callee asks for: read back first, stored on the callee's own yes."""

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema

_SCHEMA = schema(
    "create_schedule",
    "The person wants to be called again, once or regularly. First call it with is_confirmed false: it tells you how to read the plan back,"
    " or what to ask. After the person has said yes to what you read, call it with is_confirmed true.",
    {
        "words": {"type": "string", "description": "When, as the person said it, in English: every other Monday at 2 PM until Christmas."},
        "about": {"type": "string", "description": "What these calls are about, in one sentence; an empty string if nothing was said."},
        "is_confirmed": {"type": "boolean", "description": "Whether the person has heard the plan and said yes."},
    },
)


def create_schedule(control: CallControl) -> llm.Tool:
    """The tool; what it answers is what the model is to do next."""

    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        words, about = str(raw_arguments.get("words", "")), str(raw_arguments.get("about", ""))
        return await control.scheduling.create(words, about, is_confirmed=raw_arguments.get("is_confirmed") is True)

    return run
