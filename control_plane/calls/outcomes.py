"""Labels that people and assistants use, as the fixed categories of the ledger."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sip_config.contract import ACKNOWLEDGED, AnsweredBy, Outcome, plain_label

BUILT_IN: Mapping[str, Outcome] = {
    "interested": Outcome.SUCCESS,
    "not_interested": Outcome.NOT_INTERESTED,
    "callback": Outcome.CALLBACK,
    "do_not_call": Outcome.DO_NOT_CALL,
    "voicemail": Outcome.NO_CONVERSATION,
    "wrong_number": Outcome.WRONG_NUMBER,
}
OF_REMINDERS: Mapping[str, Outcome] = {"confirmed": Outcome.SUCCESS, "reschedule": Outcome.PARTIAL, "cancel": Outcome.PARTIAL}
"""Beside wrong_person and wrong_number what a reminder of an appointment can come to."""
OF_ESCALATIONS: Mapping[str, Outcome] = {ACKNOWLEDGED: Outcome.SUCCESS}
"""What a call to a safety contact of a check-up can come to; anything else is no acknowledgement."""


def category_of(label: str) -> Outcome:
    """The category of a label: built in, a reminder's, an escalation's, the name of a category, or unknown (never success by guess)."""
    if label in BUILT_IN:
        return BUILT_IN[label]
    if plain_label(label) in OF_REMINDERS:
        return OF_REMINDERS[plain_label(label)]
    if label in OF_ESCALATIONS:
        return OF_ESCALATIONS[label]
    return Outcome(label) if label in Outcome._value2member_map_ else Outcome.UNKNOWN


def answered_by_of(label: str) -> AnsweredBy | None:
    """What a label says about who picked up."""
    return AnsweredBy.VOICEMAIL if label == "voicemail" else None


FURTHEST_PROMISE = timedelta(days=366)


def promised_at(outcome: Outcome, callback_at: datetime | None, now: datetime) -> datetime | None:
    """The time of a promised callback. One that is over, or further away than anybody promises, was misheard: the ladder decides."""
    if outcome is not Outcome.CALLBACK or callback_at is None:
        return None
    return callback_at if now < callback_at <= now + FURTHEST_PROMISE else None
