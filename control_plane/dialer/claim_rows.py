"""Rows as a claim reads them: only the columns that it and the gate look at, as JSON that is decoded at once.

A mapped object of all columns costs more processor time than any decision about it, and a claim holds the claim lock meanwhile. What is
missing here and asked for is an AttributeError at the first claim, never a wrong decision.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from control_plane.db.models import Campaign, Number, Trunk, UsageAccount, Workspace
from control_plane.dialer.giving_way_repository import Yielded
from control_plane.domain.pacing import WorkerReport
from control_plane.webhooks.outbox_repository import Listener


def array_of(row: type[msgspec.Struct], table: str) -> str:
    """SQL of a JSON array of the columns that `row` has, of `table` or its alias in the statement."""
    return "json_build_array(" + ", ".join(f"{table}.{name}" for name in row.__struct_fields__) + ")"


class ClaimingCampaign(msgspec.Struct, frozen=True, array_like=True):
    """As `Campaign`."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    purpose: str
    assistant_id: uuid.UUID
    assistant_version_id: uuid.UUID | None
    window: dict[str, Any] | None
    attempts: dict[str, Any]
    daily_cap: int | None
    budget: Decimal | None
    max_concurrent_calls: int | None
    calls_per_minute: int | None
    ring_timeout_s: int
    starts_at: datetime | None
    ends_at: datetime | None
    weight: int
    next_start_at: datetime
    served: float
    warm_since: datetime | None
    rule_pack: str
    execution_status: str


class ClaimingWorkspace(msgspec.Struct, frozen=True, array_like=True):
    """As `Workspace`."""

    id: uuid.UUID
    time_zone: str
    default_country: str
    max_concurrent_calls: int | None
    is_halted: bool
    rules: dict[str, Any] | None
    rules_version: int
    allowed_countries: list[str] | None
    paused_destinations: dict[str, Any]
    number_lookups: dict[str, Any] | None


class ClaimingAccount(msgspec.Struct, frozen=True, array_like=True):
    """As `UsageAccount`."""

    max_minutes: int | None
    max_calls: int | None
    max_cost: Decimal | None
    credits: Decimal | None
    credits_topped: Decimal | None
    month: date | None
    seconds: int
    calls: int
    cost: Decimal
    currency: str | None
    prices_currency: str | None


class ClaimingNumber(msgspec.Struct, frozen=True, array_like=True):
    """As `Number`."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    trunk_id: uuid.UUID
    is_rehearsal: bool
    e164: str
    daily_cap: int | None
    health: str
    rests_until: datetime | None
    first_used_at: datetime | None


class ClaimingTrunk(msgspec.Struct, frozen=True, array_like=True):
    """As `Trunk`."""

    id: uuid.UUID
    is_rehearsal: bool
    calls_per_second: Decimal
    max_concurrent_calls: int
    rate_factor: Decimal
    throttled_at: datetime | None
    paused_reason: str
    paused_at: datetime | None
    breaker: dict[str, Any]
    livekit_outbound_trunk_id: str | None


class LiveCount(msgspec.Struct, frozen=True):
    """Calls that are on a line (`ON_A_LINE`), by everything that limits them; `is_waiting` before the dial.
    `dialled_at`: the last of those at the phone; None where none is."""

    workspace_id: uuid.UUID
    trunk_id: uuid.UUID
    campaign_id: uuid.UUID | None
    is_waiting: bool
    calls: int
    dialled_at: datetime | None


class Heartbeat(msgspec.Struct, frozen=True):
    """What an agent worker said last, and how long ago."""

    slots: int
    draining: bool
    registered: bool
    calls: int
    age_s: float


class _Found(msgspec.Struct, frozen=True, array_like=True):
    """As the statement gives it; the fields are those of `Running`."""

    campaign: ClaimingCampaign
    workspace: ClaimingWorkspace
    max_duration_s: int | None
    account: ClaimingAccount | None
    spent: Decimal | None
    spent_in: str | None
    urgent: int
    others: int
    callers: list[tuple[ClaimingNumber, ClaimingTrunk]]
    listeners: list[tuple[uuid.UUID, uuid.UUID, uuid.UUID | None]]


@dataclass(frozen=True, slots=True)
class Running:
    """A running campaign; `max_duration_s` is its assistant's, None when that says nothing; `spent` what its calls have cost, in the
    currency `spent_in`; `urgent` and `others` are contacts due, counted no further than was asked for; `callers` its numbers with their
    trunks, in a stable order; `listeners` the endpoints of its workspace that are told of calls. All of these rows are for reading: no
    session knows them."""

    campaign: Campaign
    workspace: Workspace
    max_duration_s: int | None
    account: UsageAccount | None
    spent: Decimal | None
    spent_in: str | None
    urgent: int
    others: int
    callers: list[tuple[Number, Trunk]]
    listeners: list[Listener]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a claim stands on, all of one instant."""

    now: datetime
    is_halted: bool
    slots_taken: int
    has_singles: bool
    workers: list[WorkerReport]
    live: list[LiveCount]
    running: list[Running]
    """None of them where single calls are due."""


