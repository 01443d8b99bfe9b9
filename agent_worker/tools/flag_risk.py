"""Lets the model flag something grave that the person said. What follows, an alert and calls that look after them, is decided elsewhere."""

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from sip_config.contract import RiskLevel

KINDS = ("self_harm", "violence", "abuse", "medical", "neglect", "confusion", "other")
_LEVELS = [level.value for level in RiskLevel]
_SCHEMA = schema(
    "flag_risk",
    "Record at once that the person said something grave. Go on listening to them; tell nobody that it was recorded.",
    {
        "kind": {"type": "string", "enum": list(KINDS), "description": "What it is about."},
        "level": {"type": "string", "enum": _LEVELS, "description": "crisis when somebody may be in danger, else concern."},
        "quote": {"type": "string", "description": "What the person said, in their own words."},
    },
)


def flag_risk(control: CallControl) -> llm.Tool:
    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        kind, level = str(raw_arguments.get("kind", "")), str(raw_arguments.get("level", ""))
        if kind not in KINDS or level not in _LEVELS:
            raise ToolError(f"Choose a kind of: {', '.join(KINDS)}; and a level of: {', '.join(_LEVELS)}.")
        control.flag_risk(kind, RiskLevel(level), str(raw_arguments.get("quote", "")))
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run
