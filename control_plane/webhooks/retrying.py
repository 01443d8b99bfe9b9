"""What follows from one attempt to deliver: pure decisions, so that they can be tested without a network."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 86_400))
"""From 5 s to 24 h: ten attempts within about two days, as the Standard Webhooks specification suggests."""
MOST_ATTEMPTS = len(DELAYS) + 1
LONGEST_REST = timedelta(hours=24)
JITTER = 0.1
"""A delay is stretched or shortened by up to a tenth, so that what failed together does not come back together."""
DISABLED_AFTER = timedelta(days=5)
LEAST_FAILURES = 10
"""An endpoint is switched off when for so long so many attempts in a row have failed and none succeeded."""
GONE = 410
_ASK_FOR_REST = (429, 503)
_MOST_HEADER = 40


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as it ended. `status` is None when no answer came, and `error` says why."""

    number: int
    status: int | None
    error: str = ""
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


@dataclass(frozen=True, slots=True)
class Later:
    """Again at `at`; with `rests_until` the endpoint asked that nothing at all is sent until then."""

    at: datetime
    error: str
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    error: str
    is_gone: bool = False


def after(attempt: Attempt, seed: str, now: datetime) -> Delivered | Later | GivenUp:
    """What becomes of the delivery; `seed` is its id, so that the jitter is the same when it is decided again."""
    if attempt.status is not None and 200 <= attempt.status < 300:
        return Delivered()
    error = attempt.error or _sentence(attempt.status)
    if attempt.status == GONE:
        return GivenUp(error, is_gone=True)
    if attempt.number >= MOST_ATTEMPTS:
        return GivenUp(error)
    due = now + _delay(attempt.number, seed)
    rest = _rest(attempt.retry_after, now) if attempt.status in _ASK_FOR_REST else None
    return Later(due, error) if rest is None else Later(max(due, rest), error, rest)


def is_hopeless(failing_since: datetime | None, failures: int, now: datetime) -> bool:
    """Whether an endpoint has failed for so long that it is switched off."""
    return failing_since is not None and failures >= LEAST_FAILURES and now - failing_since >= DISABLED_AFTER


def _sentence(status: int | None) -> str:
    if status is not None and 300 <= status < 400:
        return f"It answered {status}, a redirect, which is not followed."
    return f"It answered {status}." if status is not None else "No answer came."


def _delay(number: int, seed: str) -> timedelta:
    share = int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:8]) / 2**64
    return DELAYS[number - 1] * (1 + JITTER * (2 * share - 1))


def _rest(header: str | None, now: datetime) -> datetime | None:
    """When a `Retry-After` in seconds or as a date is over, a day at most; None for what is neither (RFC 9110 §10.2.3)."""
    text = (header or "").strip()
    if not text or len(text) > _MOST_HEADER:
        return None
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=min(int(text), 10**6)), LONGEST_REST)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(max(at, now), now + LONGEST_REST) if at.tzinfo is not None else None
