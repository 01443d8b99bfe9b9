"""Points of a lead and how far it has come, from what an analysis found. Pure, and the same for rules and models: none can give points."""

from collections.abc import Iterable

from control_plane.analysis.findings import Finding, Reason
from sip_config.contract import Outcome

BASE = 50
_OUTCOMES = {
    Outcome.SUCCESS: (40, "agreed to what was offered"),
    Outcome.PARTIAL: (20, "agreed to a part"),
    Outcome.CALLBACK: (10, "wants to be called again"),
    Outcome.TRANSFERRED: (15, "spoke to a person of the team"),
    Outcome.NOT_INTERESTED: (-40, "is not interested"),
    Outcome.WRONG_NUMBER: (-50, "is not at this number"),
    Outcome.WRONG_PERSON: (-10, "was not on the phone"),
    Outcome.LANGUAGE_BARRIER: (-10, "could not be understood"),
    Outcome.DECEASED_OR_VULNERABLE: (-50, "is not to be sold anything"),
    Outcome.DO_NOT_CALL: (-50, "does not want to be called"),
}
_TOPICS = {"price": (10, "asked about the price"), "appointment": (10, "spoke of an appointment")}
_TOPICS |= {"complaint": (-10, "complained"), "cancellation": (-15, "spoke of cancelling")}
_SENTIMENTS = {"positive": (5, "sounded pleased"), "negative": (-10, "sounded displeased")}

ORDER = ("new", "contacted", "engaged", "qualified")
"""How far a lead can come by calls; a call moves it forward and never back."""
LOST, DO_NOT_CALL = "lost", "do_not_call"
STATUSES = (*ORDER, "converted", LOST, DO_NOT_CALL)
"""`converted` is a person's word: no call says that somebody has bought."""
_ENDED = {Outcome.NOT_INTERESTED: LOST, Outcome.WRONG_NUMBER: LOST, Outcome.DECEASED_OR_VULNERABLE: LOST, Outcome.DO_NOT_CALL: DO_NOT_CALL}
_REACHED = {Outcome.SUCCESS: "qualified", Outcome.PARTIAL: "engaged", Outcome.CALLBACK: "engaged", Outcome.TRANSFERRED: "engaged"}
_SURE = 0.5
"""Below this confidence nothing is moved."""


def score(opt_out: Finding, outcome: Finding, sentiment: Finding, topics: Iterable[Finding]) -> tuple[int | None, tuple[Reason, ...]]:
    """0 to 100 with the reasons; None when nothing was found that speaks for or against."""
    if opt_out.is_known:
        return 0, (Reason(-BASE, _OUTCOMES[Outcome.DO_NOT_CALL][1], opt_out.quote, opt_out.offset_s),)
    weighed = [(outcome, _OUTCOMES), (sentiment, _SENTIMENTS), *((topic, _TOPICS) for topic in topics)]
    known = [(finding, table[finding.value]) for finding, table in weighed if finding.is_known and finding.value in table]
    reasons = tuple(Reason(points, why, finding.quote, finding.offset_s) for finding, (points, why) in known)
    if not reasons:
        return None, ()
    return max(0, min(100, BASE + sum(reason.points for reason in reasons))), reasons


def advanced(status: str, opt_out: Finding, outcome: Finding, *, was_spoken_to: bool) -> str:
    """The lead's status after a call. An opt-out outranks all; what a person has closed a call does not open again, but for a yes after
    a no."""
    if opt_out.is_known or status == DO_NOT_CALL:
        return DO_NOT_CALL
    decided = outcome.value if outcome.is_known and outcome.confidence >= _SURE else None
    if status == "converted":
        return status
    if decided in _ENDED:
        return _ENDED[Outcome(decided)]
    reached = _REACHED[Outcome(decided)] if decided in _REACHED else "contacted" if was_spoken_to else "new"
    if status == LOST:
        return reached if decided == Outcome.SUCCESS else LOST
    return max(status, reached, key=ORDER.index)
