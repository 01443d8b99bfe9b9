"""The stream of one campaign: its states, its calls and its figures."""

from collections.abc import AsyncIterator

import pytest

from control_plane.campaigns.lifecycle import fail_campaign
from control_plane.db.unit import open_unit
from control_plane.kit.live_feed import LivePublisher
from control_plane.kit.redis import connect
from tests.fixtures.world import World, world
from tests.integration.live.conftest import Listening

__all__ = ["world"]


@pytest.fixture
async def told(world: World, redis_url: str) -> AsyncIterator[World]:
    redis = connect(redis_url)
    world.queue.publish = LivePublisher(redis).publish  # type: ignore[method-assign]
    yield world
    await redis.aclose()


async def listen(world: World, campaign: dict[str, str], after: str = "") -> Listening:
    headers = {"Authorization": world.ours.client.headers["Authorization"]} | ({"Last-Event-ID": after} if after else {})
    return await Listening(world.app, f"/api/v1/campaigns/{campaign['id']}/stream", headers).open()


async def test_a_campaign_tells_its_states_and_figures_until_its_end(told: World) -> None:
    campaign, other = await told.campaign(), await told.campaign(name="Autumn")
    listening = await listen(told, campaign)
    first = await listening.until("campaign.counters")
    assert [each.type for each in first] == ["ready", "campaign.counters"]
    assert (first[1].id, first[1].data["execution_status"]) == ("", "idle")
    await told.ours.post(f"/campaigns/{other['id']}/start", status=200)
    await told.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    figures = (await listening.until("campaign.counters"))[-1].data
    assert (figures["execution_status"], figures["enrollments"]["waiting"]) == ("running", 1)
    assert figures == await told.ours.get(f"/campaigns/{campaign['id']}/status")
    async with open_unit(told.app.state.sessions, told.queue, told.clock, actor="system") as unit:
        await fail_campaign(unit, campaign["id"], "Half of the last dials failed.")
    await told.ours.post(f"/campaigns/{campaign['id']}/stop", status=200)
    rest = [each for each in await listening.ended() if each.id]
    assert [each.type for each in rest] == ["campaign.error", "campaign.stopped", "end"]
    assert rest[0].data["data"]["reason"] == "Half of the last dials failed."
    assert {each.data["data"]["id"] for each in rest[:-1]} == {campaign["id"]}
    await listening.close()
    again = await listen(told, campaign, after="over")
    assert again.status == 204
    await again.close()
