"""Lets the model say what the call achieved, in the campaign's own labels, and when the person was promised to be called back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker import clock
from agent_worker.outcomes import category
from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from sip_config.contract import Outcome


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
        promised = _promised(raw_arguments.get("callback_at"), zone) if category(label) is Outcome.CALLBACK else None
        control.set_outcome(label, str(raw_arguments.get("note", "")), promised)
        # A reply that was spoken along with the call needs no second one; without any, silence would follow.
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run


def _promised(said: object, zone: ZoneInfo | None) -> datetime | None:
    """The promised time in UTC; what the model writes is local to the callee unless it says otherwise."""
    if zone is None or not said:
        return None
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError as error:
        raise ToolError("Write callback_at like 2026-11-30T15:00, or leave it empty.") from error
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def _schema(labels: tuple[str, ...], zone: ZoneInfo | None) -> dict[str, object]:
    properties: dict[str, object] = {
        "label": {"type": "string", "enum": list(labels), "description": "The outcome that fits best."},
        "note": {"type": "string", "description": "One sentence for the people who read the result."},
    }
    if zone is not None:
        now = clock.as_time(clock.seconds()).astimezone(zone)
        properties["callback_at"] = {
            "type": "string",
            "description": "If the person named a time to be called back: date and time there, like 2026-11-30T15:00; else an empty "
            f"string. The call began there on {now:%A, %Y-%m-%d at %H:%M}.",
        }
    return schema(
        "set_outcome", "Record what this call achieved. Call it before the call ends; a later outcome replaces an earlier one.", properties
    )
