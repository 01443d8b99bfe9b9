"""One call's history told to the real ledger in any order, each part up to three times: the rows end the same, and settle once."""

import random
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane.calls import reducer
from control_plane.calls.agent_service import AgentService
from control_plane.db.models import Call
from control_plane.domain.call_state import Fact
from control_plane.telephony.port import Answered, DialResult, Refused
from sip_config.contract import AnsweredBy, CallEvent, CallReport, DispatchTicket, EndCause, EventKind, Outcome
from tests.integration.dialer.conftest import Bench

ONE = "+12025550101"
BUSY = Refused(486, "Busy Here", "resource_exhausted")
Told = Callable[[], Awaitable[Any]]


@pytest.mark.parametrize("seed", range(6))
async def test_a_conversation_told_in_any_order_ends_the_same(bench: Bench, seed: int) -> None:
    call, told = await _dialled(bench, Answered(), seed)
    at = datetime.now(UTC)
    times = {"answered_at": at, "ended_at": at + timedelta(seconds=9)}
    report = CallReport(str(call.id), 1, True, AnsweredBy.HUMAN, Outcome.SUCCESS, EndCause.AGENT_HANGUP, **times)  # type: ignore[arg-type]
    await told(report, EventKind.RINGING, EventKind.ANSWERED, EventKind.HANGING_UP, EventKind.CALLEE_LEFT)
    await _assert_ended(bench, ("ended", "answered", "success"), ("done", 1))


@pytest.mark.parametrize("seed", range(6))
async def test_a_busy_line_told_in_any_order_ends_the_same(bench: Bench, seed: int) -> None:
    call, told = await _dialled(bench, BUSY, seed)
    report = CallReport(str(call.id), 1, False, AnsweredBy.NONE, Outcome.NO_CONVERSATION, EndCause.NONE)
    await told(report, EventKind.CALLEE_LEFT)
    await _assert_ended(bench, ("ended", "busy", "no_conversation"), ("waiting", 1))


async def _dialled(bench: Bench, result: DialResult, seed: int) -> tuple[Call, Callable[..., Awaitable[None]]]:
    """A call whose dial is committed, and a function that lets everybody tell of it: task, agent and LiveKit, shuffled and repeated."""
    await bench.make_world(ONE)
    call, ticket = await bench.ready_call()
    committed = reducer.Testimony("task", "dial_committed", "dial_committed", datetime.now(UTC), Fact.DIAL_COMMITTED)
    await _hear(bench, call, committed)
    fact = Fact.ANSWERED if isinstance(result, Answered) else Fact.NOT_ANSWERED
    data = {} if isinstance(result, Answered) else {"network_result": "busy", "sip_status_code": 486, "sip_status": "Busy Here"}
    answer = reducer.Testimony("task", "dial_answer", str(fact), datetime.now(UTC), fact, data)
    left = {"disconnect_reason": "CLIENT_INITIATED", "last_status": "ringing"}
    webhooks = [
        reducer.Testimony("livekit", "EV_1", "callee_left", datetime.now(UTC), Fact.CALLEE_LEFT, left),
        reducer.Testimony("livekit", "EV_2", "agent_left", datetime.now(UTC), Fact.AGENT_LEFT),
        reducer.Testimony("livekit", "EV_3", "room_finished", datetime.now(UTC), Fact.AGENT_LEFT),
    ]

    async def tell(report: CallReport, *kinds: EventKind) -> None:
        chance = random.Random(seed)
        tellings: list[Told] = [lambda said=said: _hear(bench, call, said) for said in (answer, *webhooks)]
        tellings += [lambda kind=kind: _agent_says(bench, ticket, kind, left) for kind in kinds]
        tellings.append(lambda: bench.agent_reports(ticket, report))
        repeated = [telling for telling in tellings for _ in range(chance.randint(1, 3))]
        chance.shuffle(repeated)
        for telling in repeated:
            await telling()

    return call, tell


async def _hear(bench: Bench, call: Call, said: reducer.Testimony) -> None:
    async with bench.dialer.unit() as unit:
        await reducer.hear(unit, call.id, said)


async def _agent_says(bench: Bench, ticket: DispatchTicket, kind: EventKind, data: dict[str, Any]) -> None:
    event = CallEvent(f"{kind}-1", kind, datetime.now(UTC), ticket.generation, data if kind is EventKind.CALLEE_LEFT else {})
    async with bench.dialer.unit() as unit:
        await AgentService(unit, uuid.UUID(ticket.call_id), ticket.token).take_events([event])


async def _assert_ended(bench: Bench, ended: tuple[str, str, str], followed: tuple[str, int]) -> None:
    (call,), (enrollment,) = await bench.calls(), await bench.enrollments()
    assert (call.state, call.network_result, call.outcome) == ended
    assert (call.holds_number, call.holds_slot, call.reserved_until) == (False, False, None)
    assert (enrollment.state, enrollment.attempts) == followed
