"""Times that the model writes: local to the callee unless they say otherwise."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from livekit.agents import ToolError

from agent_worker import clock


def utc_of(said: object, zone: ZoneInfo | None, name: str) -> datetime | None:
    """The time in UTC; None for none, or where nobody knows the callee's zone. Raises `ToolError` naming the argument."""
    if zone is None or not said:
        return None
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError as error:
        raise ToolError(f"Write {name} like 2026-11-30T15:00, or leave it empty.") from error
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def how_to_write(zone: ZoneInfo) -> str:
    """Ends the description of an argument that is such a time."""
    now = clock.as_time(clock.seconds()).astimezone(zone)
    return f"date and time there, like 2026-11-30T15:00; else an empty string. The call began there on {now:%A, %Y-%m-%d at %H:%M}."
