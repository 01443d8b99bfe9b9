"""Figures over a million calls: how long each endpoint takes at its service, from counted hours and the hour that is not counted yet."""

import asyncio
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.stage import FICTIONAL, database
from control_plane.analytics.filters import Filters
from control_plane.analytics.service import AnalyticsService
from control_plane.analytics.tasks import count_changed_hours
from control_plane.db.session import Sessions, create_engine, create_sessions
from control_plane.db.unit import Unit
from tests.factories import rows

CALLS, RUNS, CHUNK = 1_000_000, 20, 100_000
DAYS, HOURS, CAMPAIGNS, NUMBERS, TRUNKS = 90, 12, 36, 200, 4
BEGIN = datetime(2026, 8, 1, 12, tzinfo=UTC)
FIGURES = ("summary", "outcomes", "answer_rate", "hours", "mood", "latency", "trunks")
# Three campaigns run at any time; a third of the calls is answered, half of those by a human. Each number was called about a dozen times,
# so that the database expects of others what it would. No keys are checked and no trigger runs here.
_CALLS = """
insert into call (id, workspace_id, purpose, campaign_id, assistant_id, assistant_version_id, trunk_id, is_rehearsal, from_number_id,
    from_e164, to_e164, request, state, due_at, network_result, answered_by, outcome, outcome_label, end_cause, dialing_at, answered_at,
    ended_at, ringing_timeout_s, max_duration_s, first_audio_after_due_s, usage, cost, attempt)
select ('%(part)s' || lpad(to_hex(n), 24, '0'))::uuid, %(workspace)s, 'campaign',
    (%(campaigns)s::uuid[])[1 + (day * %(running)s / %(days)s) * 3 + n / 90 %% 3], %(assistant)s, %(version)s,
    (%(trunks)s::uuid[])[1 + n / 270 %% %(trunk_count)s], true, (%(numbers)s::uuid[])[1 + n / 11 %% %(number_count)s],
    '+12025550199', (%(callees)s::text[])[1 + n %% %(callee_count)s], '{}', 'ended', at,
    case when kind < 3 then 'answered' when kind < 7 then 'no_answer' when kind < 9 then 'busy' else 'rejected' end,
    case when kind < 2 then 'human' when kind = 2 then 'voicemail' else 'none' end,
    case kind when 0 then 'success' when 1 then 'callback' else 'no_conversation' end, case kind when 0 then 'booked' end,
    case when kind < 3 then 'callee_hangup' else 'none' end, at, case when kind < 3 then at + interval '9 s' end,
    at + interval '9 s' + (n %% 120) * interval '1 s', 28, 600, case when kind < 3 then 0.1 + random() end, '[]', 0.0123, 1
from (select n, n %% 10 as kind, day, %(begin)s::timestamptz + day * interval '1 day' + random() * %(hours)s * interval '1 hour' as at
      from (select n, (n %% %(days)s) as day from generate_series(%(first)s::int, %(last)s::int) n) s) s
"""
_TURNS = """
insert into call_turn (workspace_id, call_id, seq, speaker, text, started_at_s, interrupted, latency, mood)
select workspace_id, id, seq, case seq when 1 then 'callee' else 'agent' end, 'Words.', seq, false,
    case seq when 2 then jsonb_build_object('e2e_latency', 0.3 + random(), 'llm_node_ttft', 0.2, 'tts_node_ttfb', 0.1) else '{}' end,
    case seq when 1 then (array['happy', 'neutral', 'sad', 'stressed'])[1 + floor(random() * 4)::int] end
from call cross join generate_series(1, 2) seq where answered_at is not null
"""
_CHANGED = "insert into call_change (workspace_id, hour) select distinct workspace_id, date_trunc('hour', dialing_at, 'UTC') from call"
_LAST_HOUR = "insert into call_change (workspace_id, hour) select workspace_id, max(hour) from call_tally group by 1"
_PLAIN = """
select count(*), count(answered_at), count(*) filter (where answered_by = 'human'), count(*) filter (where outcome = 'success'),
    sum(extract(epoch from ended_at - answered_at)), sum(cost)
from call where workspace_id = %s and dialing_at is not null and state in ('ended', 'lost')
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """`times_ms`: p50 and p95 by endpoint over all filters; `counting_s`: all hours counted once; `plain_ms`: one plain aggregate."""

    calls: int
    cells: int
    values: int
    counting_s: float
    plain_ms: float
    times_ms: Mapping[str, tuple[float, float]]


async def measure(calls: int = CALLS) -> Figures:
    """One workspace with `calls` calls over 90 days."""
    with database() as url:
        engine = create_engine(url)
        try:
            return await _measured(url, engine, calls)
        finally:
            await engine.dispose()


async def _measured(url: str, engine: AsyncEngine, calls: int) -> Figures:
    sessions = create_sessions(engine, "benchmark")
    async with sessions.begin() as session:
        world = await rows.world(session)
    plain_url = url.replace("+psycopg", "", 1)
    await asyncio.to_thread(load_calls, plain_url, world, calls)
    begun = time.perf_counter()
    while await asyncio.to_thread(_one, plain_url, "select count(*) from call_change"):
        await count_changed_hours({"sessions": sessions})
    counting_s = time.perf_counter() - begun
    await asyncio.to_thread(_one, plain_url, _LAST_HOUR + " returning 1")
    with psycopg.connect(plain_url, autocommit=True) as connection:
        connection.execute("vacuum analyze call_tally, call_breakdown, call_change")
    cells, values = (int(_one(plain_url, f"select count(*) from {table}")) for table in ("call_tally", "call_breakdown"))
    plain_ms = median([await _time(lambda: asyncio.to_thread(_plain, plain_url, world.workspace.id)) for _ in range(3)])
    times = {name: await _times(sessions, world, name) for name in FIGURES}
    return Figures(calls, cells, values, counting_s, plain_ms, times)


def load_calls(url: str, world: rows.World, calls: int) -> None:
    """So many calls of the world's workspace; the n-th has the id 01a00000 and n in hexadecimal."""
    given = {
        **{"workspace": world.workspace.id, "assistant": world.assistant.id, "version": world.version.id, "begin": BEGIN, "days": DAYS},
        **{"hours": HOURS, "running": CAMPAIGNS // 3, "trunk_count": TRUNKS, "number_count": NUMBERS},
        **{"callees": FICTIONAL, "callee_count": len(FICTIONAL)},
        "campaigns": [world.campaign.id, *(uuid.uuid4() for _ in range(CAMPAIGNS - 1))],
        "trunks": [world.trunk.id, *(uuid.uuid4() for _ in range(TRUNKS - 1))],
        "numbers": [world.number.id, *(uuid.uuid4() for _ in range(NUMBERS - 1))],
    }
    with psycopg.connect(url, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute("set session_replication_role = replica")
        for first in range(0, calls, CHUNK):
            part = {"first": first, "last": min(calls, first + CHUNK) - 1}
            cursor.execute(_CALLS.replace("'%(part)s'", "'01a00000'"), given | part)  # pyright: ignore[reportArgumentType, reportCallIssue]
        for statement in (_TURNS, _CHANGED, "vacuum analyze call", "vacuum analyze call_turn"):
            cursor.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]


def _one(url: str, statement: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue]
        return row[0] if row else 0


def _plain(url: str, workspace_id: uuid.UUID) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(_PLAIN, (workspace_id,)).fetchone()


async def _times(sessions: Sessions, world: rows.World, name: str) -> tuple[float, float]:
    """Without filter, for a campaign, a number, and 30 days that begin and end within an hour."""
    odd = BEGIN + timedelta(days=20, minutes=17)
    asked = [Filters(), Filters(campaign=world.campaign.id), Filters(number=world.number.id), Filters(since=odd, until=odd + timedelta(30))]

    async def ask(filters: Filters) -> None:
        async with sessions() as session:
            unit = Unit(session, datetime.now(UTC), "benchmark")
            await getattr(AnalyticsService(unit, world.workspace.id), name)(filters)

    times = [await _time(lambda each=filters: ask(each)) for _ in range(RUNS) for filters in asked]
    return median(times), quantiles(times, n=20)[-1]


async def _time(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return 1000 * (time.perf_counter() - begun)


def section(told: Figures) -> str:
    """Rows for the table of docs/benchmarks.md."""
    lines = [
        f"| figures of {told.calls:,} calls, `{name}`: p50, p95 | {p50:.0f} ms, {p95:.0f} ms | p95 ≤ 300 ms |"
        for name, (p50, p95) in told.times_ms.items()
    ]
    lines.append(f"| one plain aggregate over the same calls | {told.plain_ms:.0f} ms | |")
    lines.append(f"| all hours counted once: {told.cells:,} cells, {told.values:,} values | {told.counting_s:.0f} s | |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(section(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS))))
