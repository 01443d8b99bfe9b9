"""LiveKit agrees with the tables: against a real livekit-server."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from arq import Retry
from livekit import api as livekit_api

from control_plane.db.models import Trunk
from control_plane.kit.queue import Nudge
from control_plane.trunks.repository import SyncRepository
from control_plane.trunks.service import RETRY_TASK
from control_plane.trunks.tasks import check_trunks, sweep_trunks, sync_trunk
from sip_config.codec import decode
from sip_config.contract import InboundTicket
from sip_config.provision import Provisioner, ProvisionError
from sip_config.trunks import NumberDescription, TrunkDescription
from tests.fixtures.api import Api
from tests.fixtures.services import LiveKitService

TRUNK = TrunkDescription(
    id="t1",
    address="sip.example.com:5061",
    transport="tls",
    media_encryption="allow",
    auth_username="acme",
    auth_password="hunter22",
    numbers=(NumberDescription("+12025550101", True), NumberDescription("+12025550102")),
)


@pytest.fixture
async def sip(livekit: LiveKitService) -> AsyncIterator[Any]:
    async with livekit_api.LiveKitAPI(livekit.url, livekit.key, livekit.secret) as client:
        yield client.sip


@pytest.fixture
async def provisioner(livekit: LiveKitService) -> AsyncIterator[Provisioner]:
    async with Provisioner(livekit.url, livekit.key, livekit.secret) as made:
        yield made
        await made.remove(TRUNK.id)


async def known(sip: Any, trunk_id: str = TRUNK.id) -> tuple[list[Any], list[Any], list[Any]]:
    """LiveKit's outbound trunks, inbound trunks and rules of one trunk."""
    tag = f"callwright:{trunk_id}"
    outbound = (await sip.list_outbound_trunk(livekit_api.ListSIPOutboundTrunkRequest())).items
    inbound = (await sip.list_inbound_trunk(livekit_api.ListSIPInboundTrunkRequest())).items
    rules = (await sip.list_dispatch_rule(livekit_api.ListSIPDispatchRuleRequest())).items
    return (
        [t for t in outbound if t.name == tag],
        [t for t in inbound if t.name == tag],
        [r for r in rules if r.name.startswith(tag)],
    )


async def test_applying_twice_makes_one_of_each_and_changes_no_id(provisioner: Provisioner, sip: Any) -> None:
    first = await provisioner.apply(TRUNK)
    assert await provisioner.apply(TRUNK) == first
    (outbound,), (inbound,), (rule,) = await known(sip)
    assert (outbound.sip_trunk_id, list(outbound.numbers)) == (first.outbound_trunk_id, ["+12025550101", "+12025550102"])
    assert (outbound.address, outbound.auth_username, outbound.auth_password) == ("sip.example.com:5061", "acme", "hunter22")
    assert (inbound.sip_trunk_id, list(inbound.numbers)) == (first.inbound_trunk_id, ["+12025550101"])
    assert first.rule_ids == {"+12025550101": rule.sip_dispatch_rule_id}
    assert rule.rule.dispatch_rule_individual.room_prefix == "inbound-"
    assert [agent.agent_name for agent in rule.room_config.agents] == ["callwright"]


async def test_a_change_updates_in_place_and_a_number_without_assistant_loses_its_rule(provisioner: Provisioner, sip: Any) -> None:
    first = await provisioner.apply(TRUNK)
    numbers = (NumberDescription("+12025550101"), NumberDescription("+12025550103", True))
    second = await provisioner.apply(replace(TRUNK, address="10.0.0.1", transport="udp", numbers=numbers))
    assert (second.outbound_trunk_id, second.inbound_trunk_id) == (first.outbound_trunk_id, first.inbound_trunk_id)
    (outbound,), (inbound,), (rule,) = await known(sip)
    assert (outbound.address, list(outbound.numbers)) == ("10.0.0.1", ["+12025550101", "+12025550103"])
    assert (list(inbound.numbers), list(rule.numbers)) == (["+12025550103"], ["+12025550103"])


