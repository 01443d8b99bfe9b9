"""Lets the model record what it has promised, so that somebody keeps it."""

from zoneinfo import ZoneInfo

from livekit.agents import RunContext, ToolError, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from agent_worker.tools.times import how_to_write, utc_of
from sip_config.contract import PromiseOwner

_OWNERS = [owner.value for owner in PromiseOwner]


def note_promise(control: CallControl, time_zone: str = "") -> llm.Tool:
    """The tool. Times are local ones in `time_zone`, the callee's; without it a promise has none."""
    zone = ZoneInfo(time_zone) if time_zone else None

    @function_tool(raw_schema=_schema(zone))
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        what, owner = str(raw_arguments.get("what", "")).strip(), str(raw_arguments.get("owner", PromiseOwner.TEAM))
        if not what or owner not in _OWNERS:
            raise ToolError("Say what was promised, and whether assistant or team keeps it.")
        due_at = utc_of(raw_arguments.get("due_at"), zone, "due_at")
        control.note_promise(what, PromiseOwner(owner), due_at, str(raw_arguments.get("quote", "")))
        return None if await already_spoke(context) else "Recorded. Go on with the conversation."

    return run


def _schema(zone: ZoneInfo | None) -> dict[str, object]:
    properties: dict[str, object] = {
        "what": {"type": "string", "description": "What was promised, in one sentence."},
        "owner": {"type": "string", "enum": _OWNERS, "description": "Who has to keep it."},
        "quote": {"type": "string", "description": "Your own words in which you promised it."},
    }
    if zone is not None:
        properties["due_at"] = {"type": "string", "description": f"If a time was promised: {how_to_write(zone)}"}
    told = (
        "Record that you have promised something, such as an e-mail or that somebody will be told. A promise to call back does not belong"
        " here: it is an outcome."
    )
    return schema("note_promise", told, properties)
