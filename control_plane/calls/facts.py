"""What an agent notes about the person it talks to is remembered at once; people see, change and erase it in `memory`."""

from control_plane.calls.fact_repository import FactRepository
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import Remembered

MOST_OF_CALL = 20
"""What comes after is a model that repeats itself."""
LONGEST_FACT, LONGEST_QUOTE = 500, 400


async def remember(unit: Unit, call: Call, fact: Remembered, *, may_keep: bool) -> None:
    """Said twice it is one fact. `may_keep`: the callee has not refused that words are kept."""
    text = " ".join("".join(char if char.isprintable() else " " for char in fact.text).split())[:LONGEST_FACT]
    if text and may_keep and 1 <= fact.seq <= MOST_OF_CALL:
        await FactRepository(unit.session).put(call, "call", fact.seq, text, fact.quote[:LONGEST_QUOTE], fact.offset_s)
