"""What the agent makes of the control plane's answers, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable, WorkerClient, http_client
from agent_worker.heartbeat import Heartbeat
from agent_worker.retry import until
from sip_config.contract import CallOrder, CallPurpose, DispatchTicket, EventKind, WorkerHeartbeat
from tests.integration.agent_worker.control_plane import AGENT_KEY, TOKEN, FakeControlPlane, Kept

ORDER = CallOrder("c1", 1, "call-c1", "callee-c1", "+12025550101", CallPurpose.SINGLE, "You are Ada.", "Hello.")


@pytest_asyncio.fixture
async def client(plane: tuple[FakeControlPlane, str]) -> AsyncIterator[CallClient]:
    plane[0].calls["c1"] = Kept(ORDER)
    made = CallClient(http_client(), plane[1], DispatchTicket("c1", 1, TOKEN))
    yield made
    await made.aclose()


async def test_the_order_arrives_whole(client: CallClient):
    assert await client.order() == ORDER


async def test_an_older_generation_is_superseded(client: CallClient, plane: tuple[FakeControlPlane, str]):
    plane[0].calls["c1"].current_generation = 2
    with pytest.raises(Superseded):
        await client.order()


async def test_a_wrong_token_is_refused(plane: tuple[FakeControlPlane, str]):
    client = CallClient(http_client(), plane[1], DispatchTicket("c1", 1, "wrong"))
    with pytest.raises(Refused):
        await client.order()
    await client.aclose()


async def test_nobody_there_is_unreachable():
    client = CallClient(http_client(), "http://127.0.0.1:9", DispatchTicket("c1", 1, TOKEN))
    with pytest.raises(Unreachable):
        await client.order()
    await client.aclose()


async def test_a_control_plane_that_comes_back_is_reached(client: CallClient, plane: tuple[FakeControlPlane, str]):
    plane[0].fail_next = 2
    await until(5.0, lambda: client.opt_out("never again", 3.2))
    assert plane[0].calls["c1"].opt_outs == [{"quote": "never again", "offset_s": 3.2}]


async def test_a_control_plane_that_stays_away_is_given_up(client: CallClient, plane: tuple[FakeControlPlane, str]):
    plane[0].fail_next = 100
    with pytest.raises(Unreachable):
        await until(0.5, client.order)


async def test_a_recording_arrives_byte_for_byte(client: CallClient, plane: tuple[FakeControlPlane, str], tmp_path: Path):
    file = tmp_path / "audio.ogg"
    file.write_bytes(bytes(range(256)) * 2000)
    await client.put_recording(file)
    assert plane[0].calls["c1"].recording == file.read_bytes()


async def test_events_arrive_once_and_in_order_although_the_control_plane_was_away(client: CallClient, plane: tuple[FakeControlPlane, str]):
    kept = plane[0].calls["c1"]
    plane[0].fail_next = 3
    log = CallLog(client, 1, "job")
    for kind in (EventKind.READY, EventKind.RINGING, EventKind.ANSWERED):
        log.note(kind)
    await asyncio.wait_for(plane[0].until(lambda: len(kept.events) == 3), 10)
    await log.aclose(1.0)
    assert kept.kinds() == [EventKind.READY, EventKind.RINGING, EventKind.ANSWERED]
    assert len({event.id for event in kept.events}) == 3


async def test_an_event_of_an_older_generation_ends_the_sending(client: CallClient, plane: tuple[FakeControlPlane, str]):
    plane[0].calls["c1"].current_generation = 2
    log = CallLog(client, 1, "job")
    log.note(EventKind.READY)
    await asyncio.wait_for(log.superseded.wait(), 5)
    await log.aclose(1.0)


async def test_a_change_is_told_at_once_and_again_when_the_control_plane_comes_back(plane: tuple[FakeControlPlane, str]):
    beats, state = plane[0].beats, WorkerHeartbeat("w1", 4, False)
    client = WorkerClient(plane[1], AGENT_KEY)
    plane[0].fail_next = 1
    beating = asyncio.create_task(Heartbeat(client, lambda: state).run())
    await asyncio.wait_for(plane[0].until(lambda: len(beats) >= 1), 5)
    state = WorkerHeartbeat("w1", 4, True, ("c1",))
    started = asyncio.get_running_loop().time()
    await asyncio.wait_for(plane[0].until(lambda: beats[-1].draining), 5)
    assert asyncio.get_running_loop().time() - started < 1.0
    assert beats[-1].calls == ("c1",)
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    await client.aclose()
