"""Endpoints over the API: secrets shown once and never stored in clear, rotation, what is refused, and who sees what."""

import base64
from datetime import timedelta
from typing import Any

import pytest
import standardwebhooks
from sqlalchemy import text

from control_plane.kit import standard_webhooks
from control_plane.webhooks.courier import Courier
from tests.fixtures.world import World
from tests.integration.webhooks.conftest import Receiver

PUBLIC = "https://hooks.example.com/callwright"


async def made(world: World, url: str = PUBLIC, **fields: Any) -> Any:
    return await world.ours.post("/webhook-endpoints", {"url": url, **fields})


async def test_a_secret_is_shown_once_and_is_nowhere_in_the_database(world: World) -> None:
    endpoint = await made(world)
    assert endpoint["secret"].startswith("whsec_")
    assert len(base64.b64decode(endpoint["secret"].removeprefix("whsec_"))) == 32
    shown = await world.ours.get(f"/webhook-endpoints/{endpoint['id']}")
    listed = await world.ours.get("/webhook-endpoints")
    assert "secret" not in shown
    assert shown == listed["items"][0]
    async with world.app.state.sessions() as session:
        for table in ("webhook_endpoint", "audit_entry", "idempotency_record"):
            rows = await session.execute(text(f"select {table}::text from {table}"))
            assert all(endpoint["secret"] not in row[0] for row in rows), table


async def test_while_a_secret_is_changed_both_open_the_message_and_later_only_the_new_one(
    world: World, courier: Courier, receiver: Receiver
) -> None:
    endpoint = await made(world, receiver.url)
    rotated = await world.ours.post(f"/webhook-endpoints/{endpoint['id']}/rotate-secret", status=200)
    secrets = [endpoint["secret"], rotated["secret"]]
    assert secrets[0] != secrets[1]
    await world.ours.post(f"/webhook-endpoints/{endpoint['id']}/test", status=202)
    assert await courier.run() == 1
    message = receiver.messages[0]
    for secret in secrets:
        assert standard_webhooks.verify(secret, message.headers, message.body, world.clock.now()) == message.headers["webhook-id"]
    world.clock.advance(timedelta(hours=25))
    await world.ours.post(f"/webhook-endpoints/{endpoint['id']}/test", status=202)
    assert await courier.run() == 1
    message = receiver.messages[1]
    assert standard_webhooks.verify(secrets[1], message.headers, message.body, world.clock.now())
    with pytest.raises(standard_webhooks.NotSigned):
        standard_webhooks.verify(secrets[0], message.headers, message.body, world.clock.now())


async def test_the_signature_is_what_the_specifications_own_library_makes(world: World, courier: Courier, receiver: Receiver) -> None:
    endpoint = await made(world, receiver.url)
    await world.ours.post(f"/webhook-endpoints/{endpoint['id']}/test", status=202)
    await courier.run()
    message, now = receiver.messages[0], world.clock.now()
    theirs = standardwebhooks.Webhook(endpoint["secret"]).sign(message.headers["webhook-id"], now, message.body.decode())
    assert message.headers["webhook-signature"] == theirs
    assert message.headers["webhook-timestamp"] == str(int(now.timestamp()))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://localhost/"}, "url"),
        ({"url": "http://hooks.example.com"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://user:word@hooks.example.com"}, "url"),
        ({"url": "ftp://hooks.example.com"}, "url"),
        ({"url": PUBLIC, "events": ["call.ended", "call.eaten"]}, "events[1]"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(world: World, body: dict[str, Any], field: str) -> None:
    problem = await world.ours.post("/webhook-endpoints", body, status=400)
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_an_endpoint_of_an_assistant_hears_of_that_assistant_only(world: World, courier: Courier, receiver: Receiver) -> None:
    campaign = await world.campaign()
    other = await world.assistant()
    mine = await made(world, receiver.url, assistant_id=campaign["assistant_id"])
    foreign = await made(world, receiver.url, assistant_id=other)
    assert (mine["scope"], mine["assistant_id"]) == ("assistant", campaign["assistant_id"])
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    await world.ours.post("/contacts", {"name": "Bo", "phones": [{"e164": "+12025550107"}]})
    told = (await world.ours.get("/webhook-deliveries"))["items"]
    assert [(d["endpoint_id"], d["event_type"]) for d in told] == [(mine["id"], "campaign.started")]
    assert (await world.ours.get("/webhook-deliveries", endpoint_id=foreign["id"]))["items"] == []


async def test_another_workspace_neither_hears_nor_sees(world: World) -> None:
    theirs = await world.theirs.post("/webhook-endpoints", {"url": PUBLIC})
    await made(world)
    await world.ours.post("/contacts", {"name": "Bo", "phones": [{"e164": "+12025550107"}]})
    assert (await world.theirs.get("/webhook-deliveries"))["items"] == []
    delivery = (await world.ours.get("/webhook-deliveries"))["items"][0]
    assert delivery["endpoint_id"] != theirs["id"]
    await world.theirs.get(f"/webhook-deliveries/{delivery['id']}", status=404)
    await world.theirs.post(f"/webhook-deliveries/{delivery['id']}/replay", status=404)


async def test_a_deleted_endpoint_is_told_nothing_more_and_its_log_stays(world: World, courier: Courier, receiver: Receiver) -> None:
    endpoint = await made(world, receiver.url)
    await world.ours.post("/contacts", {"name": "Bo", "phones": [{"e164": "+12025550107"}]})
    await world.ours.delete(f"/webhook-endpoints/{endpoint['id']}")
    assert await courier.run() == 0
    delivery = (await world.ours.get("/webhook-deliveries", state="canceled"))["items"][0]
    await world.ours.post(f"/webhook-deliveries/{delivery['id']}/replay", status=409)
    assert receiver.messages == []


async def test_a_disabled_endpoint_waits_and_is_told_when_it_is_enabled(world: World, courier: Courier, receiver: Receiver) -> None:
    endpoint = await made(world, receiver.url)
    path = f"/webhook-endpoints/{endpoint['id']}"
    await world.ours.post("/contacts", {"name": "Bo", "phones": [{"e164": "+12025550107"}]})
    await world.ours.patch(path, {"state": "disabled"})
    assert await courier.run() == 0
    await world.ours.post(f"{path}/test", status=409)
    assert (await world.ours.patch(path, {"state": "enabled"}))["disabled_reason"] == ""
    assert await courier.run() == 1
