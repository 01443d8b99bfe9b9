"""Packs as plain values, for people and programs to read: the form in which they are written."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from control_plane.domain.calling_window import DAYS, Window
from control_plane.domain.rules import RulePack

_RULES = ("hours", "limits", "cool_downs", "consents", "lists", "line_types")


def summary(pack: RulePack) -> dict[str, Any]:
    """What it is and when it is in force."""
    return {
        "name": pack.name,
        "title": pack.title,
        "version": pack.version,
        "jurisdictions": list(pack.jurisdictions),
        "effective_from": None if pack.effective_from == date.min else pack.effective_from,
        "effective_until": pack.effective_until,
        "certainty": pack.certainty,
        "is_closed": bool(pack.closed),
    }


def details(pack: RulePack) -> dict[str, Any]:
    """All of it."""
    return summary(pack) | {
        "closed": pack.closed,
        "citations": [{"text": c.text, "certainty": c.certainty} for c in pack.citations],
        **{kind: [_rule(rule) for rule in getattr(pack, kind)] for kind in _RULES},
        "duties": sorted(pack.duties),
        "recording": pack.recording,
        "min_ring_s": int(pack.min_ring.total_seconds()),
    }


def _rule(rule: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, Window):
            found["weekly"] = week_of(value)
        elif isinstance(value, timedelta):
            found[f"{field.name}_days"] = value.days
        elif value not in (None, frozenset()):
            found["holidays" if field.name == "calendar" else field.name] = sorted(value) if isinstance(value, frozenset) else value
    return found


def week_of(window: Window) -> list[dict[str, Any]]:
    """The week's ranges, days with the same hours together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for day, ranges in zip(DAYS, window.weekly, strict=True):
        if ranges:
            groups.setdefault(tuple(str(r) for r in ranges), []).append(day)
    return [{"days": days, "hours": list(hours)} for hours, days in groups.items()]


def as_lines(pack: RulePack) -> Iterable[str]:
    """One version for the terminal."""
    until = f" until {pack.effective_until}" if pack.effective_until else ""
    since = "" if pack.effective_from == date.min else f", in force from {pack.effective_from}{until}"
    yield f"{pack.label}  {pack.title} ({', '.join(pack.jurisdictions) or 'chosen by the trunk'}){since}; {pack.certainty}"
    if pack.closed:
        yield f"  closed: {pack.closed}"
    for kind in _RULES:
        for rule in details(pack)[kind]:
            yield f"  {kind.rstrip('s').replace('_', ' ')}: {_words(rule)}"
    yield f"  duties: {', '.join(sorted(pack.duties)) or 'none'}; recording: {pack.recording or 'as others say'}"
    for citation in pack.citations:
        yield f"  [{citation.certainty}] {citation.text}"


def _words(rule: Mapping[str, Any]) -> str:
    return "; ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in rule.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{' '.join(v['days'])} {' and '.join(v['hours'])}" if isinstance(v, dict) else str(v) for v in value)
    return str(value)
