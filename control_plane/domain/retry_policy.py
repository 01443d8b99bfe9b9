"""What follows from the end of a call: call again, when, or never. A policy is a value; it decides and does not act.

The ladder and its limits are facts/dialer §2.5. Plain form, as in a campaign's `attempts`:

    {"max_total": 6, "max_per_day": 2, "max_per_24h": 3,
     "ladder": {"busy": {"delays_s": [900, 1800, 3600]}, "no_answer": {"delays_s": [14400, 86400], "other_daypart": true}, …}}

Delays are spread by up to a fifth, so that calls that failed together do not come back together. The spread is drawn from a seed, such
as the call's id: the same end of the same call always has the same consequence.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from control_plane.domain.daypart import Place, next_other_part
from control_plane.domain.errors import Invalid
from sip_config.contract import AnsweredBy, NetworkResult, Outcome

_M, _H, _D = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Rung:
    """Delays before each further call after this kind of end, in seconds; as many retries as there are delays."""

    delays_s: tuple[int, ...]
    counts: bool = True
    """Does a call that ended so use up one of the contact's attempts?"""
    repeats: bool = False
    """The last delay goes on for ever (throttling: our fault, not the contact's)."""
    other_daypart: bool = False
    """A delay of a day or more leads to another part of that later day."""
    business_days: bool = False
    """Such a delay passes over Saturday and Sunday."""
    at_least: bool = False
    """The delay is a promise: it is spread upwards only."""


LADDER: Mapping[str, Rung] = {
    "busy": Rung((15 * _M, 30 * _M, 60 * _M)),
    "no_answer": Rung((4 * _H, 1 * _D, 1 * _D, 1 * _D), other_daypart=True),
    "voicemail": Rung((1 * _D, 1 * _D, 1 * _D), other_daypart=True, business_days=True),
    "ivr": Rung((1 * _D, 1 * _D), other_daypart=True, business_days=True),
    "call_screen": Rung((4 * _H, 1 * _D), other_daypart=True),
    "announcement": Rung((1 * _D,)),
    "fax": Rung(()),
    "rejected": Rung((1 * _D,)),
    "unreachable": Rung((4 * _H, 1 * _D, 1 * _D)),
    "network": Rung((30, 2 * _M, 10 * _M), counts=False),
    "throttled": Rung((5,), counts=False, repeats=True),
    "media": Rung((10 * _M,), counts=False),
    "trunk_fault": Rung((10 * _M, 1 * _H, 4 * _H, 4 * _H, 1 * _D, 1 * _D, 1 * _D, 1 * _D), counts=False),
    "blocked_analytics": Rung((1 * _D,), at_least=True),
    "callback": Rung((1 * _H, 1 * _D)),
    "silence": Rung((4 * _H, 1 * _D)),
    "hung_up_early": Rung((1 * _D,)),
    "lost": Rung((4 * _H,), at_least=True),
    "agent_failure": Rung((4 * _H,), at_least=True),
}
"""facts/dialer §2.5; what that table leaves open (menus, screeners, announcements, fax) follows its nearest row. A fault of the trunk is
ours to mend: its rung outlasts a long weekend. It has an end, because some carriers answer so for one number only."""

REHEARSAL_LADDER: Mapping[str, Rung] = {
    # The same shape in seconds, so that a rehearsal shows every retry while somebody watches.
    name: Rung(tuple(2 + i for i in range(len(rung.delays_s))), rung.counts, rung.repeats)
    for name, rung in LADDER.items()
}
_REHEARSAL_CAP = 50
_MOST = {"max_total": 20, "max_per_day": 50, "max_per_24h": 50}