async def test_two_answered_numbers_have_a_rule_each(provisioner: Provisioner, sip: Any) -> None:
    numbers = (NumberDescription("+12025550101", True), NumberDescription("+12025550102", True))
    provisioned = await provisioner.apply(replace(TRUNK, numbers=numbers))
    _, _, rules = await known(sip)
    assert {rule.sip_dispatch_rule_id for rule in rules} == set(provisioned.rule_ids.values())
    assert sorted(rule.numbers[0] for rule in rules) == ["+12025550101", "+12025550102"]


async def test_doubles_of_a_crashed_run_are_removed(provisioner: Provisioner, sip: Any) -> None:
    double = livekit_api.SIPOutboundTrunkInfo(name=TRUNK.tag, address="old.example.com", numbers=["+12025550101"])
    for _ in range(2):
        await sip.create_outbound_trunk(livekit_api.CreateSIPOutboundTrunkRequest(trunk=double))
    provisioned = await provisioner.apply(TRUNK)
    (outbound,), _, _ = await known(sip)
    assert (outbound.sip_trunk_id, outbound.address) == (provisioned.outbound_trunk_id, TRUNK.address)


async def test_a_trunk_without_numbers_is_unknown_to_livekit(provisioner: Provisioner, sip: Any) -> None:
    await provisioner.apply(TRUNK)
    provisioned = await provisioner.apply(replace(TRUNK, numbers=()))
    assert (provisioned.outbound_trunk_id, provisioned.inbound_trunk_id, provisioned.rule_ids) == (None, None, {})
    assert await known(sip) == ([], [], [])


async def test_a_wrong_secret_and_a_silent_server_are_told_in_a_sentence(livekit: LiveKitService) -> None:
    async with Provisioner(livekit.url, livekit.key, "not-the-secret-not-the-secret-not-it") as wrong:
        with pytest.raises(ProvisionError, match="does not accept LIVEKIT_API_KEY and LIVEKIT_API_SECRET"):
            await wrong.apply(TRUNK)
    async with Provisioner("ws://127.0.0.1:1", "k", "s" * 32) as nowhere:
        with pytest.raises(ProvisionError, match="LiveKit cannot be reached"):
            await nowhere.apply(TRUNK)


def context(api: Api, livekit: LiveKitService) -> dict[str, Any]:
    keys = {"livekit_url": livekit.url, "livekit_api_key": livekit.key, "livekit_api_secret": livekit.secret}
    state = api.app.state
    return {
        "settings": replace(api.settings, **keys),
        "sessions": state.sessions,
        "secret_box": state.secret_box,
        "clock": api.clock,
        "queue": api.queue,
    }


async def test_a_trunk_made_over_the_api_arrives_at_livekit_and_leaves_it_again(api: Api, livekit: LiveKitService, sip: Any) -> None:
    ctx = context(api, livekit)
    assistant = (await api.manager.post("/assistants", json={"name": "A", "system_prompt": "Be kind."})).json()["id"]
    trunk = (await api.manager.post("/trunks", json={"name": "R", "provider": "rehearsal"})).json()["id"]
    number = {"e164": "+12025550188", "trunk_id": trunk, "assistant_id": assistant}
    made = await api.manager.post("/numbers", json=number)
    await sync_trunk(ctx, trunk)
    shown = (await api.viewer.get(f"/trunks/{trunk}")).json()
    (outbound,), (inbound,), (rule,) = await known(sip, trunk)
    assert (shown["sync_state"], shown["sync_error"]) == ("synced", "")
    assert shown["livekit_outbound_trunk_id"] == outbound.sip_trunk_id
    assert shown["livekit_inbound_trunk_id"] == inbound.sip_trunk_id
    assert list(rule.numbers) == ["+12025550188"]
    assert decode(InboundTicket, rule.room_config.agents[0].metadata) == InboundTicket(made.json()["id"])
    assert (await api.manager.delete(f"/trunks/{trunk}")).status_code == 204
    await sync_trunk(ctx, trunk)
    assert await known(sip, trunk) == ([], [], [])


