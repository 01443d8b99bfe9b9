"""What an agent notes in a call goes onto the person's timeline at once."""

from control_plane.calls.activity_repository import ActivityRepository
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import Activity, ActivityKind

MOST_NOTES = 20
"""Per call; what comes after is a model that repeats itself."""
_LONGEST = 2000


async def take_activity(unit: Unit, call: Call, said: Activity, *, may_quote: bool) -> None:
    """A note said twice is one; a later score replaces the earlier. `may_quote`: the callee has not refused that words are kept."""
    what, rows = said.what.strip()[:_LONGEST] if may_quote else "", ActivityRepository(unit.session)
    if said.kind is ActivityKind.LEAD_SCORE and said.score is not None and 0 <= said.score <= 100:
        await rows.put_score(call, said.score, what)
    elif said.kind is ActivityKind.NOTE and 1 <= said.seq <= MOST_NOTES:
        await rows.put_note(call, said.seq, what)
