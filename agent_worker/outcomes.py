"""How a campaign's own outcome labels map onto the fixed categories of the contract. Pure."""

from sip_config.contract import ACKNOWLEDGED, Outcome, plain_label

_CATEGORIES = {
    ACKNOWLEDGED: Outcome.SUCCESS,
    "interested": Outcome.SUCCESS,
    "success": Outcome.SUCCESS,
    "appointment": Outcome.SUCCESS,
    "booked": Outcome.SUCCESS,
    "sale": Outcome.SUCCESS,
    "confirmed": Outcome.SUCCESS,
    "partial": Outcome.PARTIAL,
    "reschedule": Outcome.PARTIAL,
    "cancel": Outcome.PARTIAL,
    "callback": Outcome.CALLBACK,
    "not_interested": Outcome.NOT_INTERESTED,
    "do_not_call": Outcome.DO_NOT_CALL,
    "voicemail": Outcome.NO_CONVERSATION,
    "no_conversation": Outcome.NO_CONVERSATION,
    "wrong_number": Outcome.WRONG_NUMBER,
    "wrong_person": Outcome.WRONG_PERSON,
    "language_barrier": Outcome.LANGUAGE_BARRIER,
    "deceased_or_vulnerable": Outcome.DECEASED_OR_VULNERABLE,
    "transferred": Outcome.TRANSFERRED,
}


def category(label: str) -> Outcome:
    """The category of a label; a label nobody has mapped is unknown, never a success."""
    return _CATEGORIES.get(plain_label(label.strip().lower().replace("-", "_").replace(" ", "_")), Outcome.UNKNOWN)
