"""The gate: may this number be dialled now? One pure function over gathered facts, asked when planning, inside the claim, and at the
last moment before the INVITE. Closed when in doubt. Later rules join `RULES`; their order is cheap before dear, final before passing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from control_plane.domain.calling_window import SEARCH_HORIZON, Window


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Dial:
    """The call may be placed."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now. Ask again at `until`."""

    until: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """Not this number in this campaign."""

    reasons: tuple[Reason, ...]


Decision = Dial | Wait | Never

RECHECK = timedelta(minutes=1)
"""When a passing obstacle has no known end (a paused campaign), ask again after this."""


@dataclass(frozen=True, slots=True)
class RulePack:
    """Rules of a jurisdiction; versioned, because rules are dated data. The packs of the law join here later."""

    name: str
    version: str
    window: Window
    is_rehearsal: bool = False


DEFAULT_PACK = RulePack("default", "2026-11-1", Window.daily("09:00", "20:00"))
"""Neutral and stricter than the common 8:00–21:00 (facts/dialer §1.1 US-5), because the state of a number is not looked at yet."""
REHEARSAL_PACK = RulePack("rehearsal", "2026-11-1", Window.always(), is_rehearsal=True)
PACKS: Mapping[str, RulePack] = {pack.name: pack for pack in (DEFAULT_PACK, REHEARSAL_PACK)}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the gate looks at, gathered in one place so that a verdict can be replayed."""

    e164: str
    is_valid_number: bool
    is_fictional_number: bool
    is_rehearsal_trunk: bool
    suppressed_because: str | None
    workspace_halted: bool
    campaign_status: str | None
    """None for a call outside campaigns."""
    campaign_starts_at: datetime | None
    campaign_ends_at: datetime | None
    window: Window | None
    time_zones: tuple[str, ...]
    workspace_time_zone: str
    ring_timeout: timedelta
    contact_name_for_reasons: str = "the contact"
    attempts_today: int = 0
    max_per_day: int | None = None
    day_ends_at: datetime | None = None
    """When the day that `attempts_today` counts is over."""
    attempts_24h: int = 0
    """Over all numbers and campaigns of the contact."""
    max_per_24h: int | None = None
    frees_24h_at: datetime | None = None
    """When so many of `attempts_24h` lie more than 24 hours back that another one fits in."""
    campaign_calls_today: int = 0
    campaign_daily_cap: int | None = None
    installation_halted: bool = False

    def canonical(self) -> dict[str, Any]:
        """The inputs as plain values, without the number itself: the verdict's row refers to it by its call or enrollment."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("e164", "window", "contact_name_for_reasons")}
        return {k: _plain(v) for k, v in plain.items()} | {"window": None if self.window is None else repr(self.window)}


Rule = Callable[[Facts, datetime, RulePack], Wait | Never | None]


def decide(facts: Facts, now: datetime, pack: RulePack) -> Decision:
    """The first rule that objects decides; a final objection goes before a passing one, since waiting for it would be vain."""
    verdicts = [verdict for rule in RULES if (verdict := rule(facts, now, pack)) is not None]
    never = tuple(reason for v in verdicts if isinstance(v, Never) for reason in v.reasons)
    if never:
        return Never(never)
    waits = [v for v in verdicts if isinstance(v, Wait)]
    if waits:
        return Wait(max(w.until for w in waits), tuple(reason for w in waits for reason in w.reasons))
    return Dial()


def _halted(facts: Facts, now: datetime, pack: RulePack) -> Wait | None:
    if facts.installation_halted:
        return Wait(now + RECHECK, (Reason("halted", "All calling of this installation has been halted."),))
    if facts.workspace_halted:
        return Wait(now + RECHECK, (Reason("halted", "All calling of this workspace has been halted."),))
    return None


def _campaign_state(facts: Facts, now: datetime, pack: RulePack) -> Wait | Never | None:
    status = facts.campaign_status
    if status is None or status == "running":
        return None
    if status in ("paused", "idle", "error"):
        return Wait(now + RECHECK, (Reason("campaign_not_running", f"The campaign is {status}."),))
    return Never((Reason("campaign_over", f"The campaign is {status}."),))


def _campaign_dates(facts: Facts, now: datetime, pack: RulePack) -> Wait | Never | None:
    if facts.campaign_ends_at is not None and now >= facts.campaign_ends_at:
        return Never((Reason("campaign_over", "The campaign's end date has passed."),))
    if facts.campaign_starts_at is not None and now < facts.campaign_starts_at:
        return Wait(
            facts.campaign_starts_at, (Reason("campaign_not_begun", f"The campaign begins {facts.campaign_starts_at:%Y-%m-%d %H:%M} UTC."),)
        )
    return None


def _suppressed(facts: Facts, now: datetime, pack: RulePack) -> Never | None:
    if facts.suppressed_because is None:
        return None
    because = f": {facts.suppressed_because}" if facts.suppressed_because else ""
    return Never((Reason("suppressed", f"The number is on the suppression list{because}."),))


