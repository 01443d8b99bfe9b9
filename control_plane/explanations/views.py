"""Facts and rules as an explanation shows them. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from control_plane.domain.calling_window import Window
from control_plane.domain.facts import Facts
from control_plane.domain.opening import Check, first_opening
from control_plane.domain.rules import Rules
from control_plane.explanations.schemas import Attempts, HoursView, ZoneView
from control_plane.explanations.words import weekly_hours, zones_shown

OF_CONTACT = "contact"


def attempts_of(facts: Facts, used: int, allowed: int | None) -> Attempts:
    """How far the caps are used. `used` and `allowed` are the enrollment's, over all days."""
    return Attempts(
        used=used,
        allowed=allowed,
        today=facts.attempts_today,
        allowed_today=facts.max_per_day,
        last_24h=facts.attempts_24h,
        allowed_24h=facts.max_per_24h,
    )


def zones_of(facts: Facts, rules: Rules, now: datetime) -> list[ZoneView]:
    """Each place where the contact may be, with its time now and whether a call would fit into its hours."""
    return [_zone(name, facts, rules, now) for name in zones_shown(facts.time_zones)]


def hours_of(facts: Facts, rules: Rules) -> list[HoursView]:
    """Every window that binds the call, the law's first. Those that are open round the clock say so."""
    views = [_hours("rules", rule.window, rule.zone or OF_CONTACT) for rule in rules.hours]
    if facts.window is not None:
        views.append(_hours("campaign", facts.window, facts.workspace_time_zone if facts.window.follows_workspace else OF_CONTACT))
    if facts.hours_left_by_person is not None:
        views.append(_hours("quiet_times", facts.hours_left_by_person, OF_CONTACT))
    return views


def _hours(source: str, window: Window, counted_in: str) -> HoursView:
    return HoursView(source=source, weekly=weekly_hours(window), counted_in=counted_in)


def _zone(name: str, facts: Facts, rules: Rules, now: datetime) -> ZoneView:
    zone = ZoneInfo(name)
    opens = first_opening(_checks(zone, facts, rules), now, facts.ring_timeout)
    later = opens.astimezone(zone) if opens is not None and opens != now else None
    local = now.astimezone(zone)
    return ZoneView(time_zone=name, local_time=local, is_open=opens == now, opens_at=later, is_confirmed=facts.zone_confirmed)


def _checks(zone: ZoneInfo, facts: Facts, rules: Rules) -> Sequence[Check]:
    checks = [Check(rule.window, (ZoneInfo(rule.zone) if rule.zone else zone,)) for rule in rules.hours]
    own = facts.window
    if own is not None:
        checks.append(Check(own, (ZoneInfo(facts.workspace_time_zone) if own.follows_workspace else zone,)))
    if facts.hours_left_by_person is not None:
        checks.append(Check(facts.hours_left_by_person, (zone,)))
    return checks
