"""Lets the model say what the call achieved, in the campaign's own labels, and when the person was promised to be called back."""

from zoneinfo import ZoneInfo

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.outcomes import category
from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from agent_worker.tools.times import how_to_write, utc_of
from sip_config.contract import Outcome, plain_label


def set_outcome(control: CallControl, labels: tuple[str, ...], time_zone: str = "") -> llm.Tool:
    """The tool for one campaign's `labels`; another label is refused with the list of those that exist.

    Times are local ones in `time_zone`, the callee's; without it no time can be promised.
    """
    zone = ZoneInfo(time_zone) if time_zone and any(category(label) is Outcome.CALLBACK for label in labels) else None

    @function_tool(raw_schema=_schema(labels, zone))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        label = str(raw_arguments.get("label", ""))
        if label not in labels:
            raise ToolError(f"There is no outcome {label!r}. Choose one of: {', '.join(labels)}.")
        promised = utc_of(raw_arguments.get("callback_at"), zone, "callback_at") if category(label) is Outcome.CALLBACK else None
        quote = str(raw_arguments.get("quote", "")).strip() if promised is not None else ""
        control.set_outcome(label, str(raw_arguments.get("note", "")), promised, quote)
        # A reply that was spoken along with the call needs no second one; without any, silence would follow.
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run


def _schema(labels: tuple[str, ...], zone: ZoneInfo | None) -> dict[str, object]:
    properties: dict[str, object] = {
        "label": {"type": "string", "enum": list(labels), "description": "The outcome that fits best."},
        "note": {"type": "string", "description": "One sentence for the people who read the result."},
    }
    if zone is not None:
        properties["callback_at"] = {
            "type": "string",
            "description": f"If the person named a time to be called back: {how_to_write(zone)}",
        }
        properties["quote"] = {"type": "string", "description": "Then also your own words in which you promised to call back."}
    replaced = "a later outcome replaces an earlier one"
    if any(plain_label(label) != label for label in labels):
        replaced += "; those that end in different numbers are of different appointments, and stand beside one another"
    return schema("set_outcome", f"Record what this call achieved. Call it before the call ends; {replaced}.", properties)
