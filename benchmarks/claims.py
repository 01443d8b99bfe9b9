"""Gated claims per second at 1,000,000 due contacts, against the same transaction's statements with every verdict given.

The baseline is what is left of a claim when nothing has to be decided: the statements of the claims that were just made, with their
parameters recorded on the way to the driver, sent again by the bare driver to the same tables as they were before. Claims and baseline
take turns, so that other work on the machine meets both.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import update

from benchmarks.recording import Statement, recorded
from benchmarks.stage import Stage, database, end_calls, stage
from control_plane.db.models import AgentWorker
from control_plane.db.session import CONNECTED_AS
from control_plane.dialer.claim import claim
from control_plane.dialer.claim_repository import AT_ONCE
from control_plane.kit.garbage import set_aside_what_is_there

SLOTS, FEW_SLOTS = AT_ONCE, 4
# What a turn wrote is taken back and its tables are analysed, after which PostgreSQL plans each statement anew once, as it does after any
# autovacuum: long turns keep that as rare as it is.
WARM_UP, TURNS, CLAIMS_PER_TURN = 10, 5, 100
MEASURED = TURNS * CLAIMS_PER_TURN
EARLIER_CALLS = 100_000
# One person in ten has been called some weeks ago, among them some of those who are due. Tables that were analysed while they were empty
# would be read from end to end for each question about a person's calls and for each reference to a verdict, ever longer as claims fill
# them: no installation in use has such.
_CALLED_BEFORE = (
    """
    create temporary table earlier as
    select contact_id, e164, uuidv7() as id, uuidv7() as verdict_id,
        now() - interval '40 days' + row_number() over (order by contact_id) * interval '12 seconds' as at
    from contact_phone tablesample bernoulli (10) repeatable (1) order by contact_id limit %s
    """,
    """
    insert into gate_verdict (id, workspace_id, call_id, stage, decision, reasons, inputs, pack, decided_at)
    select e.verdict_id, p.workspace_id, e.id, 'claim', 'dial', '[]', '{"time_zones": ["America/New_York"]}', 'rehearsal@2026-11-2', e.at
    from earlier e join contact_phone p on p.contact_id = e.contact_id
    """,
    """
    insert into call (id, workspace_id, purpose, campaign_id, contact_id, assistant_id, assistant_version_id, trunk_id, is_rehearsal,
        from_number_id, from_e164, to_e164, request, usage, state, network_result, answered_by, counts_as_attempt, verdict_id,
        attempt, ringing_timeout_s, max_duration_s, due_at, created_at, dialing_at, ended_at)
    select e.id, c.workspace_id, 'campaign', c.id, e.contact_id, c.assistant_id, c.assistant_version_id, n.trunk_id, true,
        n.id, n.e164, e.e164, '{}', '[]', 'ended', 'no_answer', 'none', true, e.verdict_id,
        1, c.ring_timeout_s, 600, at, at, at, at + interval '30 seconds'
    from earlier e cross join campaign c join campaign_number m on m.campaign_id = c.id join number n on n.id = m.number_id
    """,
    "vacuum analyze gate_verdict, call, call_change",
    "checkpoint",
)


@dataclass
class Claims:
    """`spans`: seconds from the begin of each claim to its return after the commit, `cpu`: of them on this process's processor;
    `bare_spans` and `bare_cpu`: of the same claims' statements alone."""

    slots: int
    calls: int = 0
    statements: int = 0
    spans: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    bare_spans: list[float] = field(default_factory=list)
    bare_cpu: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.calls / sum(self.spans)

    @property
    def bare_per_second(self) -> float:
        return self.calls / sum(self.bare_spans)

    @property
    def ratio(self) -> float:
        """Of the medians: a span that other work on the machine has stretched counts for no more than one."""
        return statistics.median(self.bare_spans) / statistics.median(self.spans)

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.spans) * 1000

    @property
    def p95_ms(self) -> float:
        return _p95_ms(self.spans)

    @property
    def bare_p95_ms(self) -> float:
        return _p95_ms(self.bare_spans)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu) * 1000


def _p95_ms(spans: Sequence[float]) -> float:
    return sorted(spans)[int(len(spans) * 0.95)] * 1000


async def measure(contacts: int) -> tuple[Claims, Claims]:
    """Claims of `SLOTS` calls and of `FEW_SLOTS`."""
    with database() as url:
        async with stage(url, contacts, slots=SLOTS, calls_per_second=99_999) as made:
            await asyncio.to_thread(_call_before, url)
            bare = await psycopg.AsyncConnection.connect(url.replace("+psycopg", "", 1), **CONNECTED_AS)
            set_aside_what_is_there()
            async with bare:
                await _replay(made, bare, await _claim(made, WARM_UP, Claims(SLOTS)), Claims(SLOTS))
                return await _measure(made, bare, SLOTS), await _measure(made, bare, FEW_SLOTS)


async def _measure(made: Stage, bare: psycopg.AsyncConnection, slots: int) -> Claims:
    async with made.dialer.sessions.begin() as session:
        await session.execute(update(AgentWorker).values(slots=slots))
    measured = Claims(slots)
    for _ in range(TURNS):
        await _replay(made, bare, await _claim(made, CLAIMS_PER_TURN, measured), measured)
    return measured


async def _claim(made: Stage, claims: int, into: Claims) -> list[list[Statement]]:
    """Make so many claims; their statements. Calls are ended between the measured spans."""
    statements: list[list[Statement]] = []
    for _ in range(claims):
        with recorded() as sent:
            begun, cpu = time.perf_counter(), time.process_time()
            into.calls += (await claim(made.dialer)).claimed
            into.spans.append(time.perf_counter() - begun)
            into.cpu.append(time.process_time() - cpu)
        statements.append(sent)
        await end_calls(made)
    into.statements = max(map(len, statements))
    return statements


async def _replay(made: Stage, bare: psycopg.AsyncConnection, claims: Sequence[Sequence[Statement]], into: Claims) -> None:
    """The same statements again, by the driver as the product sets it up. What the claims wrote is taken back first."""
    await asyncio.to_thread(_take_back, made.url)
    for statements in claims:
        begun, cpu = time.perf_counter(), time.process_time()
        async with bare.transaction():
            for statement, parameters in statements:
                cursor = await bare.execute(statement, parameters)
                if cursor.description is not None:
                    await cursor.fetchall()
        into.bare_spans.append(time.perf_counter() - begun)
        into.bare_cpu.append(time.process_time() - cpu)
        await end_calls(made)


def _call_before(url: str) -> None:
    """What an installation in use has: calls that were made before, with their verdicts."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_CALLED_BEFORE[0], (EARLIER_CALLS,))
        for statement in _CALLED_BEFORE[1:]:
            cursor.execute(statement)


def _take_back(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("update enrollment set state = 'waiting', due_at = '2026-01-01' where state = 'done'")
        connection.execute("delete from call where enrollment_id is not null")
        connection.execute("delete from gate_verdict where enrollment_id is not null")
        connection.execute("vacuum analyze enrollment, call, gate_verdict")