class PastCall(msgspec.Struct, frozen=True, array_like=True):
    """An earlier call to a contact; `dialing_at` is None when it was not dialled (yet)."""

    contact_id: uuid.UUID
    enrollment_id: uuid.UUID | None
    e164: str
    network_result: str | None
    counts: bool
    holds_number: bool
    number_id: uuid.UUID | None
    trunk_id: uuid.UUID
    dialing_at: datetime | None


class CalleePhone(msgspec.Struct, frozen=True):
    e164: str
    time_zones: list[str]
    dead_reason: str


class Callee(msgspec.Struct, frozen=True):
    """A contact as far as claim and gate look at it, their numbers best first."""

    id: uuid.UUID
    time_zone: str | None
    confirmed_zone: str | None
    attributes: dict[str, Any]
    quiet_times: list[dict[str, Any]]
    phones: list[CalleePhone]


def callee_of(contact_id: str) -> str:
    """SQL of the `Callee` with this id, a parameter of the statement or one of its columns; NULL when there is none."""
    columns = ", ".join(f"'{name}', {name}" for name in Callee.__struct_fields__ if name != "phones")
    return f"""
        (select json_build_object({columns},
            'phones', (select coalesce(json_agg(json_build_object('e164', e164, 'time_zones', time_zones, 'dead_reason', dead_reason)
                order by priority, e164), '[]') from contact_phone where contact_id = {contact_id}))
            from contact where id = {contact_id})"""  # noqa: S608


class Due(msgspec.Struct, frozen=True, array_like=True):
    """A contact that a campaign may call now."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    campaign_id: uuid.UUID
    contact_id: uuid.UUID
    last_from_number_id: uuid.UUID | None
    waiting_codes: list[str] = []
    """Why it waited until now, as the gate put it."""
    attempts: int = 0
    """Counting calls of the campaign to them so far."""


class TakenOne(Due, frozen=True, array_like=True, kw_only=True):
    """With who it is, the earlier calls to them, those that were dialled first and newest first, and what goes before a call to them."""

    callee: Callee
    past: list[PastCall]
    gives_way_to: Yielded | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Due contacts, locked, best first; who they are; earlier calls to them, of each those that were dialled first and newest first."""

    due: Sequence[TakenOne]
    callees: Mapping[uuid.UUID, Callee]
    past: list[PastCall]


@dataclass(frozen=True, slots=True)
class Pace:
    """A campaign's account: calls it was served per unit of its weight, and since when it warms up."""

    campaign_id: uuid.UUID
    served: float
    warm_since: datetime | None


read_heartbeats = msgspec.json.Decoder(list[Heartbeat]).decode
read_live = msgspec.json.Decoder(list[LiveCount]).decode
_read_found = msgspec.json.Decoder(_Found).decode
read_taken = msgspec.json.Decoder(TakenOne).decode


def read_running(row: str) -> Running:
    found = _read_found(row)
    # They have all that claim and gate read of such rows.
    return Running(
        cast(Campaign, found.campaign),
        cast(Workspace, found.workspace),
        found.max_duration_s,
        cast(UsageAccount | None, found.account),
        found.spent,
        found.spent_in,
        found.urgent,
        found.others,
        cast(list[tuple[Number, Trunk]], found.callers),
        found.listeners,
    )
