"""Lets the model note what is worth knowing of this person in a later call."""

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema

LONGEST = 500
_SCHEMA = schema(
    "remember",
    "Note a fact about this person that a later call should know, such as a preference or how they live. Not what was agreed in this call.",
    {
        "fact": {"type": "string", "description": "The fact, in one sentence."},
        "quote": {"type": "string", "description": "What the person said, in their own words."},
    },
)


def remember(control: CallControl) -> llm.Tool:
    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        fact = str(raw_arguments.get("fact", "")).strip()
        if not fact or len(fact) > LONGEST:
            raise ToolError(f"Say the fact in one sentence of at most {LONGEST} characters.")
        control.remember(fact, str(raw_arguments.get("quote", ""))[:LONGEST])
        return None if await already_spoke(context) else "Noted. Go on with the conversation."

    return run
