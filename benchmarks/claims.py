"""Gated claims per second at 1,000,000 due contacts, against the same transaction's statements with every verdict given.

The baseline is what is left of a claim when nothing has to be decided: the statements of the claims that were just made, with their
parameters recorded on the way to the driver, sent again over the same engine to the same tables as they were before.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import event

from benchmarks.stage import Stage, database, end_calls, stage
from control_plane.dialer.claim import tick

SLOTS = 16
WARM_UP, MEASURED = 10, 100


@dataclass
class Recorder:
    """The statements of each claim as they go to the driver."""

    claims: list[list[tuple[str, Any, bool]]] = field(default_factory=list)
    is_on: bool = False

    def __call__(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if self.is_on:
            self.claims[-1].append((statement, parameters, executemany and isinstance(parameters, list)))


@dataclass(frozen=True)
class Claims:
    per_second: float
    p50_ms: float
    p95_ms: float
    bare_per_second: float
    statements: float

    @property
    def ratio(self) -> float:
        return self.per_second / self.bare_per_second


async def measure(contacts: int) -> Claims:
    with database() as url:
        async with stage(url, contacts, slots=SLOTS, calls_per_second=99_999) as made:
            recorder = Recorder()
            event.listen(made.engine.sync_engine, "before_cursor_execute", recorder)
            spans, claimed = await _claims(made, recorder)
            event.remove(made.engine.sync_engine, "before_cursor_execute", recorder)
            bare = await _replay(made, recorder.claims)
    per_second = claimed / sum(spans)
    ms = sorted(span * 1000 for span in spans)
    p95 = ms[int(len(ms) * 0.95)]
    statements = statistics.mean(len(claim) for claim in recorder.claims)
    return Claims(per_second, statistics.median(ms), p95, claimed / bare, statements)


async def _claims(made: Stage, recorder: Recorder) -> tuple[list[float], int]:
    spans, claimed = [], 0
    for n in range(WARM_UP + MEASURED):
        recorder.is_on = n >= WARM_UP
        recorder.claims += [[]] if recorder.is_on else []
        begun = time.perf_counter()
        calls = await tick(made.dialer)
        if recorder.is_on:
            spans.append(time.perf_counter() - begun)
            claimed += calls
        recorder.is_on = False
        await end_calls(made)
    return spans, claimed


async def _replay(made: Stage, claims: Sequence[Sequence[tuple[str, Any, bool]]]) -> float:
    """Seconds for the same statements. What the claims wrote is taken back first; calls are ended between the measured spans."""
    await asyncio.to_thread(_take_back, made.url)
    spent = 0.0
    for statements in claims:
        begun = time.perf_counter()
        async with made.engine.begin() as connection:
            for statement, parameters, _ in statements:
                result = await connection.exec_driver_sql(statement, parameters)
                if result.returns_rows:
                    result.all()
        spent += time.perf_counter() - begun
        await end_calls(made)
    return spent


def _take_back(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("update enrollment set state = 'waiting', due_at = '2026-01-01' where state = 'done'")
        connection.execute("truncate call, gate_verdict cascade")
        connection.execute("vacuum analyze enrollment, call, gate_verdict")
