"""Lets the model say how well an offer fits the person, with its reasons: evidence for people to judge, which decides nothing by itself."""

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from sip_config.contract import ActivityKind

MOST_REASONS, LONGEST_REASON = 5, 300
_SCHEMA = schema(
    "qualify_lead",
    "Record how well the offer fits the person, once you know; a later score replaces an earlier one. Do not tell them the score.",
    {
        "score": {"type": "integer", "minimum": 0, "maximum": 100, "description": "0 for not at all, 100 for certain to buy."},
        "reasons": {
            "type": "array",
            "items": {"type": "string", "maxLength": LONGEST_REASON},
            "minItems": 1,
            "maxItems": MOST_REASONS,
            "description": "Why, from what the person has said, each in one sentence.",
        },
    },
)


def qualify_lead(control: CallControl) -> llm.Tool:
    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        score, given = raw_arguments.get("score"), raw_arguments.get("reasons")
        reasons = [text for each in given if (text := " ".join(str(each).split()))] if isinstance(given, list) else []
        if not isinstance(score, int) or isinstance(score, bool) or not 0 <= score <= 100 or not reasons:
            raise ToolError("Give a whole score from 0 to 100 and at least one reason.")
        kept = [reason[:LONGEST_REASON] for reason in reasons[:MOST_REASONS]]
        control.effects.note(ActivityKind.LEAD_SCORE, "\n".join(kept), score)
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run
