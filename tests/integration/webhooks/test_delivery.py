"""From the outbox to the endpoint: retries, rests, giving up, replaying, and what one bad endpoint does to the others."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from control_plane.db.models import WebhookEndpoint
from control_plane.kit import metrics, standard_webhooks
from control_plane.webhooks.courier import LEASE, TURN, Courier
from control_plane.webhooks.retrying import DELAYS, MOST_ATTEMPTS
from control_plane.webhooks.tasks import KEPT, forget_old_webhooks
from tests.fixtures.world import World
from tests.integration.webhooks.conftest import Receiver

PERSON = {"name": "Bo", "phones": [{"e164": "+12025550107"}]}


async def subscribed(world: World, receiver: Receiver, **fields: Any) -> Any:
    return await world.ours.post("/webhook-endpoints", {"url": receiver.url, **fields})


async def happened(world: World) -> str:
    """Something to tell; the id of the contact that it is about."""
    return (await world.ours.post("/contacts", PERSON))["id"]


async def log_of(world: World) -> list[Any]:
    return (await world.ours.get("/webhook-deliveries"))["items"]


def counted() -> float:
    return metrics.REGISTRY.get_sample_value("callwright_webhook_deliveries_total", {"result": "delivered"}) or 0.0


async def test_a_fact_is_told_once_signed_and_with_links(world: World, courier: Courier, receiver: Receiver) -> None:
    endpoint = await subscribed(world, receiver)
    before = counted()
    contact = await happened(world)
    assert "deliver_webhooks" in [nudge.task for nudge in world.queue.sent]
    assert (await courier.run(), await courier.run()) == (1, 0)
    assert counted() == before + 1
    (message,), (delivery,) = receiver.messages, await log_of(world)
    standard_webhooks.verify(endpoint["secret"], message.headers, message.body, world.clock.now())
    body = json.loads(message.body)
    assert (body["id"], body["type"], body["data"]["contact_id"]) == (message.headers["webhook-id"], "contact.created", contact)
    assert body["data"] == {"contact_id": contact, "changed": [], "url": f"/api/v1/contacts/{contact}"}
    facts = ("event_id", "event_type", "state", "attempts", "last_status", "last_error", "next_attempt_at")
    assert [delivery[fact] for fact in facts] == [body["id"], "contact.created", "delivered", 1, 204, "", None]


async def test_nothing_is_written_for_whom_nobody_listens(world: World, courier: Courier, receiver: Receiver) -> None:
    await happened(world)
    await subscribed(world, receiver, events=["call.ended"])
    await happened(world)
    assert await log_of(world) == []
    assert "deliver_webhooks" not in [nudge.task for nudge in world.queue.sent]


async def test_a_failure_comes_again_later_with_the_same_id_and_body(world: World, courier: Courier, receiver: Receiver) -> None:
    answers = ["500 No", "404 Not Found", "200 OK"]
    receiver.answer = lambda _: answers.pop(0)
    await subscribed(world, receiver)
    await happened(world)
    assert await courier.run() == 0
    (delivery,) = await log_of(world)
    assert (delivery["state"], delivery["last_status"], delivery["last_error"]) == ("pending", 500, "It answered 500.")
    assert await courier.run() == 0
    assert len(receiver.messages) == 1
    for delay in DELAYS[:2]:
        world.clock.advance(delay * 1.2)
        await courier.run()
    assert (await log_of(world))[0]["state"] == "delivered"
    assert len({(m.headers["webhook-id"], m.body) for m in receiver.messages}) == 1
    assert len({m.headers["webhook-timestamp"] for m in receiver.messages}) == 3


async def test_after_the_last_attempt_it_has_failed_and_can_be_replayed(world: World, courier: Courier, receiver: Receiver) -> None:
    receiver.answer = lambda _: "500 No"
    await subscribed(world, receiver)
    await happened(world)
    for delay in (*DELAYS, timedelta()):
        await courier.run()
        world.clock.advance(delay * 1.2)
    (delivery,) = await log_of(world)
    assert (delivery["state"], delivery["attempts"], len(receiver.messages)) == ("failed", MOST_ATTEMPTS, MOST_ATTEMPTS)
    receiver.answer = lambda _: "204 No Content"
    replayed = await world.ours.post(f"/webhook-deliveries/{delivery['id']}/replay", status=202)
    assert (replayed["state"], replayed["attempts"]) == ("pending", 0)
    assert await courier.run() == 1
    assert {m.headers["webhook-id"] for m in receiver.messages} == {delivery["event_id"]}


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_not_followed(world: World, courier: Courier, receiver: Receiver, status: str) -> None:
    receiver.answer = lambda _: f"{status}\r\nLocation: {receiver.url}/elsewhere"
    await subscribed(world, receiver)
    await happened(world)
    await courier.run()
    assert [message.path for message in receiver.messages] == ["/hook"]
    assert "redirect" in (await log_of(world))[0]["last_error"]


async def test_an_endpoint_that_is_gone_is_switched_off_and_the_others_are_told(world: World, courier: Courier, receiver: Receiver) -> None:
    receiver.answer = lambda message: "410 Gone" if message.path == "/gone" else "204 No Content"
    gone = await world.ours.post("/webhook-endpoints", {"url": receiver.url.replace("/hook", "/gone"), "events": ["contact.created"]})
    await subscribed(world, receiver, events=["webhook_endpoint.disabled"])
    await happened(world)
    await courier.run()
    await courier.run()
    shown = await world.ours.get(f"/webhook-endpoints/{gone['id']}")
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "It answered 410: nobody wants messages there any more.")
    told = [json.loads(m.body) for m in receiver.messages if m.path == "/hook"]
    assert [(each["type"], each["data"]["endpoint_id"]) for each in told] == [("webhook_endpoint.disabled", gone["id"])]
    trail = (await world.ours.get("/audit"))["items"]
    assert "webhook_endpoint.disabled" in [entry["action"] for entry in trail]
    await happened(world)
    await courier.run()
    assert [m.path for m in receiver.messages].count("/gone") == 1


async def test_an_endpoint_that_only_fails_is_switched_off_after_days(world: World, courier: Courier, receiver: Receiver) -> None:
    receiver.answer = lambda _: "500 No"
    endpoint = await subscribed(world, receiver)
    for _ in range(7):
        await happened(world)
        await courier.run()
        world.clock.advance(timedelta(days=1))
    shown = await world.ours.get(f"/webhook-endpoints/{endpoint['id']}")
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "Every attempt has failed for 5 days.")


async def test_one_success_forgives_everything(world: World, courier: Courier, receiver: Receiver) -> None:
    endpoint = await subscribed(world, receiver)
    async with world.app.state.sessions.begin() as session:
        long_ago = world.clock.now() - timedelta(days=30)
        await session.execute(update(WebhookEndpoint).values(failing_since=long_ago, failures=999))
    await happened(world)
    await courier.run()
    shown = await world.ours.get(f"/webhook-endpoints/{endpoint['id']}")
    assert (shown["state"], shown["failing_since"]) == ("enabled", None)


@pytest.mark.parametrize("status", ["429 Slow Down", "503 Busy"])
async def test_who_asks_for_a_rest_is_left_alone_until_then(world: World, courier: Courier, receiver: Receiver, status: str) -> None:
    receiver.answer = lambda _: f"{status}\r\nRetry-After: 3600"
    await subscribed(world, receiver)
    await happened(world)
    await courier.run()
    receiver.answer = lambda _: "204 No Content"
    await happened(world)
    world.clock.advance(timedelta(minutes=59))
    assert (await courier.run(), len(receiver.messages)) == (0, 1)
    world.clock.advance(timedelta(minutes=2))
    assert (await courier.run(), len(receiver.messages)) == (2, 3)


async def test_an_endpoint_that_never_answers_takes_few_places_and_holds_up_no_other(
    world: World, courier: Courier, receiver: Receiver
) -> None:
    silent_met, met = asyncio.Event(), asyncio.Event()

    def answer(_: object) -> str:
        met.set()
        return "204 No Content"

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent_met.set()
        await reader.read()
        writer.close()

    receiver.answer = answer
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    await world.ours.post("/webhook-endpoints", {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"})
    for _ in range(TURN * 2):
        await happened(world)
    working = asyncio.create_task(courier.run())
    async with asyncio.timeout(60):
        await silent_met.wait()
        await subscribed(world, receiver)
        await happened(world)
        await courier.run()
        await met.wait()
    assert not working.done()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    server.close()


async def test_a_courier_that_died_with_a_message_is_followed_by_another_after_its_lease(
    world: World, courier: Courier, receiver: Receiver
) -> None:
    met = asyncio.Event()

    def answer(_: object) -> str:
        met.set()
        return "204 No Content" if len(receiver.messages) > 1 else "100 Continue"

    receiver.answer = answer
    await subscribed(world, receiver)
    await happened(world)
    dying = asyncio.create_task(courier.run())
    async with asyncio.timeout(60):
        await met.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await courier.run() == 0
    world.clock.advance(LEASE)
    assert await courier.run() == 1
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 1


async def test_an_address_that_has_become_private_is_not_called(world: World, courier: Courier) -> None:
    await world.ours.post("/webhook-endpoints", {"url": "https://127.0.0.1/"})
    async with world.app.state.sessions.begin() as session:
        await session.execute(update(WebhookEndpoint).values(url="https://10.0.0.1/"))
    await happened(world)
    await courier.run()
    assert (await log_of(world))[0]["last_error"] == "The URL names an address that is not public."


async def test_what_is_old_is_forgotten_and_what_waits_for_nobody_is_canceled(world: World, courier: Courier, receiver: Receiver) -> None:
    endpoint = await subscribed(world, receiver)
    await happened(world)
    await courier.run()
    await happened(world)
    await world.ours.patch(f"/webhook-endpoints/{endpoint['id']}", {"state": "disabled"})
    world.clock.advance(KEPT - timedelta(hours=1))
    await forget_old_webhooks(world.ctx)
    assert [delivery["state"] for delivery in await log_of(world)] == ["pending", "delivered"]
    world.clock.advance(timedelta(hours=2))
    await forget_old_webhooks(world.ctx)
    assert await log_of(world) == []