async def test_a_failed_synchronisation_says_why_and_the_sweep_comes_back(api: Api, livekit: LiveKitService) -> None:
    ctx = context(api, livekit)
    ctx["settings"] = replace(ctx["settings"], livekit_url="ws://127.0.0.1:1")
    trunk = (await api.manager.post("/trunks", json={"name": "R", "provider": "rehearsal"})).json()["id"]
    await api.manager.post("/numbers", json={"e164": "+12025550188", "trunk_id": trunk})
    await sync_trunk(ctx, trunk)
    shown = (await api.viewer.get(f"/trunks/{trunk}")).json()
    assert shown["sync_state"] == "failed"
    assert shown["sync_error"].startswith("LiveKit cannot be reached")
    api.queue.sent.clear()
    await sweep_trunks(ctx)
    assert [(nudge.task, nudge.subject) for nudge in api.queue.sent] == [("sync_trunk", trunk)]
    async with api.sessions() as session:
        assert (await session.get_one(Trunk, trunk)).livekit_outbound_trunk_id is None


async def test_what_livekit_has_forgotten_is_told_to_it_again(api: Api, livekit: LiveKitService, sip: Any) -> None:
    ctx = context(api, livekit)
    trunk = (await api.manager.post("/trunks", json={"name": "R", "provider": "rehearsal"})).json()["id"]
    await api.manager.post("/numbers", json={"e164": "+12025550188", "trunk_id": trunk})
    await sync_trunk(ctx, trunk)
    api.queue.sent.clear()
    await check_trunks(ctx)
    assert api.queue.sent == []
    (outbound,), _, _ = await known(sip, trunk)
    await sip.delete_trunk(livekit_api.DeleteSIPTrunkRequest(sip_trunk_id=outbound.sip_trunk_id))
    await check_trunks(ctx)
    assert [(nudge.task, nudge.subject) for nudge in api.queue.sent] == [("sync_trunk", trunk)]
    await sync_trunk(ctx, trunk)
    (again,), _, _ = await known(sip, trunk)
    assert (await api.viewer.get(f"/trunks/{trunk}")).json()["livekit_outbound_trunk_id"] == again.sip_trunk_id
    await api.manager.delete(f"/trunks/{trunk}")
    await sync_trunk(ctx, trunk)


async def test_a_change_during_a_synchronisation_is_applied_right_after_it(api: Api, livekit: LiveKitService) -> None:
    """A number that is added while its trunk is being made known would otherwise wait for the sweep, and its calls too."""
    ctx = context(api, livekit) | {"job_try": 1}
    trunk = (await api.manager.post("/trunks", json={"name": "R", "provider": "rehearsal"})).json()["id"]
    async with ctx["sessions"].begin() as other:
        assert await SyncRepository(other).lock(uuid.UUID(trunk))
        with pytest.raises(Retry) as again:
            await sync_trunk(ctx, trunk)
    assert again.value.defer_score == 500
    await sync_trunk(ctx, trunk)
    assert (await api.manager.get(f"/trunks/{trunk}")).json()["sync_state"] == "synced"


async def test_whoever_waits_for_a_trunk_hears_that_it_is_in_order_again(api: Api, livekit: LiveKitService) -> None:
    """Once for each change: a run that finds everything as it was mends nothing."""
    ctx = context(api, livekit)
    trunk = (await api.manager.post("/trunks", json={"name": "R", "provider": "rehearsal"})).json()["id"]
    in_order = Nudge(RETRY_TASK, trunk)
    await sync_trunk(ctx, trunk)
    await sync_trunk(ctx, trunk)
    assert api.queue.sent.count(in_order) == 1
    mended = await api.manager.patch(f"/trunks/{trunk}", json={"auth_username": "acme", "auth_password": "right-this-time"})
    assert mended.status_code == 200
    assert api.queue.sent.count(in_order) == 1
    await sync_trunk(ctx, trunk)
    assert api.queue.sent.count(in_order) == 2
    # As somebody does who has paid the carrier's bill.
    await api.manager.post(f"/trunks/{trunk}/sync")
    await sync_trunk(ctx, trunk)
    assert api.queue.sent.count(in_order) == 3


async def test_a_trunk_that_cannot_be_brought_about_is_not_in_order(api: Api, livekit: LiveKitService) -> None:
    ctx = context(api, livekit)
    ctx["settings"] = replace(ctx["settings"], livekit_url="ws://127.0.0.1:1")
    trunk = (await api.manager.post("/trunks", json={"name": "R", "provider": "rehearsal"})).json()["id"]
    await sync_trunk(ctx, trunk)
    assert Nudge(RETRY_TASK, trunk) not in api.queue.sent
