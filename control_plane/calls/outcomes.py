"""Labels that people and assistants use, as the fixed categories of the ledger."""

from collections.abc import Mapping

from sip_config.contract import AnsweredBy, Outcome

BUILT_IN: Mapping[str, Outcome] = {
    "interested": Outcome.SUCCESS,
    "not_interested": Outcome.NOT_INTERESTED,
    "callback": Outcome.CALLBACK,
    "do_not_call": Outcome.DO_NOT_CALL,
    "voicemail": Outcome.NO_CONVERSATION,
    "wrong_number": Outcome.WRONG_NUMBER,
}


def category_of(label: str) -> Outcome:
    """The category of a label: built in, the name of a category itself, or unknown (never success by guess)."""
    if label in BUILT_IN:
        return BUILT_IN[label]
    return Outcome(label) if label in Outcome._value2member_map_ else Outcome.UNKNOWN


def answered_by_of(label: str) -> AnsweredBy | None:
    """What a label says about who picked up."""
    return AnsweredBy.VOICEMAIL if label == "voicemail" else None
