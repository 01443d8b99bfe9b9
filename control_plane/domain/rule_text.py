"""Reads rule packs from plain values, as they come from a YAML file or from a request, and names every mistake.

name: us-fl
title: Florida
jurisdictions: [US-FL]
versions:
  - version: 2026-11-1
    effective_from: 2021-07-01          # effective_until: the first day without it
    certainty: sourced                  # or conflicting, from_memory, ours
    citations: [{text: "Fla. Stat. 501.616(6)", certainty: sourced}]
    hours: [{weekly: [{days: [mon, …], start: 08:00, end: 20:00}], holidays: US-FL, zone: America/Chicago, purposes: [telemarketing]}]
    limits: [{count: 3, hours: 24, per: contact}]        # or days: 1
    cool_downs: [{after: [abandoned], hours: 72, per: number}]
    consents: [{bases: [written], max_age_days: 540, purposes: [telemarketing]}]
    lists: [{name: us_national, max_age_days: 31}]
    line_types: [{closed: [mobile], purposes: [telemarketing]}]
    duties: [say_ai]
    recording: notify_and_affirm
    min_ring_s: 15
    closed: "why nobody is called there"
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from control_plane.domain.calling_window import Window
from control_plane.domain.errors import FieldError, Invalid
from control_plane.domain.public_holidays import is_calendar
from control_plane.domain.rule_values import ENDS, Node, is_zone
from control_plane.domain.rules import (
    BASES,
    CERTAINTIES,
    DUTIES,
    LEAST_RING,
    LINE_TYPES,
    PURPOSES,
    RECORDING,
    RULE_KINDS,
    SCOPES,
    Citation,
    ConsentNeed,
    CoolDown,
    Hours,
    Limit,
    LineRule,
    ListNeed,
    OwnRules,
    RulePack,
    Waiver,
)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LIST = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_JURISDICTION = re.compile(r"\*|[A-Z]{2}(-[A-Z]{2,3})?")
_CALENDAR = re.compile(r"[A-Z]{2}(-[A-Z]{2,3})?")
_MOST_RULES, _MOST_RANGES, _LONGEST_DAYS = 20, 50, 3660
RULES = ("hours", "limits", "cool_downs", "consents", "lists", "line_types", "duties", "recording", "min_ring_s")
"""What a pack and a workspace's own rules have in common."""
_VERSION_FIELDS = ("version", "effective_from", "effective_until", "certainty", "citations", "closed", *RULES)


def read_packs(plain: Any, where: str = "") -> list[RulePack]:
    """All versions in one file, oldest first. Raises `Invalid` with one error per mistake."""
    node = Node(plain, where)
    node.only("name", "title", "jurisdictions", "versions", "rehearsal")
    base = RulePack(
        name=node.text("name", _NAME, "a name of lower-case letters, digits and dashes"),
        version="",
        title=node.text("title"),
        jurisdictions=tuple(node.words("jurisdictions", _JURISDICTION, "a country such as GB, a part such as US-FL, or *")),
        is_rehearsal=node.flag("rehearsal"),
    )
    packs = [_version(item, base) for item in node.items("versions", 1, 100)]
    _one_after_another(node, packs)
    node.finish()
    return packs


def read_own(plain: Any, known: Callable[[str], bool]) -> OwnRules:
    """A workspace's own rules: `stricter` is added to every pack, each of `waivers` needs a reason. Raises `Invalid`.

    `known` says whether there is a pack of that name.
    """
    node = Node(plain, "")
    node.only("stricter", "waivers")
    added = node.child("stricter")
    if added is not None:
        added.only(*RULES)
    waivers = tuple(_waiver(item, known) for item in node.items("waivers", 0, 200))
    stricter = None if added is None else replace(_rules(added), name="workspace", version="own")
    node.finish()
    return OwnRules(stricter=stricter, waivers=waivers, plain=dict(plain))


def _version(node: Node, base: RulePack) -> RulePack:
    node.only(*_VERSION_FIELDS)
    since, until = node.day("effective_from") or date.min, node.day("effective_until")
    if until is not None and until <= since:
        node.wrong("effective_until", "A version is in force for at least a day.")
    rules = _rules(node)
    return replace(
        rules,
        name=base.name,
        version=node.text("version", re.compile(r"[0-9a-z.-]{1,20}"), "a short version such as 2026-11-1"),
        title=base.title,
        jurisdictions=base.jurisdictions,
        is_rehearsal=base.is_rehearsal,
        effective_from=since,
        effective_until=until,
        certainty=node.choice("certainty", CERTAINTIES),
        citations=tuple(_citation(item) for item in node.items("citations", 0, 50)),
        closed=node.text("closed", optional=True),
    )


def _one_after_another(node: Node, packs: list[RulePack]) -> None:
    """Versions are in order and at most one is in force on a day."""
    names = [pack.version for pack in packs]
    if len(set(names)) < len(names):
        node.wrong("versions", "Two versions have the same name.")
    for earlier, later in pairwise(packs):
        if earlier.effective_until is None or later.effective_from < earlier.effective_until:
            node.wrong("versions", f"Version {earlier.version} is still in force when {later.version} begins; give it an effective_until.")


