"""Nobody is closed for having no number that may be called, who has got one while that was being decided."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from control_plane.explanations.tasks import judge_newcomers
from tests.integration.dialer.conftest import Bench, bench

__all__ = ["bench"]
REAL, FINE = "+12125551234", "+12025550101"
LOCKING, CLOSING = "FOR NO KEY UPDATE SKIP LOCKED", "update enrollment set state = c.state"
_ADD = """
    insert into contact_phone (id, workspace_id, contact_id, e164, priority, time_zones)
    select %s, workspace_id, contact_id, %s, 1, array['America/New_York'] from enrollment
"""


@contextmanager
def _a_number_comes(bench: Bench, before: str, dead_reason: str = "") -> Iterator[list[str]]:
    """Another connection commits a second number of the only contact, right before the first statement that has these words."""
    came: list[str] = []

    def come(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        if before in statement and not came:
            came.append(statement)
            with psycopg.connect(bench.engine.url.render_as_string(hide_password=False).replace("+psycopg", "", 1)) as other:
                other.execute(_ADD, (uuid.uuid4(), FINE))
                other.execute("update contact_phone set dead_reason = %s where e164 = %s", (dead_reason, FINE))

    event.listen(bench.engine.sync_engine, "before_cursor_execute", come)
    try:
        yield came
    finally:
        event.remove(bench.engine.sync_engine, "before_cursor_execute", come)


async def _state(bench: Bench) -> str:
    (enrollment,) = await bench.enrollments()
    return enrollment.state


@pytest.mark.parametrize("moment", [LOCKING, CLOSING])
async def test_a_newcomer_who_gets_a_number_while_being_judged_is_called_on_it(bench: Bench, moment: str) -> None:
    world = await bench.make_world(REAL)
    with _a_number_comes(bench, moment) as came:
        await judge_newcomers(
            {"sessions": bench.dialer.sessions, "queue": bench.queue, "clock": bench.dialer.clock}, str(world.campaign.id)
        )
    assert (len(came), await _state(bench)) == (1, "waiting")
    assert await bench.tick() == 1
    assert [call.to_e164 for call in await bench.calls()] == [FINE]


async def test_whom_a_claim_would_close_when_a_number_comes_is_called_on_it_by_the_same_claim(bench: Bench) -> None:
    await bench.make_world(REAL)
    with _a_number_comes(bench, CLOSING) as came:
        assert await bench.tick() == 1
    assert (len(came), await _state(bench), [call.to_e164 for call in await bench.calls()]) == (1, "claimed", [FINE])


async def test_a_dead_number_that_comes_keeps_nobody(bench: Bench) -> None:
    await bench.make_world(REAL)
    with _a_number_comes(bench, CLOSING, dead_reason="unallocated") as came:
        assert await bench.tick() == 0
    assert (len(came), await _state(bench)) == (1, "exhausted")
