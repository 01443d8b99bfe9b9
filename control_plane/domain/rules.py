"""Rules of calling as values: the pack of one jurisdiction, and the strictest combination of all packs that apply to one call.

Rules are dated data, not code (facts/dialer §0.10): packs are read from files by `control_plane.rules`, and everything here is pure.
A rule applies to the purposes it names, or to all when it names none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from control_plane.domain.calling_window import Window

PURPOSES = ("informational", "telemarketing", "care", "survey", "political", "charity", "debt")
"""Why a campaign calls. What is none of these is judged as telemarketing, for which the rules are strictest."""
BASES = ("written", "oral", "implied", "existing_customer")
"""What a consent rests on."""
DUTIES = ("name_caller", "say_ai", "say_purpose", "offer_opt_out", "give_call_back_number", "ask_before_going_on")
"""What the opening owes to the person called."""
RECORDING = ("notify", "notify_and_affirm", "off")
"""May the call be recorded: laxest first."""
CERTAINTIES = ("sourced", "conflicting", "from_memory", "ours")
"""How well a rule is founded: a source was read; sources disagree; nobody has looked it up yet; our own recommendation."""
SCOPES = ("number", "contact", "purpose")
"""Which earlier calls count: to the same number; to the same person; to the same person for the same purpose."""
RULE_KINDS = ("hours", "limits", "cool_downs", "consents", "lists", "line_types", "closed")
"""The kinds of rule that a workspace may waive, with a reason. Duties, recording and the ring time stay."""
LINE_TYPES = (
    "landline", "mobile", "fixed_voip", "non_fixed_voip", "toll_free", "premium", "shared_cost", "personal", "universal_access",
    "voicemail", "pager", "unknown",
)  # fmt: skip
"""Kinds of line as carriers tell them apart; `unknown`: it was looked up, and the carrier does not know."""
LEAST_RING = timedelta(seconds=15)
"""US rules for telemarketing: 15 seconds or four rings (facts/dialer §1.1 US-9)."""

Purposes = frozenset[str]
HolidaysOf = Callable[[str], frozenset[date]]


@dataclass(frozen=True, slots=True)
class Hours:
    """When calls may be made, in the zones the person may be in, or in `zone` where the law names one."""

    window: Window
    zone: str | None = None
    calendar: str | None = None
    """Public holidays without calls: a country such as US, or a part of one such as US-LA."""
    purposes: Purposes = frozenset()


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` calls in any `hours`, or in `days` calendar days of the person, today included."""

    count: int
    per: str
    hours: int | None = None
    days: int | None = None
    purposes: Purposes = frozenset()

    @property
    def reach(self) -> timedelta:
        """How far back calls can count; a day of the clock may have 25 hours, and zones may differ."""
        return timedelta(hours=self.hours) if self.hours is not None else timedelta(days=(self.days or 0) + 1)


@dataclass(frozen=True, slots=True)
class CoolDown:
    """No call for `hours` after one that ended so. `after` names network results, answerers, outcomes, or `conversation`."""

    after: frozenset[str]
    hours: int
    per: str
    purposes: Purposes = frozenset()


@dataclass(frozen=True, slots=True)
class ConsentNeed:
    """A consent for the purpose on one of `bases`, given before the call and not revoked."""

    bases: frozenset[str]
    max_age: timedelta | None = None
    purposes: Purposes = frozenset()


@dataclass(frozen=True, slots=True)
class ListNeed:
    """An import of this do-not-call list, no older than `max_age`."""

    name: str
    max_age: timedelta
    purposes: Purposes = frozenset()


@dataclass(frozen=True, slots=True)
class LineRule:
    """No calls to numbers on lines of these kinds; what kind a number is on must then be known (domain/number_lookup)."""

    closed: frozenset[str]
    purposes: Purposes = frozenset()


