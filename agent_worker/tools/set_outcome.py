"""Lets the model say what the call achieved, in the campaign's own labels."""

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema


def set_outcome(control: CallControl, labels: tuple[str, ...]) -> llm.Tool:
    """The tool for one campaign's `labels`; another label is refused with the list of those that exist."""

    @function_tool(raw_schema=_schema(labels))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        label = str(raw_arguments.get("label", ""))
        if label not in labels:
            raise ToolError(f"There is no outcome {label!r}. Choose one of: {', '.join(labels)}.")
        control.set_outcome(label, str(raw_arguments.get("note", "")))
        # A reply that was spoken along with the call needs no second one; without any, silence would follow.
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run


def _schema(labels: tuple[str, ...]) -> dict[str, object]:
    return schema(
        "set_outcome",
        "Record what this call achieved. Call it before the call ends; a later outcome replaces an earlier one.",
        {
            "label": {"type": "string", "enum": list(labels), "description": "The outcome that fits best."},
            "note": {"type": "string", "description": "One sentence for the people who read the result."},
        },
    )
