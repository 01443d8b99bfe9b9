"""Who may listen, what they hear and what not, and how a stream ends."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from control_plane.db.unit import open_unit
from control_plane.kit.redis import connect
from control_plane.live.hub import Limits
from control_plane.live.listener import MOST_WAITING
from control_plane.live.service import LiveService
from tests.integration.live.conftest import Listening, Live, marks


async def test_what_one_instance_does_is_heard_in_order_from_the_other(live: Live) -> None:
    listening = [await live.listen(on=on) for on in (0, 1)]
    for first in range(0, 30, 3):
        await live.happens(first, first + 1, first + 2)
    for each in listening:
        assert (await each.next()).type == "ready"
        assert marks([await each.next() for _ in range(30)]) == list(range(30))


async def test_what_was_rolled_back_is_never_told(live: Live) -> None:
    listening = await live.listen()
    with pytest.raises(ConnectionError):
        await live.happens(1, fails=True)
    refused = await live.api.manager.post("/contacts", json={"name": "Ada", "phones": [{"e164": "+12"}]})
    assert refused.status_code == 400
    await live.happens(2)
    assert [each.data for each in await listening.until("contact.updated")][-1]["data"] == {"mark": 2}
    assert listening.heard.empty()


async def test_nobody_hears_of_another_workspace(live: Live) -> None:
    ours, theirs = await live.listen(), await live.listen(key="cw_stranger")
    await live.happens(1)
    await live.happens(2, workspace=live.api.other_workspace_id)
    await live.happens(3)
    assert marks([*(await ours.until("contact.updated"))[1:], await ours.next()]) == [1, 3]
    assert marks((await theirs.until("contact.updated"))[1:]) == [2]
    assert theirs.heard.empty()


async def test_a_place_in_one_workspaces_stream_is_none_in_anothers(live: Live) -> None:
    ours = await live.listen()
    await live.happens(1)
    known = (await ours.until("contact.updated"))[-1].id
    await live.happens(2, 3)
    theirs = await live.listen(key="cw_stranger", after=known)
    assert (await theirs.next()).type == "reset"
    assert theirs.heard.empty()


@pytest.mark.parametrize("kind", ["calls", "campaigns"])
async def test_what_is_not_yours_is_not_there(live: Live, kind: str) -> None:
    listening = await live.listen(f"/{kind}/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/stream")
    assert (listening.status, listening.answer["content-type"]) == (404, "application/problem+json")


async def test_a_token_may_stand_in_the_address_of_a_stream_and_of_nothing_else(live: Live) -> None:
    token = (await live.api.viewer.post("/auth/token")).json()["access_token"]
    with capture_logs() as logs:
        good = await live.listen(key="", query=f"access_token={token}")
        assert (good.status, (await good.next()).type) == (200, "ready")
        for path, secret in (("/calls", token), ("/stream", "cw_viewer"), ("/stream", "x.y.z"), ("/stream", "")):
            refused = await live.listen(path, key="", query=f"access_token={secret}")
            assert refused.status == 401, (path, secret)
        # Which of two is meant, nobody can know.
        for both in (f"access_token={token}", "access_token="):
            assert (await live.listen(key="cw_viewer", query=both)).status == 401
        agents = (await live.api.agent.post("/auth/token")).json()["access_token"]
        assert (await live.listen(key="", query=f"access_token={agents}")).status == 403
        live.api.clock.advance(timedelta(minutes=16))
        assert (await live.listen(key="", query=f"access_token={token}")).status == 401
        await good.close()
    assert logs
    assert not any(secret in str(logs) for secret in (token, agents, "cw_viewer", "access_token"))


async def test_a_client_that_reads_slowly_is_told_to_read_anew_and_hears_what_follows(live: Live) -> None:
    live.api.app.state.live.limits = Limits(pulse_s=0.02)
    slow, quick = await live.listen(), await live.listen()
    async with asyncio.timeout(60):
        # A heartbeat says that it has caught up, and that what comes now has to wait for it.
        while not slow.comments:
            await asyncio.sleep(0.01)
    slow.may_read.clear()
    await live.happens(*range(MOST_WAITING + 50))
    heard = await quick.until("contact.updated")
    while marks(heard[-1:]) != [MOST_WAITING + 49]:
        heard.append(await quick.next())
    slow.may_read.set()
    before = await slow.until("reset")
    assert len(before) < MOST_WAITING
    await live.happens(1000)
    after = [await slow.next()]
    while marks(after[-1:]) != [1000]:
        after.append(await slow.next())
    assert marks(after) == sorted(marks(after))


async def test_what_happens_while_somebody_catches_up_comes_after_it(live: Live) -> None:
    known = (await (await live.listen()).next()).id
    await live.happens(*range(20))
    slow, quick = await live.listen(after=known, reads=False), await live.listen()
    await live.happens(20, 21)
    await quick.until("contact.updated")
    slow.may_read.set()
    await live.happens(22)
    assert (await slow.next()).type == "ready"
    assert marks([await slow.next() for _ in range(23)]) == list(range(23))


async def test_who_comes_back_too_late_or_with_a_place_that_never_was_is_told_to_read_anew(live: Live) -> None:
    first = await live.listen()
    known = (await first.next()).id
    await live.happens(1, 2, 3)
    await first.until("contact.updated")
    assert marks((await (await live.listen(after=known)).until("contact.updated"))[1:]) == [1]
    await live.publisher._redis.xtrim(f"callwright:live:{live.api.workspace_id}", maxlen=1, approximate=False)
    for after in (known, "99999999999999-0", "nonsense", "over"):
        again = await live.listen(after=after, on=1)
        assert (await again.next()).type == "reset", after
    await live.happens(4)
    assert marks([await again.next()]) == [4]


async def test_the_workspace_has_so_many_streams_and_no_more(live: Live) -> None:
    live.api.app.state.live.limits = Limits(most_of_space=2)
    first, _ = await live.listen(), await live.listen()
    third = await live.listen()
    assert (third.status, third.answer["content-type"]) == (429, "application/problem+json")
    assert (await live.listen(key="cw_stranger")).status == 200
    await first.close()
    assert (await live.listen()).status == 200


async def test_a_quiet_stream_shows_that_it_lives_and_ends_after_a_while_without_an_end(live: Live) -> None:
    live.api.app.state.live.limits = Limits(pulse_s=0.02, longest_s=0.1)
    listening = await live.listen()
    assert [each.type for each in await listening.ended()] == ["ready"]
    assert listening.comments > 0
    assert listening.retry_ms == 3000


async def test_when_the_server_stops_every_stream_ends_and_is_resumed_at_another(live: Live) -> None:
    listening = await live.listen()
    place = (await listening.next()).id
    live.api.app.state.live.leave()
    assert await listening.ended() == []
    assert (await live.listen()).status == 503
    await live.happens(1)
    again = await live.listen(on=1, after=place)
    assert marks((await again.until("contact.updated"))[1:]) == [1]


async def test_a_thousand_listen_at_one_process_with_one_reader(live: Live) -> None:
    """Each is a task; none has a thread, a connection to Redis or one to the database of its own."""
    hub, threads, crowd = live.api.app.state.live, threading.active_count(), 1000
    redis = connect(live.api.settings.redis_url)
    # What other tests have left may still be among them.
    connections = len(await redis.client_list())
    assert hub.limits.most_of_space == crowd

    async def hears(messages: AsyncIterator[bytes]) -> list[bytes]:
        return [await anext(messages) for _ in range(4)]

    async with open_unit(live.api.sessions, live.api.queue, live.api.clock, actor="system") as unit:
        service = LiveService(unit, live.api.workspace_id, hub)
        streams = [await service.of_workspace(None) for _ in range(crowd)]
        tasks = [asyncio.create_task(hears(stream)) for stream in streams if stream is not None]
    assert (await live.listen()).status == 429
    await live.happens(1, 2)
    await live.happens(3)
    async with asyncio.timeout(60):
        heard = await asyncio.gather(*tasks)
    assert {tuple(re.findall(rb'"mark":(\d)', b"".join(each))) for each in heard} == {(b"1", b"2", b"3")}
    assert len(heard) == crowd
    more_connections = len(await redis.client_list()) - connections
    await redis.aclose()
    assert more_connections <= 12
    assert threading.active_count() <= threads + 4


async def test_a_stream_that_was_closed_leaves_nothing_behind(live: Live) -> None:
    hub = live.api.app.state.live
    listening: list[Listening] = [await live.listen() for _ in range(3)]
    for each in listening:
        assert (await each.next()).type == "ready"
    assert "Current Checked out connections: 0" in live.api.engine.pool.status()
    await asyncio.gather(*(each.close() for each in listening))
    assert (len(hub._admitted), hub._listeners, hub._positions) == (0, {}, {})