@dataclass(frozen=True, slots=True)
class Citation:
    text: str
    certainty: str


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of a jurisdiction in one version, in force from one day to another."""

    name: str
    version: str
    title: str = ""
    jurisdictions: tuple[str, ...] = ()
    """Countries (ISO 3166), parts of them (US-FL), `*` for wherever no other pack is, or none: chosen by the trunk."""
    effective_from: date = date.min
    effective_until: date | None = None
    """The first day on which it is no longer in force."""
    certainty: str = "ours"
    citations: tuple[Citation, ...] = ()
    closed: str = ""
    """Not empty: nobody is called there, and this sentence says why."""
    hours: tuple[Hours, ...] = ()
    limits: tuple[Limit, ...] = ()
    cool_downs: tuple[CoolDown, ...] = ()
    consents: tuple[ConsentNeed, ...] = ()
    lists: tuple[ListNeed, ...] = ()
    line_types: tuple[LineRule, ...] = ()
    duties: frozenset[str] = frozenset()
    recording: str | None = None
    """None: nothing of its own."""
    min_ring: timedelta = LEAST_RING
    is_rehearsal: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    def is_in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day < self.effective_until)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A workspace's word that one kind of rule of one pack does not bind it, for some purposes or all; somebody has said why."""

    pack: str
    rule: str
    reason: str
    purposes: Purposes = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class OwnRules:
    """What a workspace adds to the packs, and what it waives. Equal only to itself, like `Rules`."""

    stricter: RulePack | None = None
    waivers: tuple[Waiver, ...] = ()
    plain: Mapping[str, Any] = field(default_factory=dict)
    """As it was given; kept with each verdict, for the replay."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All that binds one call. Equal only to itself: those in use are kept and shared, and serve as keys."""

    packs: tuple[str, ...] = ()
    """`name@version` of each pack that was combined."""
    closed: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    limits: tuple[Limit, ...] = ()
    cool_downs: tuple[CoolDown, ...] = ()
    consents: tuple[ConsentNeed, ...] = ()
    lists: tuple[ListNeed, ...] = ()
    line_types: tuple[LineRule, ...] = ()
    duties: frozenset[str] = frozenset()
    recording: str = RECORDING[0]
    min_ring: timedelta = LEAST_RING
    is_rehearsal: bool = False
    holidays: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """The days near the call that each calendar closes; kept with each verdict, since calendars are revised."""
    own: OwnRules = OwnRules()

    @property
    def label(self) -> str:
        """The packs as a verdict names them."""
        return "+".join(self.packs)

    @property
    def reach(self) -> timedelta:
        """How far back earlier calls matter."""
        spans = [limit.reach for limit in self.limits] + [timedelta(hours=rule.hours) for rule in self.cool_downs]
        return max(spans, default=timedelta())


def combine(packs: Iterable[RulePack], purpose: str, own: OwnRules | None = None, holidays: HolidaysOf | None = None) -> Rules:
    """The strictest of all `packs` for a call with this purpose: every window, limit and need binds, and every duty is owed."""
    own = own or OwnRules()
    given = tuple(_waived(pack, own.waivers, purpose) for pack in packs)
    is_rehearsal = any(pack.is_rehearsal for pack in given)
    added = _said(own.stricter) if is_rehearsal and own.stricter is not None else own.stricter
    binding = given if added is None else (*given, added)
    hours = _for(purpose, (rule for pack in binding for rule in pack.hours))
    closing = {rule.calendar: holidays(rule.calendar) for rule in hours if rule.calendar and holidays is not None}
    return Rules(
        packs=tuple(pack.label for pack in given),
        closed=tuple(pack.closed for pack in binding if pack.closed),
        hours=tuple(dict.fromkeys(_with_holidays(rule, closing) for rule in hours)),
        limits=_for(purpose, (rule for pack in binding for rule in pack.limits)),
        cool_downs=_for(purpose, (rule for pack in binding for rule in pack.cool_downs)),
        consents=_for(purpose, (rule for pack in binding for rule in pack.consents)),
        lists=_for(purpose, (rule for pack in binding for rule in pack.lists)),
        line_types=_for(purpose, (rule for pack in binding for rule in pack.line_types)),
        duties=frozenset().union(*(pack.duties for pack in binding)),
        recording=max((pack.recording for pack in binding if pack.recording), key=RECORDING.index, default=RECORDING[0]),
        min_ring=max((pack.min_ring for pack in binding), default=LEAST_RING),
        is_rehearsal=is_rehearsal,
        holidays={name: tuple(sorted(days)) for name, days in closing.items()},
        own=own,
    )


def stricter(rules: Rules, duties: Iterable[str], recording: str | None) -> Rules:
    """The rules with more duties, and at least so careful with recordings; what they ask for already stays."""
    most_careful = max(rules.recording, recording or RECORDING[0], key=RECORDING.index)
    return replace(rules, duties=rules.duties.union(duties), recording=most_careful)


def _said(own: RulePack) -> RulePack:
    """What of a workspace's own rules is rehearsed: what people hear. The rest would keep rehearsals from being made at any time."""
    return RulePack(own.name, own.version, duties=own.duties, recording=own.recording)


def _for(purpose: str, rules: Iterable[Any]) -> tuple[Any, ...]:
    """Those that bind the purpose, each once."""
    return tuple(dict.fromkeys(rule for rule in rules if not rule.purposes or purpose in rule.purposes))


def _with_holidays(rule: Hours, closing: Mapping[str | None, frozenset[date]]) -> Hours:
    days = closing.get(rule.calendar, frozenset())
    window = replace(rule.window, holidays=rule.window.holidays | days) if days else rule.window
    # What only tells equal rules apart is dropped, so that each is asked once.
    return Hours(window, rule.zone)


def _waived(pack: RulePack, waivers: Iterable[Waiver], purpose: str) -> RulePack:
    kinds = {w.rule for w in waivers if w.pack == pack.name and (not w.purposes or purpose in w.purposes)}
    changes: dict[str, Any] = {kind: "" if kind == "closed" else () for kind in kinds}
    return replace(pack, **changes) if kinds else pack
