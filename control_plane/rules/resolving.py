"""The rules of one call, from the packs in force, the purpose, and the workspace's own; kept by day, so that a claim costs a look-up."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from control_plane.domain.public_holidays import holidays_near
from control_plane.domain.rule_text import read_own
from control_plane.domain.rules import PURPOSES, OwnRules, Rules, combine
from control_plane.rules.registry import registry

STRICTEST = "telemarketing"
_NOTHING = OwnRules()


def purpose_of(purpose: str) -> str:
    """A purpose that the rules know; what they do not know is judged as the one they are strictest with."""
    return purpose if purpose in PURPOSES else STRICTEST


def rules_for(jurisdictions: tuple[str, ...], purpose: str, own: OwnRules | None, now: datetime) -> Rules:
    """All that binds a call at `now` to somebody who may be in any of the jurisdictions."""
    return _rules_for(jurisdictions, purpose, own or _NOTHING, now.astimezone(UTC).date())


def rehearsal_rules(now: datetime, own: OwnRules | None = None) -> Rules:
    """What binds calls on the simulated network."""
    return _rehearsal_rules(own or _NOTHING, now.astimezone(UTC).date())


def longest_reach(purpose: str, own: OwnRules | None, now: datetime) -> timedelta:
    """How far back earlier calls can matter to anybody, wherever they are."""
    packs = [pack for pack in registry().in_force(now.astimezone(UTC).date()) if not pack.is_rehearsal]
    return max(combine(packs, purpose, own).reach, rehearsal_rules(now).reach)


def rules_of_verdict(pack: str, purpose: str, own: Mapping[str, Any], holidays: Mapping[str, list[str]]) -> Rules:
    """The rules that a stored verdict was made under. Raises `Conflict` when this program no longer has them."""
    days = {name: frozenset(map(date.fromisoformat, found)) for name, found in holidays.items()}
    given = _read(own) if own else None
    packs = registry().labelled(pack) if pack else []
    return combine(packs, purpose, given, days.__getitem__)


def own_rules(workspace_id: uuid.UUID, version: int, plain: Mapping[str, Any] | None) -> OwnRules | None:
    """A workspace's own rules, read once per version."""
    if plain is None:
        return None
    kept = _OWN.get(workspace_id)
    if kept is None or kept[0] != version:
        kept = _OWN[workspace_id] = (version, _read(plain))
    return kept[1]


_OWN: dict[uuid.UUID, tuple[int, OwnRules]] = {}


def _read(plain: Mapping[str, Any]) -> OwnRules:
    # They were checked when they were stored; a pack that has gone since leaves a waiver that waives nothing.
    return read_own(plain, lambda _: True)


@lru_cache(maxsize=4096)
def _rules_for(jurisdictions: tuple[str, ...], purpose: str, own: OwnRules, day: date) -> Rules:
    return combine(registry().choose(jurisdictions, day), purpose, own, lambda calendar: holidays_near(calendar, day))


@lru_cache(maxsize=1024)
def _rehearsal_rules(own: OwnRules, day: date) -> Rules:
    return combine(registry().rehearsal(day), PURPOSES[0], own)