def _number(facts: Facts, now: datetime, pack: RulePack) -> Never | None:
    if not facts.is_valid_number:
        return Never((Reason("invalid_number", "The number cannot exist."),))
    if facts.is_fictional_number and not facts.is_rehearsal_trunk:
        return Never((Reason("fictional_number", "The number is fictional and can only be called on a rehearsal trunk."),))
    if facts.is_rehearsal_trunk and not facts.is_fictional_number:
        return Never((Reason("real_number", "A rehearsal trunk calls fictional numbers only (+1 NPA 555-01xx)."),))
    return None


def _pack_fits(facts: Facts, now: datetime, pack: RulePack) -> Never | None:
    if pack.is_rehearsal != facts.is_rehearsal_trunk:
        return Never((Reason("wrong_rule_pack", "The rehearsal rules go with rehearsal trunks, and with no other."),))
    return None


def _windows(facts: Facts, now: datetime, pack: RulePack) -> Wait | Never | None:
    """Both the law's window (the pack's) and the campaign's own; the whole ring must fit in as well."""
    own = facts.window
    zones = tuple(ZoneInfo(name) for name in facts.time_zones)
    own_zones = (ZoneInfo(facts.workspace_time_zone),) if own is not None and own.follows_workspace else zones
    checks = [(pack.window, zones)] + ([(own, own_zones)] if own is not None else [])
    if any(not z for w, z in checks if not _is_always(w)):
        return Never((Reason("unknown_time_zone", f"The time zone of {facts.contact_name_for_reasons} is not known."),))
    instant = _agreed_opening(checks, now, facts.ring_timeout)
    if instant is None:
        return Never((Reason("window_never_opens", "The allowed hours never open in the next two weeks."),))
    if instant == now:
        return None
    return Wait(instant, (Reason("outside_window", _closed_sentence(now, instant, facts)),))


def _agreed_opening(checks: list[tuple[Window, tuple[ZoneInfo, ...]]], now: datetime, ring: timedelta) -> datetime | None:
    """The first instant at which all windows are open for a whole ring; None within the horizon, since windows may never meet."""
    instant, at = now, _first_open(checks, now, ring)
    while at is not None and at != instant and at <= now + SEARCH_HORIZON:
        instant, at = at, _first_open(checks, at, ring)
    return instant if at == instant else None


def _first_open(checks: list[tuple[Window, tuple[ZoneInfo, ...]]], now: datetime, ring: timedelta) -> datetime | None:
    instant = now
    for window, zones in checks:
        if _is_always(window) and not zones:
            continue
        opening = window.next_opening(instant, zones)
        if opening is None:
            return None
        if not window.is_open(opening + ring, zones):
            # The window closes while the phone would ring: this opening is of no use.
            opening = window.next_opening(opening + ring, zones)
            if opening is None:
                return None
        instant = max(instant, opening)
    return instant


def _is_always(window: Window) -> bool:
    return window.weekly == Window.always().weekly and window.dates is None and not window.holidays


def _closed_sentence(now: datetime, opens: datetime, facts: Facts) -> str:
    zone = facts.time_zones[0] if facts.time_zones else facts.workspace_time_zone
    local, opening = now.astimezone(ZoneInfo(zone)), opens.astimezone(ZoneInfo(zone))
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    day = "" if opening.date() == local.date() else f" on {opening:%A}"
    return f"{local:%H:%M} in {place}; the window opens {opening:%H:%M}{day}."


def _daily_limits(facts: Facts, now: datetime, pack: RulePack) -> Wait | None:
    reasons = []
    if facts.max_per_day is not None and facts.attempts_today >= facts.max_per_day:
        reasons.append(Reason("attempts_today", f"{facts.attempts_today} of {facts.max_per_day} attempts of the day are used."))
    if facts.campaign_daily_cap is not None and facts.campaign_calls_today >= facts.campaign_daily_cap:
        reasons.append(Reason("daily_cap", f"The campaign's daily cap of {facts.campaign_daily_cap} calls is reached."))
    return Wait(facts.day_ends_at or now + RECHECK, tuple(reasons)) if reasons else None


def _rolling_limit(facts: Facts, now: datetime, pack: RulePack) -> Wait | None:
    """The strictest states of the US allow three calls in any 24 hours (facts/dialer §2.5); midnight makes no difference to the callee."""
    if facts.max_per_24h is None or facts.attempts_24h < facts.max_per_24h:
        return None
    words = f"{facts.contact_name_for_reasons.capitalize()} has been called {facts.attempts_24h} times within 24 hours."
    return Wait(facts.frees_24h_at or now + RECHECK, (Reason("attempts_24h", words),))


RULES: tuple[Rule, ...] = (
    _halted,
    _campaign_state,
    _campaign_dates,
    _suppressed,
    _number,
    _pack_fits,
    _windows,
    _daily_limits,
    _rolling_limit,
)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else value
