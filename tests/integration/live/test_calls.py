"""The stream of one call: every state and every word while it happens, from whichever instance it is heard."""

import asyncio
import uuid
from typing import Any

from control_plane.calls.repository import CallRepository
from control_plane.dialer import place
from control_plane.telephony.port import Answered
from sip_config.contract import EventKind
from sip_config.naming import room_name
from tests.integration.calls.conftest import Agent, Stage
from tests.integration.live.conftest import Live

WORDS = ({"speaker": "agent", "text": "Hello, this is Ann."}, {"speaker": "callee", "text": "Good morning."})


async def test_a_call_is_told_from_its_queue_to_its_end_and_then_the_stream_ends(stage: Stage, live: Live) -> None:
    call = await stage.call()
    listening = await live.listen(f"/calls/{call['id']}/stream", on=1)
    assert (listening.status, listening.answer["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert (await listening.next()).type == "ready"
    agent = await _conversation(stage, call)
    await agent.reports()
    heard = await listening.ended()
    steps = ["call.dispatched", "call.ready", "call.started", "call.answered", "call.turn", "call.turn", "call.ended"]
    assert [each.type for each in heard if each.type in (*steps, "end")] == [*steps, "end"]
    assert [each.data["data"]["text"] for each in heard if each.type == "call.turn"] == [turn["text"] for turn in WORDS]
    states = [each.data["data"]["state"] for each in heard if each.type.startswith("call.") and "state" in each.data["data"]]
    assert states[:4] == ["dispatched", "ready", "dialing", "in_progress"]
    assert states[-1] == "ended"
    assert heard[-1].data == {"url": f"/api/v1/calls/{call['id']}"}
    assert len({each.id for each in heard}) == len(heard)


async def test_who_comes_back_hears_what_was_missed_in_order_and_once(stage: Stage, live: Live) -> None:
    call = await stage.call()
    first = await live.listen(f"/calls/{call['id']}/stream")
    agent = await _conversation(stage, call)
    await agent.reports()
    whole = await first.ended()
    for on, known in ((0, 0), (1, 2)):
        again = await live.listen(f"/calls/{call['id']}/stream", on=on, after=whole[known].id)
        ready, *rest = await again.ended()
        assert (ready.type, ready.id, ready.data) == ("ready", whole[known].id, {"resumed": True})
        assert rest[: len(whole) - known - 2] == whole[known + 1 : -1]
        assert rest[-1] == whole[-1]


async def test_words_that_were_forgotten_are_not_repeated(stage: Stage, live: Live) -> None:
    call = await stage.call()
    first = await live.listen(f"/calls/{call['id']}/stream")
    await _conversation(stage, call)
    heard = await first.until("call.turn")
    async with stage.api.sessions.begin() as session:
        await CallRepository(session).forget_words(uuid.UUID(call["id"]))
    again = await live.listen(f"/calls/{call['id']}/stream", after=heard[0].id)
    told = await again.until("call.turn")
    assert told[-1].data["data"]["text"] == "[not stored]"
    assert WORDS[0]["text"] not in str(told)


async def test_redis_holds_nobodys_words(stage: Stage, live: Live) -> None:
    call = await stage.call()
    await _conversation(stage, call)
    redis = live.publisher._redis
    stored = [await redis.xrange(key) for key in await redis.keys("callwright:live:*")]
    assert b"call.turn" in str(stored).encode()
    assert not any(turn["text"] in str(stored) for turn in WORDS)


async def test_after_the_end_a_client_that_knows_it_is_sent_away(stage: Stage, live: Live) -> None:
    call = await stage.call()
    await stage.post(f"/calls/{call['id']}/end", status=202)
    first = await live.listen(f"/calls/{call['id']}/stream")
    assert [each.type for each in await first.ended()] == ["ready", "end"]
    again = await live.listen(f"/calls/{call['id']}/stream", after="over")
    assert again.status == 204


async def test_what_is_said_in_a_call_is_told_to_nobody_but_its_own_listeners(stage: Stage, live: Live) -> None:
    call = await stage.call()
    everything = await live.listen()
    await _conversation(stage, call)
    await stage.post(f"/calls/{call['id']}/end", status=202)
    await live.happens(1)
    types = [each.type for each in await everything.until("contact.updated")]
    assert "call.answered" in types
    assert "call.turn" not in types


async def _conversation(stage: Stage, call: Any) -> Agent:
    """The call is claimed, dialled and answered, and something is said."""
    assert await stage.tick() == 1
    await place.dispatch(stage.dialer, uuid.UUID(call["id"]))
    agent = stage.agent_of(call)
    await agent.says(EventKind.READY)
    stage.telephony.has_dialled.clear()
    stage.dials.append(asyncio.create_task(place.place(stage.dialer, uuid.UUID(call["id"]))))
    async with asyncio.timeout(60):
        await stage.telephony.has_dialled.wait()
    stage.telephony.agent_joins(room_name(call["id"]))
    await stage.network_says(call, Answered())
    for seq, turn in enumerate(WORDS):
        await agent.says(EventKind.TURN, seq=seq, started_at_s=float(seq), ended_at_s=seq + 0.5, **turn)
    return agent