def _rules(node: Node) -> RulePack:
    ring = node.number("min_ring_s", 15, 75, default=int(LEAST_RING.total_seconds()))
    return RulePack(
        name="",
        version="",
        hours=tuple(_hours(item) for item in node.items("hours", 0, _MOST_RULES)),
        limits=tuple(_limit(item) for item in node.items("limits", 0, _MOST_RULES)),
        cool_downs=tuple(_cool_down(item) for item in node.items("cool_downs", 0, _MOST_RULES)),
        consents=tuple(_consent(item) for item in node.items("consents", 0, _MOST_RULES)),
        lists=tuple(_list(item) for item in node.items("lists", 0, _MOST_RULES)),
        line_types=tuple(_line(item) for item in node.items("line_types", 0, _MOST_RULES)),
        duties=frozenset(node.choices("duties", DUTIES)),
        recording=node.choice("recording", RECORDING) if node.has("recording") else None,
        min_ring=timedelta(seconds=ring),
    )


def _hours(node: Node) -> Hours:
    node.only("weekly", "always", "holidays", "zone", "purposes")
    zone, calendar = node.text("zone", optional=True), node.text("holidays", _CALENDAR, "a calendar such as US or US-LA", optional=True)
    if zone and not is_zone(zone):
        node.wrong("zone", f"There is no time zone called {zone!r}.")
    if calendar and not is_calendar(calendar):
        node.wrong("holidays", f"There is no holiday calendar {calendar!r}.")
    given = {name: node.plain[name] for name in ("weekly", "always") if node.has(name)}
    if isinstance(given.get("weekly"), list) and len(given["weekly"]) > _MOST_RANGES:
        node.wrong("weekly", f"A week has at most {_MOST_RANGES} ranges.")
        return Hours(Window(((),) * 7))
    try:
        window = Window.from_plain(given)
    except Invalid as mistake:
        for error in mistake.errors:
            node.wrong(error.field.removeprefix("window").lstrip("."), mistake.detail)
        window = Window(((),) * 7)
    return Hours(window, zone or None, calendar or None, _purposes(node))


def _limit(node: Node) -> Limit:
    node.only("count", "hours", "days", "per", "purposes")
    if node.has("hours") == node.has("days"):
        node.wrong("", "A limit counts the calls of so many hours or of so many days; give one of the two.")
    hours, days = (node.number(name, 1, most, default=0) or None for name, most in (("hours", 24 * 366), ("days", 366)))
    return Limit(node.number("count", 0, 1000), node.choice("per", SCOPES), hours, days if hours is None else None, _purposes(node))


def _cool_down(node: Node) -> CoolDown:
    node.only("after", "hours", "per", "purposes")
    after = frozenset(node.choices("after", ENDS, least=1))
    return CoolDown(after, node.number("hours", 1, 24 * 366), node.choice("per", SCOPES), _purposes(node))


def _consent(node: Node) -> ConsentNeed:
    node.only("bases", "max_age_days", "purposes")
    days = node.number("max_age_days", 1, _LONGEST_DAYS, default=0)
    age = timedelta(days=days) if days else None
    return ConsentNeed(frozenset(node.choices("bases", BASES, least=1)), age, _purposes(node))


def _list(node: Node) -> ListNeed:
    node.only("name", "max_age_days", "purposes")
    name = node.text("name", _LIST, "the name of a list, as its imports give it as their source")
    return ListNeed(name, timedelta(days=node.number("max_age_days", 1, 366)), _purposes(node))


def _line(node: Node) -> LineRule:
    node.only("closed", "purposes")
    return LineRule(frozenset(node.choices("closed", LINE_TYPES, least=1)), _purposes(node))


def _citation(node: Node) -> Citation:
    node.only("text", "certainty")
    return Citation(node.text("text"), node.choice("certainty", CERTAINTIES))


def _waiver(node: Node, known: Callable[[str], bool]) -> Waiver:
    node.only("pack", "rule", "reason", "purposes")
    pack, reason = node.text("pack", _NAME, "the name of a pack"), node.text("reason")
    if pack and not known(pack):
        node.wrong("pack", f"There is no pack {pack!r}.")
    if reason and len(reason) < 10:
        node.wrong("reason", "Say in a sentence why this rule does not bind you.")
    return Waiver(pack, node.choice("rule", RULE_KINDS), reason, _purposes(node))


def _purposes(node: Node) -> frozenset[str]:
    if not node.has("purposes"):
        return frozenset()
    return frozenset(node.choices("purposes", PURPOSES, least=1))


def mistakes_of(error: Invalid) -> list[str]:
    """One line per mistake."""
    return [_told(mistake) for mistake in error.errors] or [error.detail]


def _told(mistake: FieldError) -> str:
    return f"{mistake.field}: {mistake.message}" if mistake.field else mistake.message
