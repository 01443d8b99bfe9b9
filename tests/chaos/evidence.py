"""What the checker is given: the carrier's ledger, the database's rows, what the run saw. Times are seconds of one machine's clock."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

CALLS = """
select id::text, enrollment_id::text, trunk_id::text, campaign_id::text, to_e164 number, from_e164 caller, created_at::date::text as day,
  state, network_result, outcome, counts_as_attempt, holds_slot, holds_number,
  extract(epoch from claimed_at)::float8 claimed_at, extract(epoch from dialing_at)::float8 dialing_at,
  extract(epoch from ended_at)::float8 ended_at, extract(epoch from reserved_until)::float8 reserved_until,
  (select extract(epoch from decided_at)::float8 from gate_verdict where gate_verdict.id = call.verdict_id) decided_at from call
"""
ENROLLMENTS = """
select id::text, contact_id::text, campaign_id::text, state, attempts, closed_reason, waiting_reasons, waiting_codes from enrollment
"""
SUPPRESSIONS = "select e164 number, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 committed_at from suppression"
"""The database's own word for when each was committed (`track_commit_timestamp`)."""
LIMITS = """
select json_build_object(
  'lines', (select json_object_agg(id, max_concurrent_calls) from trunk),
  'campaign_calls', (select json_object_agg(id, max_concurrent_calls) from campaign where max_concurrent_calls is not null),
  'workspace_calls', (select max_concurrent_calls from workspace),
  'number_a_day', (select json_object_agg(e164, daily_cap) from number where daily_cap is not null),
  'campaign_a_day', (select json_object_agg(id, daily_cap) from campaign where daily_cap is not null)) as limits
"""
SAMPLE = """
select (select count(*) from call where holds_slot) held,
  (select coalesce(sum(slots), 0) from agent_worker where registered and not draining and heartbeat_at > now() - interval '10 s') offered,
  (select count(*) from enrollment where state = 'claimed' or (state = 'waiting' and not 'daily_cap' = any(waiting_codes))) open_contacts,
  (select count(*) from call where holds_slot or (state not in ('ended', 'released', 'lost') and claimed_at is not null)) busy,
  (select extract(epoch from min(claimed_at))::float8 from call
     where (holds_slot or state not in ('ended', 'released', 'lost')) and claimed_at is not null) oldest_claim
"""
FREE_LOST = """
update call set reserved_until = now(), lease_until = now()
where state in ('lost', 'ended') and holds_number and reserved_until > now() and not to_e164 = any(%s)
"""


@dataclass(frozen=True, slots=True)
class Sample:
    at: float
    held: int
    offered: int
    open_contacts: int
    busy: int
    oldest_claim: float | None
    """When the longest-running call was claimed that is alive or holds a slot."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing was to be dialled from `since` (the commit was confirmed) to `until` (somebody first asked to go on); with a campaign,
    nothing of it."""

    name: str
    since: float
    until: float
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What was set, by trunk, campaign and number."""

    lines: dict[str, int]
    campaign_calls: dict[str, int] = field(default_factory=dict)
    workspace_calls: int | None = None
    number_a_day: dict[str, int] = field(default_factory=dict)
    campaign_a_day: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Limits":
        return cls(**{name: value for name, value in row["limits"].items() if value is not None})


@dataclass(slots=True)
class Evidence:
    lines: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    enrollments: list[dict[str, Any]]
    limits: Limits
    opt_outs: list[tuple[str, float]] = field(default_factory=list)
    """Numbers and when their suppression was known to be committed."""
    suppressions: list[tuple[str, float]] = field(default_factory=list)
    """Numbers and when the database committed it."""
    samples: list[Sample] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    recovered_s: float | None = None
    """From the last fault until no call of the time before it was alive or held a slot; None: never."""


class Database:
    """Looks at the tables from outside; a database that is down just then is no answer."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("+psycopg", "", 1)

    def sample(self) -> Sample | None:
        try:
            (row,) = self.rows(SAMPLE)
        except psycopg.OperationalError:
            return None
        return Sample(time.time(), **row)

    def rows(self, query: str, values: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        with psycopg.connect(self._url, connect_timeout=2, row_factory=dict_row, autocommit=True) as connection:
            return connection.execute(query, values or None).fetchall()  # type: ignore[call-overload]

    def end_reservations(self, but: list[str]) -> int:
        """Let the reservations of lost calls end now, except for numbers that the network still has on the line."""
        with psycopg.connect(self._url, connect_timeout=2, autocommit=True) as connection:
            return connection.execute(FREE_LOST, [but]).rowcount
