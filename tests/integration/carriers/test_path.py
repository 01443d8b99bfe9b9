"""The whole path of a Twilio trunk: built, resumed after a death anywhere, kept right, taken down; Twilio's emulator and a real LiveKit."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit import api as livekit_api
from sqlalchemy import select

from control_plane.db.models import AuditEntry
from control_plane.trunks.tasks import repair_carriers, sweep_trunks, sync_trunk
from tests.fakes.twilio import Killed
from tests.fixtures.services import LiveKitService
from tests.integration.carriers.conftest import ONE, SIP_URI, TWO, Acme

WRITES = 6
"""Trunk, credential list, credential, list on trunk, origination, number."""


@pytest.fixture
async def sip(livekit: LiveKitService) -> AsyncIterator[Any]:
    async with livekit_api.LiveKitAPI(livekit.url, livekit.key, livekit.secret) as client:
        yield client.sip


async def at_livekit(sip: Any, trunk: str) -> tuple[int, int, int]:
    """How many outbound trunks, inbound trunks and rules LiveKit has of a trunk."""
    outbound = (await sip.list_outbound_trunk(livekit_api.ListSIPOutboundTrunkRequest())).items
    inbound = (await sip.list_inbound_trunk(livekit_api.ListSIPInboundTrunkRequest())).items
    rules = (await sip.list_dispatch_rule(livekit_api.ListSIPDispatchRuleRequest())).items
    name = f"callwright:{trunk}"
    return (sum(t.name == name for t in outbound), sum(t.name == name for t in inbound), sum(r.name.startswith(name) for r in rules))


async def is_whole(acme: Acme, sip: Any, trunk: str) -> None:
    """One of each, everywhere, and leading to each other."""
    twilio, shown = acme.twilio, (await acme.api.viewer.get(f"/trunks/{trunk}")).json()
    assert (shown["sync_state"], shown["sync_error"]) == ("synced", "")
    ((sid, at_twilio),) = twilio.trunks.items()
    assert at_twilio == {"friendly_name": f"callwright:{trunk}", "domain_name": shown["address"], "secure": False}
    ((list_sid, _),) = twilio.lists.items()
    assert twilio.on_trunk == {(sid, list_sid)}
    (credential,) = twilio.credentials.values()
    (outbound,) = [
        each
        for each in (await sip.list_outbound_trunk(livekit_api.ListSIPOutboundTrunkRequest())).items
        if each.sip_trunk_id == shown["livekit_outbound_trunk_id"]
    ]
    assert (outbound.address, outbound.auth_username, outbound.auth_password) == (
        at_twilio["domain_name"],
        credential["username"],
        credential["password"],
    )
    assert [(url["trunk_sid"], url["sip_url"]) for url in twilio.urls.values()] == [(sid, SIP_URI)]
    assert twilio.trunk_of(ONE) == sid
    assert await at_livekit(sip, trunk) == (1, 1, 1)
    steps = await acme.steps(trunk)
    assert len(steps) == WRITES
    assert all(step["state"] == "done" and step["remote_id"] for step in steps)


async def gone(acme: Acme, sip: Any, trunk: str) -> None:
    assert acme.twilio.is_empty()
    assert await at_livekit(sip, trunk) == (0, 0, 0)


async def test_an_assistant_for_a_number_builds_the_whole_path_and_again_changes_nothing(acme: Acme, sip: Any) -> None:
    trunk, number = await acme.answered_number()
    await acme.sync(trunk)
    await is_whole(acme, sip, trunk)
    assert acme.twilio.writes == WRITES
    assistant = (await acme.api.viewer.get(f"/numbers/{number}")).json()["assistant_id"]
    await acme.api.manager.put(f"/numbers/{number}/assistant", json={"assistant_id": assistant})
    await acme.sync(trunk)
    await is_whole(acme, sip, trunk)
    assert acme.twilio.writes == WRITES
    async with acme.api.sessions() as session:
        built = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "carrier.built"))).all()
        assert len(built) == WRITES
    await acme.api.manager.delete(f"/trunks/{trunk}")
    await sync_trunk(acme.ctx, trunk)
    await gone(acme, sip, trunk)
    assert await acme_has_no_steps(acme)
    assert (await acme.api.owner.delete("/carriers/twilio")).status_code == 204


async def acme_has_no_steps(acme: Acme) -> bool:
    acme.api.queue.sent.clear()
    await sweep_trunks(acme.ctx)
    return acme.api.queue.sent == []


@pytest.mark.parametrize("writes", range(1, WRITES + 1))
async def test_who_dies_after_a_step_is_resumed_and_who_dies_undoing_it_too(acme: Acme, sip: Any, writes: int) -> None:
    """The worst place each time: Twilio has done it, and nobody has written down that it did."""
    trunk, _ = await acme.answered_number()
    acme.twilio.client_dies_after = writes
    with pytest.raises(Killed):
        await sync_trunk(acme.ctx, trunk)
    assert [step["state"] for step in await acme.steps(trunk)] == ["done"] * (writes - 1) + ["begun"]
    await acme.sync(trunk)
    await is_whole(acme, sip, trunk)
    await acme.api.manager.delete(f"/trunks/{trunk}")
    if writes < WRITES:
        # Credentials go with their list, so there is one step less on the way back.
        acme.twilio.client_dies_after = writes
        with pytest.raises(Killed):
            await sync_trunk(acme.ctx, trunk)
    acme.api.queue.sent.clear()
    await sweep_trunks(acme.ctx)
    assert [nudge.subject for nudge in acme.api.queue.sent] == [trunk]
    await sync_trunk(acme.ctx, trunk)
    await gone(acme, sip, trunk)
    assert await acme_has_no_steps(acme)


async def test_what_was_half_built_when_its_trunk_went_is_undone(acme: Acme, sip: Any) -> None:
    trunk, _ = await acme.answered_number()
    acme.twilio.client_dies_after = 1
    with pytest.raises(Killed):
        await sync_trunk(acme.ctx, trunk)
    assert not acme.twilio.is_empty()
    await acme.api.manager.delete(f"/trunks/{trunk}")
    await sync_trunk(acme.ctx, trunk)
    await gone(acme, sip, trunk)


async def test_without_an_assistant_only_what_outbound_calls_need_stays(acme: Acme, sip: Any) -> None:
    trunk, number = await acme.answered_number()
    await acme.sync(trunk)
    assert (await acme.api.manager.delete(f"/numbers/{number}/assistant")).status_code == 204
    await acme.sync(trunk)
    assert (acme.twilio.trunk_of(ONE), acme.twilio.urls) == (None, {})
    assert (len(acme.twilio.trunks), len(acme.twilio.on_trunk)) == (1, 1)
    assert await at_livekit(sip, trunk) == (1, 0, 0)
    assert [step["kind"] for step in await acme.steps(trunk)] == ["trunk", "credential_list", "credential", "list_on_trunk"]
    await acme.api.manager.delete(f"/numbers/{number}")
    await acme.sync(trunk)
    await gone(acme, sip, trunk)


async def test_drift_is_found_and_repaired(acme: Acme, sip: Any) -> None:
    trunk, _ = await acme.answered_number()
    await acme.sync(trunk)
    twilio = acme.twilio
    next(iter(twilio.trunks.values()))["friendly_name"] = "renamed by a person"
    next(iter(twilio.urls.values()))["enabled"] = False
    next(number for number in twilio.numbers.values() if number["phone_number"] == ONE)["trunk_sid"] = None
    twilio.credentials.clear()
    twilio.on_trunk.clear()
    acme.api.queue.sent.clear()
    await repair_carriers(acme.ctx)
    assert [(nudge.task, nudge.subject) for nudge in acme.api.queue.sent] == [("sync_trunk", trunk)]
    await acme.sync(trunk)
    await is_whole(acme, sip, trunk)
    assert {step["kind"]: step["repairs"] for step in await acme.steps(trunk)} == {
        "trunk": 1,
        "credential_list": 0,
        "credential": 1,
        "list_on_trunk": 1,
        "origination": 1,
        "number": 1,
    }
    twilio.trunks.clear()
    twilio.on_trunk.clear()
    twilio.urls.clear()
    next(number for number in twilio.numbers.values() if number["phone_number"] == ONE)["trunk_sid"] = None
    assert (await acme.api.manager.post(f"/trunks/{trunk}/sync")).status_code == 202
    await acme.sync(trunk)
    await is_whole(acme, sip, trunk)


async def test_what_twilio_refuses_is_told_in_a_sentence_and_nothing_is_dialled_over_it(acme: Acme, sip: Any) -> None:
    trunk, _ = await acme.answered_number()
    number = next(each for each in acme.twilio.numbers.values() if each["phone_number"] == ONE)
    number["trunk_sid"] = "TK" + "f" * 32
    shown = await acme.sync(trunk)
    assert shown["sync_state"] == "failed"
    assert shown["sync_error"] == f"At Twilio {ONE} is on another trunk (TK{'f' * 32}); take it off there first."
    assert (shown["livekit_outbound_trunk_id"], await at_livekit(sip, trunk)) == (None, (0, 0, 0))
    number["trunk_sid"] = None
    acme.twilio.is_down = True
    assert (await acme.sync(trunk))["sync_error"] == "Twilio cannot answer now (status 503)."
    acme.twilio.is_down, acme.twilio.token = False, "another"
    assert (await acme.sync(trunk))["sync_error"] == "Twilio does not accept the account SID and auth token."
    acme.twilio.token = "0123456789abcdef0123456789abcdef"
    await acme.sync(trunk)
    await is_whole(acme, sip, trunk)


async def test_a_passing_fault_of_twilios_leaves_a_trunk_in_order_and_livekit_hears_of_changes_nevertheless(acme: Acme, sip: Any) -> None:
    trunk, number = await acme.answered_number()
    await acme.sync(trunk)
    acme.twilio.is_down = True
    shown = await acme.sync(trunk)
    assert (shown["sync_state"], shown["sync_error"]) == ("synced", "Twilio cannot answer now (status 503).")
    assert (await acme.api.manager.delete(f"/numbers/{number}/assistant")).status_code == 204
    shown = await acme.sync(trunk)
    assert (shown["sync_state"], await at_livekit(sip, trunk)) == ("failed", (1, 0, 0))
    acme.twilio.is_down = False
    shown = await acme.sync(trunk)
    assert (shown["sync_state"], shown["sync_error"]) == ("synced", "")


async def test_a_second_number_joins_the_trunk_that_is_there(acme: Acme) -> None:
    trunk, number = await acme.answered_number()
    await acme.sync(trunk)
    second = await acme.number(trunk, TWO)
    assistant = (await acme.api.viewer.get(f"/numbers/{number}")).json()["assistant_id"]
    await acme.api.manager.put(f"/numbers/{second}/assistant", json={"assistant_id": assistant})
    await acme.sync(trunk)
    (sid,) = acme.twilio.trunks
    assert (acme.twilio.trunk_of(ONE), acme.twilio.trunk_of(TWO), acme.twilio.writes) == (sid, sid, WRITES + 1)
