"""Lets the model say what mood the person's last words were said in, where it hears more than a lexicon does."""

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.care.mood import MOODS
from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema

_SCHEMA = schema(
    "record_mood",
    "Record what mood the person's last words were said in, when you are sure of it and it has changed. Do not speak of it.",
    {"mood": {"type": "string", "enum": list(MOODS), "description": "The mood."}},
)


def record_mood(control: CallControl) -> llm.Tool:
    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        mood = str(raw_arguments.get("mood", ""))
        if mood not in MOODS:
            raise ToolError(f"Choose a mood of: {', '.join(MOODS)}.")
        control.record_mood(mood)
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run
