"""A rehearsal caller reaches the room that LiveKit's dispatch rules name."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from livekit import api
from livekit.protocol.models import ParticipantInfo

from rehearsal import ledger
from tests.fixtures.carrier import until
from tests.fixtures.services import LiveKitService

CALLER, CALLED = "+12025550150", "+12025550160"
STARTED_S = 60.0
"""Within which a process has started and done its part, on a machine that starts others, too."""


@pytest.fixture
def livekit(livekit_alone: LiveKitService) -> LiveKitService:
    """Of these tests alone: trunks and rules that others made would take the calls, too."""
    return livekit_alone


@pytest.fixture
async def lk(livekit: LiveKitService) -> AsyncIterator[api.LiveKitAPI]:
    async with api.LiveKitAPI(livekit.url, livekit.key, livekit.secret) as client:
        yield client


async def place(service: LiveKitService, path: Path, *more: str) -> asyncio.subprocess.Process:
    flags = ["--from", CALLER, "--to", CALLED, "--models-url", "tone:", "--ledger", str(path), *more]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rehearsal.inbound", *flags, env={**os.environ, **service.env}, stderr=asyncio.subprocess.PIPE
    )


async def test_a_caller_joins_the_room_of_the_rule_with_the_bridges_attributes(
    lk: api.LiveKitAPI, livekit: LiveKitService, tmp_path: Path
) -> None:
    trunk_info = api.SIPInboundTrunkInfo(name="in", numbers=[CALLED])
    trunk = await lk.sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=trunk_info))
    kind = api.SIPDispatchRule(dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix="inbound-"))
    agents = api.RoomConfiguration(agents=[api.RoomAgentDispatch(agent_name="nobody-here", metadata="hello")])
    rule_info = api.SIPDispatchRuleInfo(rule=kind, trunk_ids=[trunk.sip_trunk_id], attributes={"team": "sales"}, room_config=agents)
    rule = await lk.sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=rule_info))
    caller = await place(livekit, tmp_path / "ledger.jsonl")
    answered = await until(lambda: [r for r in ledger.read(tmp_path / "ledger.jsonl") if r["event"] == "answered"], STARTED_S)
    room = answered[0]["room"]
    assert room.startswith(f"inbound-_{CALLER}_")
    leg = await lk.room.get_participant(api.RoomParticipantIdentity(room=room, identity=f"sip_{CALLER}"))
    assert leg.kind == ParticipantInfo.Kind.SIP
    assert {name: leg.attributes[name] for name in ("sip.ruleID", "sip.trunkID", "sip.phoneNumber", "sip.trunkPhoneNumber", "team")} == {
        "sip.ruleID": rule.sip_dispatch_rule_id,
        "sip.trunkID": trunk.sip_trunk_id,
        "sip.phoneNumber": CALLER,
        "sip.trunkPhoneNumber": CALLED,
        "team": "sales",
    }
    assert leg.attributes["sip.callStatus"] == "active"
    dispatches = await lk.agent_dispatch.list_dispatch(room)
    assert [(dispatch.agent_name, dispatch.metadata) for dispatch in dispatches] == [("nobody-here", "hello")]
    await lk.room.delete_room(api.DeleteRoomRequest(room=room))
    assert await asyncio.wait_for(caller.wait(), STARTED_S) == 0
    assert ledger.read(tmp_path / "ledger.jsonl")[-1]["cause"] == "agent_hung_up"


async def test_a_number_that_no_trunk_has_is_said_in_a_sentence(livekit: LiveKitService, tmp_path: Path) -> None:
    caller = await place(livekit, tmp_path / "ledger.jsonl", "--to", "+12025550170")
    _, errors = await asyncio.wait_for(caller.communicate(), STARTED_S)
    assert caller.returncode == 1
    assert b"No inbound trunk of LiveKit takes calls to +12025550170" in errors
