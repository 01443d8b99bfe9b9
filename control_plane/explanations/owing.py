"""What a call owes to the person beside the hour of it: what its opening says and how it is recorded, with those who want it so. Pure.

The order of the call is written from the same three (calls/orders): the packs, the workspace's own rules, the assistant's version.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from control_plane.assistants.compliance import added_by
from control_plane.db.models import AssistantVersion
from control_plane.domain.rules import RECORDING, OwnRules, RulePack
from control_plane.explanations.schemas import OwedView

_DUTIES: Mapping[str, str] = {
    "name_caller": "The opening says who calls",
    "say_ai": "The opening says that an AI speaks",
    "say_purpose": "The opening says what the call is for",
    "offer_opt_out": "The opening says how to get no more calls",
    "give_call_back_number": "A message on a mailbox says where to call back",
    "ask_before_going_on": "The opening asks whether it may go on",
}
_RECORDING: Mapping[str, str] = {
    "notify": "The person is told that the call is recorded",
    "notify_and_affirm": "The call is recorded from the person's yes on",
    "off": "Nothing of the call is recorded",
}


class _Wish(NamedTuple):
    """What one of those who may want something wants. `name` is for programs, `words` for people."""

    name: str
    words: str
    duties: frozenset[str]
    recording: str | None


def owed_of(packs: Sequence[RulePack], own: OwnRules, version: AssistantVersion) -> list[OwedView]:
    """The duties in the order of a call, then the recording, which is as careful as the most careful of them."""
    wishes = [_Wish(pack.label, f"the rules {pack.label}", pack.duties, pack.recording) for pack in packs]
    if own.stricter is not None:
        wishes.append(_Wish("workspace", "the workspace's own rules", own.stricter.duties, own.stricter.recording))
    added, said = added_by(version.config), f"version {version.number} of the assistant {version.name}"
    wishes.append(_Wish("assistant", said, *added))
    duties = [(duty, words, [wish for wish in wishes if duty in wish.duties]) for duty, words in _DUTIES.items()]
    recording = max((wish.recording for wish in wishes if wish.recording), key=RECORDING.index, default=RECORDING[0])
    recorded = _owed("recording", _RECORDING[recording], [wish for wish in wishes if wish.recording == recording])
    return [*(_owed(duty, words, wanted) for duty, words, wanted in duties if wanted), recorded]


def _owed(what: str, words: str, wanted: Sequence[_Wish]) -> OwedView:
    *others, last = [wish.words for wish in wanted] or [""]
    whose = f", by {', '.join(others)} and {last}" if others else f", by {last}" if last else ", since nobody wants more"
    return OwedView(what=what, wanted_by=[wish.name for wish in wanted], sentence=f"{words}{whose}.")
