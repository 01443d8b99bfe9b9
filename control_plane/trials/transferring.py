"""Being put through in a trial: the same choice and the same look at the number as in a call, and nobody is called.

What is not asked is what changes from one minute to the next, hours and lines: the trial shows whom a call would try to reach, and why.
"""

import uuid

from control_plane.calls.destinations import Named
from control_plane.calls.transferring import FAILED, require_reachable
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Refused
from control_plane.trials.drafts import destinations_of_trial
from control_plane.trials.room import About, Note, TrialRoom

WOULD = "transfer_shown"
_NOBODY = "there is nobody of this name now."


async def show_transfer(unit: Unit, room: TrialRoom, trial_id: uuid.UUID, about: About, name: str) -> str:
    """Note who would be dialled. Empty when a call would try it, else why not, in a sentence for the model."""
    found = (await destinations_of_trial(about, unit)).get(name)
    why_not = _NOBODY if found is None else await _refusal(unit, about, found)
    if found is None or why_not:
        note = Note(FAILED, unit.now, {"destination": name[:200], "why": why_not})
    else:
        mode, why = "warm" if found.is_warm else "cold", _why(found)
        note = Note(WOULD, unit.now, {"destination": name, "e164": found.e164, "mode": mode, "why": why})
    await room.note(trial_id, note, about.workspace_id)
    return why_not


async def _refusal(unit: Unit, about: About, found: Named) -> str:
    """A fictional number is judged as in a rehearsal, the only call that could reach it."""
    try:
        await require_reachable(unit, about.workspace_id, found.e164, is_rehearsal=phone.is_fictional(found.e164))
    except Refused as error:
        return error.detail
    return ""


def _why(found: Named) -> str:
    return "an operator who takes this assistant's calls now" if found.is_operator else "a destination of the assistant"