_CLASS_OF_RESULT: Mapping[NetworkResult, str] = {
    NetworkResult.BUSY: "busy",
    NetworkResult.NO_ANSWER: "no_answer",
    NetworkResult.REJECTED: "rejected",
    NetworkResult.UNREACHABLE: "unreachable",
    NetworkResult.NETWORK_ERROR: "network",
    NetworkResult.CONGESTION: "network",
    NetworkResult.THROTTLED: "throttled",
    NetworkResult.MEDIA_ERROR: "media",
    NetworkResult.CONFIG_ERROR: "trunk_fault",
    NetworkResult.BLOCKED_ANALYTICS: "blocked_analytics",
    NetworkResult.UNKNOWN: "lost",
    NetworkResult.CANCELED: "lost",
}
_CLASS_OF_ANSWERER: Mapping[AnsweredBy, str] = {
    AnsweredBy.VOICEMAIL: "voicemail",
    AnsweredBy.MAILBOX_UNAVAILABLE: "voicemail",
    AnsweredBy.IVR: "ivr",
    AnsweredBy.CALL_SCREEN: "call_screen",
    AnsweredBy.NETWORK_ANNOUNCEMENT: "announcement",
    AnsweredBy.FAX: "fax",
    AnsweredBy.SILENCE: "silence",
}
DEAD_NUMBER: Mapping[NetworkResult, str] = {
    NetworkResult.INVALID_NUMBER: "the number does not exist",
    NetworkResult.NUMBER_CHANGED: "the number has changed",
}
"""What the network says of a number that nobody is to call again; the contact may have others."""
_NEVER_AGAIN: Mapping[NetworkResult, str] = {
    **DEAD_NUMBER,
    NetworkResult.BLOCKED_PROVIDER: "the provider blocks this destination",
}


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended, as far as retrying goes."""

    network_result: NetworkResult
    answered_by: AnsweredBy
    outcome: Outcome
    attempts: int
    """Counting attempts so far, this call not included."""
    attempts_of_class: int
    """How many earlier ends of the same class there were."""
    other_numbers: int = 0
    """Numbers of the contact, beside the one called, of which nobody has said that they are dead."""
    callback_at: datetime | None = None
    """When the callee was promised to be called back; None when no time was said."""
    rang: bool = False
    """The phone was heard to ring. That is an attempt to whoever was called, whatever the network made of it afterwards."""

    def with_history(self, ends_by_class: Mapping[str, int]) -> "End":
        """The same end, knowing how often its class came before."""
        retry_class = retry_class_of(self.network_result, self.answered_by, self.outcome)
        return replace(self, attempts_of_class=ends_by_class.get(retry_class, 0))


@dataclass(frozen=True, slots=True)
class Again:
    """Call again at `at`; `counts` says whether the ended call used up an attempt."""

    at: datetime
    retry_class: str
    counts: bool
    reason: str
    """Completes "to be called …"."""


@dataclass(frozen=True, slots=True)
class Closed:
    """No further call: `state` is the enrollment's last state."""

    state: str
    reason: str
    retry_class: str
    counts: bool


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    max_total: int = 6
    max_per_day: int = 2
    max_per_24h: int = 3
    """Over all numbers and campaigns of the contact, in any 24 hours: what the strictest states of the US allow (facts/dialer §2.5)."""
    jitter: float = 0.2
    ladder: Mapping[str, Rung] = field(default_factory=lambda: LADDER)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], *, rehearsal: bool = False) -> "RetryPolicy":
        """A campaign's `attempts` over the defaults of its rule pack. Raises `Invalid` naming the field that is wrong."""
        unknown = plain.keys() - {"max_total", "max_per_day", "max_per_24h", "ladder"}
        if unknown:
            raise Invalid.field("attempts", f"Attempts have no field {', '.join(sorted(unknown))}.")
        base = cls(ladder=REHEARSAL_LADDER, max_per_day=_REHEARSAL_CAP, max_per_24h=_REHEARSAL_CAP, jitter=0) if rehearsal else cls()
        ladder = dict(base.ladder)
        for name, rung in _mapping(plain.get("ladder") or {}, "attempts.ladder").items():
            ladder[name] = _rung(name, rung, base.ladder)
        caps = {name: _count(plain.get(name, getattr(base, name)), f"attempts.{name}", most) for name, most in _MOST.items()}
        return replace(base, ladder=ladder, **caps)

    def used_up(self, attempts: int) -> str | None:
        """Why nobody is called again to whom there were so many counting calls; None when one may be. Asked before a call, too: there may
        have been more attempts when the last one ended."""
        return f"all {self.max_total} attempts are used" if attempts >= self.max_total else None

    def after(self, end: End, now: datetime, *, seed: str = "", place: Place | None = None) -> Again | Closed:
        """What follows from `end`. Without a seed delays are not spread; without a place the part of the day is not looked at."""
        if end.network_result in DEAD_NUMBER and end.other_numbers and end.outcome is not Outcome.DO_NOT_CALL:
            return self._on_another_number(end, now)
        closed = _closing(end)
        if closed is not None:
            return closed
        retry_class = retry_class_of(end.network_result, end.answered_by, end.outcome)
        rung, words = self.ladder[retry_class], retry_class.replace("_", " ")
        counts = rung.counts or end.rang
        if counts and (why := self.used_up(end.attempts + 1)):
            return Closed("exhausted", why, retry_class, True)
        if retry_class == "callback" and end.callback_at is not None:
            return Again(max(now, end.callback_at), retry_class, counts, "back at the time that was promised")
        if end.attempts_of_class >= len(rung.delays_s) and not (rung.repeats and rung.delays_s):
            return Closed("exhausted", f"{words}{' again' if rung.delays_s else ''}, with no further try allowed", retry_class, counts)
        delay = rung.delays_s[min(end.attempts_of_class, len(rung.delays_s) - 1)]
        return Again(self._when(rung, delay, now, seed, place), retry_class, counts, f"again after {words}")

    def _on_another_number(self, end: End, now: datetime) -> Again | Closed:
        """At once: nobody has been disturbed by a number that does not exist."""
        if why := self.used_up(end.attempts + 1):
            return Closed("exhausted", why, str(end.network_result), True)
        return Again(now, str(end.network_result), True, f"on another number, because {DEAD_NUMBER[end.network_result]}")

    def _when(self, rung: Rung, delay: int, now: datetime, seed: str, place: Place | None) -> datetime:
        share = share_of(seed) if seed else 0.5
        if rung.other_daypart and place is not None and delay >= _D:
            return next_other_part(now, place, days=delay // _D, spread=share, business_days=rung.business_days)
        if not seed:
            return now + timedelta(seconds=delay)
        return now + timedelta(seconds=delay * (1 + self.jitter * (share if rung.at_least else 2 * share - 1)))


def share_of(seed: str) -> float:
    """A number in [0, 1) that belongs to the seed: evenly spread over seeds, always the same for one."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest()) / 2**64


def retry_class_of(network_result: NetworkResult, answered_by: AnsweredBy, outcome: Outcome) -> str:
    """The rung of the ladder that an end belongs to."""
    if network_result is not NetworkResult.ANSWERED:
        return _CLASS_OF_RESULT.get(network_result, "lost")
    if outcome is Outcome.CALLBACK:
        return "callback"
    if answered_by in _CLASS_OF_ANSWERER:
        return _CLASS_OF_ANSWERER[answered_by]
    return str(outcome) if outcome in (Outcome.HUNG_UP_EARLY, Outcome.AGENT_FAILURE) else "lost"


def counts_as_attempt(end: End) -> bool:
    """Whether a call that ended so counts as one to whoever was called: not where our side or the carrier kept it from reaching them."""
    return end.rang or LADDER[retry_class_of(end.network_result, end.answered_by, end.outcome)].counts


def never_again(end: End) -> Closed | None:
    """What follows whatever the ladder says, for an end that is understood only later; None when the ladder decides."""
    goes_on = end.network_result in DEAD_NUMBER and end.other_numbers and end.outcome is not Outcome.DO_NOT_CALL
    return None if goes_on else _closing(end)


def _closing(end: End) -> Closed | None:
    """Ends after which nobody calls again, whatever the ladder says."""
    if end.outcome is Outcome.DO_NOT_CALL or end.network_result is NetworkResult.UNWANTED:
        return Closed("suppressed", "asked not to be called again", "do_not_call", True)
    if end.network_result in _NEVER_AGAIN:
        return Closed("exhausted", _NEVER_AGAIN[end.network_result], str(end.network_result), True)
    retried = (Outcome.CALLBACK, Outcome.HUNG_UP_EARLY, Outcome.NO_CONVERSATION, Outcome.AGENT_FAILURE)
    if end.network_result is NetworkResult.ANSWERED and end.outcome not in retried:
        return Closed("done", f"outcome {str(end.outcome).replace('_', ' ')}", "done", True)
    return None


def _rung(name: str, plain: Any, base: Mapping[str, Rung]) -> Rung:
    where = f"attempts.ladder.{name}"
    if name not in base:
        raise Invalid.field(where, f"There is no such kind of end; there are {', '.join(base)}.")
    fields = _mapping(plain, where)
    delays, other_daypart = fields.get("delays_s"), fields.get("other_daypart", False)
    if fields.keys() - {"delays_s", "other_daypart"} or not isinstance(delays, list) or len(delays) > 20:
        raise Invalid.field(where, "A rung has delays_s, a list of up to 20 delays in seconds, and may have other_daypart.")
    if not isinstance(other_daypart, bool):
        raise Invalid.field(f"{where}.other_daypart", "This is true or false.")
    seconds = tuple(_count(d, f"{where}.delays_s", 60 * _D) for d in delays)
    return replace(base[name], delays_s=seconds, other_daypart=other_daypart, business_days=False)


def _mapping(plain: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(plain, Mapping):
        raise Invalid.field(where, "This is an object.")
    return plain


def _count(value: Any, where: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Invalid.field(where, f"This is a whole number from 1 to {most}.")
    return value
