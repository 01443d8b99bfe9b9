"""What each figure means, once for all: the API, campaign statistics, previews and docs/figures.md take it from here.

Everything counts **calls over**: calls that were dialled (an INVITE left) and have ended, or were lost. Calls that wait, ring or talk, and
calls that were put back before anybody was dialled, are in no figure. A call belongs to the moment at which it was dialled.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct

SHORT_S = 12
"""Twilio's limit for short calls (facts/dialer §0.4)."""


class Counts(Struct, frozen=True, kw_only=True):
    """The counts behind every figure."""

    calls: int = 0
    answered: int = 0
    humans: int = 0
    successes: int = 0
    opt_outs: int = 0
    short_calls: int = 0
    lost: int = 0
    talk_ms: int = 0
    priced_calls: int = 0
    cost: Decimal = Decimal(0)
    costs: Mapping[str, Decimal] = {}
    """The known costs by currency. Amounts of several are never added up: `cost` is 0 then."""

    @property
    def known_cost(self) -> Decimal | None:
        """None while no cost is known, and where there are several currencies."""
        return self.cost if self.priced_calls and len(self.costs) <= 1 else None


COUNTERS: Mapping[str, str] = {
    "calls": "Calls over: dialled, and ended or lost.",
    "answered": "Calls over that were answered, by whomever or whatever.",
    "humans": "Answered calls in which a human was reached (`answered_by` is human).",
    "successes": "Calls over with the outcome success.",
    "opt_outs": "Calls over with the outcome do_not_call.",
    "short_calls": f"Answered calls that lasted {SHORT_S} seconds or less; many of them make carriers suspicious.",
    "lost": "Calls of which nobody can say what became of them; they count as calls, and as unanswered.",
    "talk_ms": "Milliseconds from answer to end, over answered calls.",
    "priced_calls": "Calls over whose cost is known.",
    "cost": "The sum of the known costs, in their currency. Costs in several currencies are never added up, but told one by one.",
}


class Rate(Struct, frozen=True):
    """`count` of `of`. `value` is their quotient, null where there is nothing to divide by."""

    value: float | None
    count: int
    of: int


class Money(Struct, frozen=True):
    """An amount over `of` things. `value` is null where it is not known or there is nothing to divide by, `currency` with it."""

    value: Decimal | None
    of: int
    currency: str | None = None


class Seconds(Struct, frozen=True):
    """A mean over `of` things, in seconds."""

    value: float | None
    of: int


def rate(count: int, of: int) -> Rate:
    return Rate(round(count / of, 4) if of else None, count, of)


def answer_seizure_ratio(counts: Counts) -> Rate:
    """Answered calls of all calls over, the ASR of carriers. Mailboxes and machines that pick up count as answers."""
    return rate(counts.answered, counts.calls)


def contact_rate(counts: Counts) -> Rate:
    """Calls that reached a human of all calls over."""
    return rate(counts.humans, counts.calls)


def human_rate(counts: Counts) -> Rate:
    """Calls that reached a human of those that were answered."""
    return rate(counts.humans, counts.answered)


def success_rate(counts: Counts) -> Rate:
    """Calls with the outcome success of those that reached a human."""
    return rate(counts.successes, counts.humans)


def opt_out_rate(counts: Counts) -> Rate:
    """Calls after which the number is never called again, of those that reached a human."""
    return rate(counts.opt_outs, counts.humans)


def short_call_share(counts: Counts) -> Rate:
    """Answered calls of 12 seconds or less, of all that were answered. Carriers want at most a tenth."""
    return rate(counts.short_calls, counts.answered)


def talk_time_s(counts: Counts) -> float:
    """Seconds from answer to end, summed over answered calls."""
    return counts.talk_ms / 1000


def average_talk_time(counts: Counts) -> Seconds:
    """Seconds from answer to end, mean over answered calls: the ACD of carriers."""
    return Seconds(round(counts.talk_ms / 1000 / counts.answered, 1) if counts.answered else None, counts.answered)


def cost_per_success(counts: Counts) -> Money:
    """The known cost of all calls, failed ones too, over calls with the outcome success. Null while no cost is known, or several
    currencies are."""
    known = counts.known_cost
    if known is None or not counts.successes:
        return Money(None, counts.successes)
    return Money((known / counts.successes).quantize(Decimal("0.0001")), counts.successes, next(iter(counts.costs), None))


FIGURES: tuple[Callable[[Counts], object], ...] = (
    answer_seizure_ratio,
    contact_rate,
    human_rate,
    success_rate,
    opt_out_rate,
    short_call_share,
    talk_time_s,
    average_talk_time,
    cost_per_success,
)
