"""Everything the gate looks at, gathered in one place so that a verdict can be replayed: facts have a plain form without the number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec

from control_plane.domain.calling_window import Window


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A consent for the number."""

    id: str
    purpose: str
    basis: str
    granted_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A call that was dialled to the same number or the same person and counts as an attempt."""

    at: datetime
    is_same_number: bool
    purpose: str
    ends: tuple[str, ...] = ()
    """How it ended, in the words of domain/rule_values."""


class Facts(msgspec.Struct, frozen=True):
    """The gate's inputs. What is not known is None or empty, and closes where a rule needs it."""

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
    number_hash: str = ""
    """The number's keyed hash, which stands for it where a verdict is kept."""
    purpose: str = "informational"
    jurisdictions: tuple[str, ...] = ()
    caller_id_owned: bool = False
    """The number that is shown belongs to the trunk that calls."""
    consents: tuple[ConsentFact, ...] = ()
    lists: tuple[tuple[str, datetime], ...] = ()
    """The do-not-call lists that the workspace has imported, each with the day it is from."""
    earlier: tuple[EarlierCall, ...] = ()
    """As far back as the rules reach, newest first."""
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
    campaign_day_ends_at: datetime | None = None
    """When the workspace's day is over, which the cap counts."""
    installation_halted: bool = False
    hours_left_by_person: Window | None = None
    """What the person's quiet times leave, in their own zones; None without any."""
    destination_country: str | None = None
    """Two letters; None for services that are in no country."""
    allowed_countries: tuple[str, ...] | None = None
    """Where the workspace calls; None where that is not asked (rehearsals, verdicts from before the question)."""
    refused_destination: str = ""
    """The kind of number that nobody may call: premium-rate, satellite and the like (domain/destinations)."""
    is_being_asked: bool = False
    """The person has said stop in a call that goes on, and is being asked which calls are meant."""
    paused_destination: str = ""
    """Why calls to where the number leads are paused: too many, or too much money, within the hour."""
    zones_contradict: bool = False
    """What is known of where the person is cannot all be true: `time_zones` are those of each."""
    zone_confirmed: bool = False
    """Somebody has said with evidence where the person is, and `time_zones` is that place alone."""
    lookups: tuple[str, ...] = ()
    """What may be looked up of the number for this call (domain/number_lookup.KINDS)."""
    line_type: str = ""
    """The kind of line by a look-up that is believed; empty when there is none."""
    reassigned_since: date | None = None
    """After this day the number has come to somebody else."""
    unchanged_since: date | None = None
    """Since this day nothing like it is known, by a look-up that is believed."""
    lookup_trouble: str = ""
    """Why the last look-up said nothing."""
    dead_number: str = ""
    """The network result by which nobody is to be reached here, of a call that anybody of the workspace has had, and that no person has
    set right since; empty when there is none."""

    def canonical(self) -> dict[str, Any]:
        """The inputs as plain values, without the number itself and without what is as it is by default."""
        return {
            name: value if type(value) in _PLAIN else _plain(value)
            for name, default, value in zip(_NAMES, _DEFAULTS, _values(self), strict=True)
            if value is not default and value != default
        }

    @classmethod
    def from_canonical(cls, plain: Mapping[str, Any]) -> "Facts":
        """The facts of a stored verdict; the number is gone, and no rule looks at it."""
        return cls(e164="", **{name: _read(name, plain[name]) for name in _NAMES if name in plain})


_FIELDS = [field for field in msgspec.structs.fields(Facts) if field.name != "e164"]
_NAMES = tuple(field.name for field in _FIELDS)
_DEFAULTS = tuple(field.default for field in _FIELDS)
_values = attrgetter(*_NAMES)
_PLAIN = frozenset({str, bool, int, type(None)})
_TIMES = frozenset({"campaign_starts_at", "campaign_ends_at", "day_ends_at", "frees_24h_at", "campaign_day_ends_at"})


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Window):
        return value.stored()
    if isinstance(value, ConsentFact | EarlierCall):
        return [_plain(getattr(value, name)) for name in value.__slots__]
    return value


def _read(name: str, value: Any) -> Any:
    """One field from its plain form."""
    if value is None:
        return None
    if name in _TIMES:
        return datetime.fromisoformat(value)
    reader = _READERS.get(name)
    return value if reader is None else reader(value)


def _consent(plain: list[Any]) -> ConsentFact:
    consent_id, purpose, basis, granted_at, revoked_at = plain
    return ConsentFact(consent_id, purpose, basis, datetime.fromisoformat(granted_at), _read("day_ends_at", revoked_at))


def _earlier(plain: list[Any]) -> EarlierCall:
    at, is_same_number, purpose, ends = plain
    return EarlierCall(datetime.fromisoformat(at), is_same_number, purpose, tuple(ends))


_READERS: Mapping[str, Any] = {
    "window": Window.from_stored,
    "hours_left_by_person": Window.from_stored,
    "ring_timeout": lambda seconds: timedelta(seconds=seconds),
    "time_zones": tuple,
    "jurisdictions": tuple,
    "allowed_countries": tuple,
    "lookups": tuple,
    "reassigned_since": date.fromisoformat,
    "unchanged_since": date.fromisoformat,
    "consents": lambda items: tuple(_consent(item) for item in items),
    "earlier": lambda items: tuple(_earlier(item) for item in items),
    "lists": lambda items: tuple((name, datetime.fromisoformat(at)) for name, at in items),
}
