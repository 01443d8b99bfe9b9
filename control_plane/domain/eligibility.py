"""The gate: may this number be dialled now? One pure function over gathered facts, asked when planning, inside the claim, and at the
last moment before the INVITE. Closed when in doubt. Later rules join `STANDING`, or `OF_CALLS` if they look at earlier calls; their order
is cheap before dear, final before passing.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from control_plane.domain.calling_window import Window
from control_plane.domain.consents import consent_for, meets, of_present_owner
from control_plane.domain.decision import Decision, Dial, Never, Reason, Wait
from control_plane.domain.facts import Facts
from control_plane.domain.frequency import cooling, over
from control_plane.domain.number_lookup import looked_up
from control_plane.domain.opening import Check, Openings, first_opening
from control_plane.domain.retry_policy import DEAD_NUMBER
from control_plane.domain.rules import BASES, ListNeed, Rules
from sip_config.contract import NetworkResult

RECHECK = timedelta(minutes=1)
"""When a passing obstacle has no known end (a paused campaign), ask again after this."""
LIST_RECHECK = timedelta(hours=1)
"""How soon a contact that waits for a fresh list is looked at again."""

_MINUTE = timedelta(minutes=1)
_MOST_PLACES = 5
"""That a sentence names: freephone numbers may be in dozens."""
_EARLIEST_MIDNIGHT = timedelta(hours=14)
"""A day begins so long before it does in UTC where it begins first."""

Rule = Callable[[Facts, datetime, Rules], Wait | Never | None]


def decide(facts: Facts, now: datetime, rules: Rules) -> Decision:
    """Whatever objects decides; a final objection goes before a passing one, since waiting for it would be vain. One waits until all that
    is known to pass has passed and the hours are open then, too."""
    return decide_after(standing(facts, now, rules), facts, now, rules)


def standing(facts: Facts, now: datetime, rules: Rules) -> Sequence[Wait | Never]:
    """What objects whatever calls were made before: the same for all who differ in nothing else."""
    return [verdict for rule in STANDING if (verdict := rule(facts, now, rules)) is not None]


def decide_after(stands: Sequence[Wait | Never], facts: Facts, now: datetime, rules: Rules) -> Decision:
    """The decision of which is known already what `standing` says."""
    verdicts = [*stands, *(verdict for rule in OF_CALLS if (verdict := rule(facts, now, rules)) is not None)]
    never = tuple(reason for v in verdicts if isinstance(v, Never) for reason in v.reasons)
    if never:
        return Never(never)
    waits = [v for v in verdicts if isinstance(v, Wait)]
    if waits:
        return Wait(_open_from(max(w.until for w in waits), facts, rules), tuple(reason for w in waits for reason in w.reasons))
    used = consent_for(facts, now, rules)
    return Dial(used.id if used else None)


def _halted(facts: Facts, now: datetime, rules: Rules) -> Wait | None:
    if facts.installation_halted:
        return Wait(now + RECHECK, (Reason("halted", "All calling of this installation has been halted."),))
    if facts.workspace_halted:
        return Wait(now + RECHECK, (Reason("halted", "All calling of this workspace has been halted."),))
    return None


def _campaign_state(facts: Facts, now: datetime, rules: Rules) -> Wait | Never | None:
    status = facts.campaign_status
    if status is None or status == "running":
        return None
    if status in ("paused", "idle", "error"):
        return Wait(now + RECHECK, (Reason("campaign_not_running", f"The campaign is {status}."),))
    return Never((Reason("campaign_over", f"The campaign is {status}."),))


def _campaign_dates(facts: Facts, now: datetime, rules: Rules) -> Wait | Never | None:
    if facts.campaign_ends_at is not None and now >= facts.campaign_ends_at:
        return Never((Reason("campaign_over", "The campaign's end date has passed."),))
    if facts.campaign_starts_at is not None and now < facts.campaign_starts_at:
        return Wait(
            facts.campaign_starts_at, (Reason("campaign_not_begun", f"The campaign begins {facts.campaign_starts_at:%Y-%m-%d %H:%M} UTC."),)
        )
    return None


SUPPRESSED = "suppressed"
"""The one reason that repeats what somebody has written."""


def _suppressed(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    if facts.suppressed_because is None:
        return None
    return Never((Reason(SUPPRESSED, suppressed_sentence(facts.suppressed_because)),))


def _being_asked(facts: Facts, now: datetime, rules: Rules) -> Wait | None:
    if not facts.is_being_asked:
        return None
    words = "The person has asked to stop calls to this number and is being asked which of them are meant."
    return Wait(now + RECHECK, (Reason("being_asked", words),))


def suppressed_sentence(because: str) -> str:
    """What is said of a suppressed number, with the words that it was asked for in, where there are any."""
    return f"The number is on the suppression list{f': {because}' if because else ''}."


def _number(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    if not facts.is_valid_number:
        return Never((Reason("invalid_number", "The number cannot exist."),))
    if facts.is_fictional_number and not facts.is_rehearsal_trunk:
        return Never((Reason("fictional_number", "The number is fictional and can only be called on a rehearsal trunk."),))
    if facts.is_rehearsal_trunk and not facts.is_fictional_number:
        return Never((Reason("real_number", "A rehearsal trunk calls fictional numbers only (+1 NPA 555-01xx)."),))
    return None


def _dead_number(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    if not facts.dead_number:
        return None
    said = DEAD_NUMBER[NetworkResult(facts.dead_number)]
    return Never((Reason("dead_number", f"The network has said that {said}; it can be called again once somebody confirms it."),))


def _destination(facts: Facts, now: datetime, rules: Rules) -> Wait | Never | None:
    """Against toll fraud. Where calls are paused somebody must look first, so who waits for it stays in the campaign."""
    if facts.is_rehearsal_trunk or facts.allowed_countries is None or not facts.is_valid_number:
        return None
    if facts.refused_destination:
        return Never((Reason("destination_refused", f"The number is {facts.refused_destination}; such numbers are never called."),))
    if facts.destination_country not in facts.allowed_countries:
        allowed = ", ".join(facts.allowed_countries) or "no country"
        words = f"The number is in {facts.destination_country or 'no country'}; this workspace may call {allowed} only."
        return Never((Reason("country_not_allowed", words),))
    if facts.paused_destination:
        return Wait(now + RECHECK, (Reason("destination_paused", facts.paused_destination),))
    return None


def _pack_fits(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    if rules.is_rehearsal != facts.is_rehearsal_trunk:
        return Never((Reason("wrong_rule_pack", "The rehearsal rules go with rehearsal trunks, and with no other."),))
    if not rules.packs:
        return Never((Reason("no_rule_pack", "No rules are known for where this number is."),))
    return Never(tuple(Reason("closed_by_rules", sentence) for sentence in rules.closed)) if rules.closed else None


def _caller_id(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    """Nobody else's number is shown. The dialer only chooses the trunk's own; one that was deleted since ends the call."""
    if facts.caller_id_owned:
        return None
    return Never((Reason("caller_id_not_owned", "The caller ID is not a number of the trunk that would call."),))


def _ring(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    if facts.ring_timeout >= rules.min_ring:
        return None
    least, given = (int(span.total_seconds()) for span in (rules.min_ring, facts.ring_timeout))
    return Never((Reason("ring_too_short", f"The phone must ring for at least {least} seconds before giving up, not {given}."),))


def _consent(facts: Facts, now: datetime, rules: Rules) -> Never | None:
    for need in rules.consents:
        if not any(meets(consent, need, facts.purpose, now) for consent in of_present_owner(facts)):
            bases = " or ".join(basis.replace("_", " ") for basis in BASES if basis in need.bases)
            words = f"Calls for the purpose {facts.purpose} need a consent ({bases}), and none is known that holds now."
            return Never((Reason("consent_missing", words),))
    return None


def _lists(facts: Facts, now: datetime, rules: Rules) -> Wait | None:
    """A do-not-call list that is too old says nothing; a fresh import opens the gate again, so nobody is closed for good."""
    known = dict(facts.lists)
    stale = [need for need in rules.lists if need.name not in known or now - known[need.name] > need.max_age]
    if not stale:
        return None
    reasons = tuple(Reason("stale_list", _list_sentence(need, known.get(need.name))) for need in stale)
    return Wait(now + LIST_RECHECK, reasons)


def _list_sentence(need: ListNeed, at: datetime | None) -> str:
    had = "none has been imported" if at is None else f"the last is of {at:%Y-%m-%d}"
    return f"The do-not-call list {need.name} must be at most {need.max_age.days} days old; {had}."


def _windows(facts: Facts, now: datetime, rules: Rules) -> Wait | Never | None:
    """The law's windows, the campaign's own and what the person's quiet times leave; the whole ring must fit in as well. A campaign that
    has yet to begin is asked about its first moment."""
    where = _where(facts, rules)
    if any(not check.zones for check in _checks(*where, facts.hours_left_by_person)):
        return Never((Reason("unknown_time_zone", "The time zone of the contact is not known."),))
    begin = max(now, facts.campaign_starts_at or now)
    instant = _first_opening(facts, begin, rules)
    if instant is None:
        return Never((_never_opens(facts, begin, rules),))
    if instant == begin:
        return None
    reasons = [Reason("outside_window", _closed_sentence(now, instant, facts))]
    if facts.hours_left_by_person is not None:
        is_outside = _opening(*where, None, begin, facts.ring_timeout) != begin
        quiet = Check(facts.hours_left_by_person, tuple(map(ZoneInfo, facts.time_zones)))
        is_quiet = first_opening((quiet,), begin, facts.ring_timeout) != begin
        reasons = (reasons if is_outside else []) + ([Reason("quiet_time", _quiet_sentence(now, instant, facts))] if is_quiet else [])
    return Wait(instant, tuple(reasons))


def _never_opens(facts: Facts, begin: datetime, rules: Rules) -> Reason:
    """Whether it is the hours that are at fault, or that nobody knows which of several places the person is in."""
    alone = (replace(facts, time_zones=(zone,)) for zone in facts.time_zones)
    if len(facts.time_zones) < 2 or not all(_first_opening(one, begin, rules) for one in alone):
        return Reason("window_never_opens", "The allowed hours never open in the next two weeks.")
    places = _places(facts.time_zones)
    if facts.zones_contradict:
        words = f"The number, the address and the time zone of the contact contradict each other: they stand for {places}, and the allowed"
        words += " hours are never open in all of these at once. Correct what is wrong, or confirm in which time zone the person is."
        return Reason("zones_contradict", words)
    words = f"The number may be in {places}, and the allowed hours are never open in all of these at once."
    return Reason("window_never_opens", f"{words} Say the contact's time zone or address.")


def _places(zones: Sequence[str]) -> str:
    """The places in words, the likeliest first; of many only some."""
    named, more = [_place(zone) for zone in zones[:_MOST_PLACES]], len(zones) - _MOST_PLACES
    last = f"{more} other places" if more > 0 else named.pop()
    return f"{', '.join(named)} and {last}"


def _where(facts: Facts, rules: Rules) -> tuple[Window | None, tuple[str, ...], str, Rules]:
    """Whose hours count, and where."""
    return facts.window, facts.time_zones, facts.workspace_time_zone, rules


def _first_opening(facts: Facts, begin: datetime, rules: Rules) -> datetime | None:
    soon = _opening(*_where(facts, rules), facts.hours_left_by_person, begin, facts.ring_timeout)
    return soon or _on_a_later_date(facts, begin, rules)


def _on_a_later_date(facts: Facts, begin: datetime, rules: Rules) -> datetime | None:
    """The first opening on the campaign's own dates, where all of them lie beyond what is looked through otherwise. Public holidays so far
    ahead are not known yet; they are looked at when the time has come."""
    dates = facts.window.dates if facts.window is not None else None
    starts = (datetime.combine(day, time(), UTC) - _EARLIEST_MIDNIGHT for day in sorted(dates or ()))
    later = (start for start in starts if start > begin)
    openings = (_opening(*_where(facts, rules), facts.hours_left_by_person, start, facts.ring_timeout) for start in later)
    return next((instant for instant in openings if instant is not None), None)


def _open_from(until: datetime, facts: Facts, rules: Rules) -> datetime:
    """The first moment from `until` on at which the hours are open; looked up by the minute, so that those who wait share the answer."""
    where, minute = (*_where(facts, rules), facts.hours_left_by_person), until.replace(second=0, microsecond=0)
    if _opening(*where, minute, facts.ring_timeout + _MINUTE) == minute:
        return until
    # Shortly before the hours close it is a matter of seconds.
    is_closing = _opening(*where, minute, facts.ring_timeout) == minute
    begin = until if is_closing or minute == until else minute + _MINUTE
    return _opening(*where, begin, facts.ring_timeout) or until


@lru_cache(maxsize=4096)
def _opening(
    own: Window | None,
    zone_names: tuple[str, ...],
    workspace_zone: str,
    rules: Rules,
    left_by_person: Window | None,
    now: datetime,
    ring: timedelta,
) -> datetime | None:
    """Kept, because those who are asked about together mostly are in the same places."""
    return _openings(own, zone_names, workspace_zone, rules, left_by_person, ring).first(now)


@lru_cache(maxsize=4096)
def _openings(
    own: Window | None, zone_names: tuple[str, ...], workspace_zone: str, rules: Rules, left_by_person: Window | None, ring: timedelta
) -> Openings:
    """Kept, because those who wait mostly do so until moments of their own within the same closed hours."""
    return Openings(_checks(own, zone_names, workspace_zone, rules, left_by_person), ring)


@lru_cache(maxsize=4096)
def _checks(
    own: Window | None, zone_names: tuple[str, ...], workspace_zone: str, rules: Rules, left_by_person: Window | None
) -> tuple[Check, ...]:
    zones = tuple(ZoneInfo(name) for name in zone_names)
    checks = [Check(rule.window, (ZoneInfo(rule.zone),) if rule.zone else zones) for rule in rules.hours]
    if own is not None:
        checks.append(Check(own, (ZoneInfo(workspace_zone),) if own.follows_workspace else zones))
    if left_by_person is not None:
        checks.append(Check(left_by_person, zones))
    return tuple(check for check in checks if not check.window.is_always)


def _closed_sentence(now: datetime, opens: datetime, facts: Facts) -> str:
    here, opening = _clocks(now, opens, facts)
    return f"{here}; the window opens {opening}."


def _quiet_sentence(now: datetime, opens: datetime, facts: Facts) -> str:
    here, opening = _clocks(now, opens, facts)
    return f"{here}, when the person wants no calls; they may be called from {opening}."


def _clocks(now: datetime, opens: datetime, facts: Facts) -> tuple[str, str]:
    """Both in words, in the first zone where the person may be."""
    zone = facts.time_zones[0] if facts.time_zones else facts.workspace_time_zone
    local, opening = now.astimezone(ZoneInfo(zone)), opens.astimezone(ZoneInfo(zone))
    days = (opening.date() - local.date()).days
    day = "" if days == 0 else f" on {opening:%A}" if days < 7 else f" on {opening:%A}, {opening.day} {opening:%B}"
    return f"{local:%H:%M} in {_place(zone)}", f"{opening:%H:%M}{day}"


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _daily_limits(facts: Facts, now: datetime, rules: Rules) -> Wait | None:
    waits = []
    if facts.max_per_day is not None and facts.attempts_today >= facts.max_per_day:
        words = f"{facts.attempts_today} of {facts.max_per_day} attempts of the day are used."
        waits.append((facts.day_ends_at, Reason("attempts_today", words)))
    if facts.campaign_daily_cap is not None and facts.campaign_calls_today >= facts.campaign_daily_cap:
        words = f"The campaign's daily cap of {facts.campaign_daily_cap} calls is reached."
        waits.append((facts.campaign_day_ends_at or facts.day_ends_at, Reason("daily_cap", words)))
    return Wait(max(at or now + RECHECK for at, _ in waits), tuple(reason for _, reason in waits)) if waits else None


def _rolling_limit(facts: Facts, now: datetime, rules: Rules) -> Wait | None:
    """The strictest states of the US allow three calls in any 24 hours (facts/dialer §2.5); midnight makes no difference to the callee."""
    if facts.max_per_24h is None or facts.attempts_24h < facts.max_per_24h:
        return None
    words = f"The contact has been called {facts.attempts_24h} times within 24 hours."
    return Wait(facts.frees_24h_at or now + RECHECK, (Reason("attempts_24h", words),))


def _limits(facts: Facts, now: datetime, rules: Rules) -> Wait | None:
    """The limits and pauses of the packs."""
    waits = [wait for limit in rules.limits if (wait := over(limit, facts, now)) is not None]
    waits += [wait for rule in rules.cool_downs if (wait := cooling(rule, facts, now)) is not None]
    return Wait(max(w.until for w in waits), tuple(reason for w in waits for reason in w.reasons)) if waits else None


STANDING: tuple[Rule, ...] = (
    _halted,
    _campaign_state,
    _campaign_dates,
    _suppressed,
    _being_asked,
    _number,
    _dead_number,
    _destination,
    _pack_fits,
    _consent,
    looked_up,
    _caller_id,
    _lists,
    _ring,
    _windows,
)
OF_CALLS: tuple[Rule, ...] = (
    _daily_limits,
    _rolling_limit,
    _limits,
)
"""All that looks at earlier calls to the person or the number."""
