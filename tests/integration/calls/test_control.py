"""Stopping a campaign, a workspace, the installation, with and without the calls that are under way."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from control_plane.calls.control import CallControl, end_live, halt_installation
from control_plane.calls.control_schemas import Halt
from control_plane.calls.schemas import NewCall
from control_plane.calls.service import CallService
from control_plane.campaigns.lifecycle import CampaignLifecycle
from control_plane.db.models import AuditEntry, Campaign, Workspace
from control_plane.dialer import place
from control_plane.domain.campaign_state import Action
from control_plane.telephony.port import Answered
from control_plane.workspaces.installation import Installations
from sip_config.contract import EventKind
from sip_config.naming import ATTRIBUTE_CALL_ID, room_name
from tests.integration.dialer.conftest import Bench, bench

__all__ = ["bench"]

ONE, TWO = "+12025550101", "+12025550102"


async def talking_call(bench: Bench):
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    bench.telephony.agent_joins(room_name(str(call.id)))
    return call


async def test_a_halt_of_the_installation_stops_a_ready_call_and_goes_on_afterwards(bench: Bench) -> None:
    await bench.make_world(ONE)
    call, _ = await bench.ready_call()
    async with bench.dialer.unit() as unit:
        await halt_installation(unit, "fire drill", end_live_calls=False)
    await place.place(bench.dialer, call.id)
    (released,) = await bench.calls()
    assert (released.state, released.failure) == ("released", "All calling of this installation has been halted.")
    assert bench.telephony.sent == []
    async with bench.dialer.unit() as unit:
        await Installations(unit).switch(is_halted=False, reason="over")
    async with bench.dialer.sessions() as session:
        assert list(await session.scalars(select(AuditEntry.action))) == ["installation.halted", "installation.resumed"]


async def test_a_halt_leaves_live_calls_alone_unless_they_are_to_end(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    call = await talking_call(bench)
    async with bench.dialer.unit() as unit:
        await CallControl(unit, world.workspace.id).halt(Halt("wrong list"))
    await bench.sweep()
    assert room_name(str(call.id)) in bench.telephony.room_of
    async with bench.dialer.unit() as unit:
        await CallControl(unit, world.workspace.id).halt(Halt("wrong list", end_live_calls=True))
    # The nudge is lost; the sweep finds the call by its row.
    await bench.sweep()
    assert room_name(str(call.id)) not in bench.telephony.room_of
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(Workspace, world.workspace.id)).is_halted
        trail = list(await session.scalars(select(AuditEntry.after).where(AuditEntry.action == "workspace.halted")))
    assert [entry["calls_ended"] for entry in trail] == [0, 1]


async def test_ending_all_calls_gives_up_those_that_were_not_dialled_yet(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    await bench.ready_call()
    async with bench.dialer.unit() as unit:
        assert await end_live(unit, world.workspace.id, world.campaign.id) == 1
    async with bench.dialer.unit() as unit:
        assert await end_live(unit, world.workspace.id, world.campaign.id) == 0
    await bench.sweep()
    (released,) = await bench.calls()
    assert (released.state, released.failure) == ("released", "Ended by request before it was dialled.")
    assert bench.telephony.sent == []


@pytest.mark.parametrize("ends", [False, True])
async def test_a_stopped_campaign_dials_nobody_and_ends_its_calls_only_if_asked(bench: Bench, ends: bool) -> None:
    world = await bench.make_world(ONE, TWO, slots=1)
    call = await talking_call(bench)
    async with bench.dialer.unit() as unit:
        await CallControl(unit, world.workspace.id).stop_campaign(world.campaign.id, end_live_calls=ends)
    await bench.sweep()
    assert (room_name(str(call.id)) in bench.telephony.room_of) is not ends
    assert await bench.tick() == 0


async def test_no_invite_leaves_later_than_a_second_after_the_commit_of_a_pause(bench: Bench) -> None:
    """Twenty ready calls at five per second; the pause is committed in their midst."""
    numbers = [f"+120255501{i:02}" for i in range(1, 21)]
    world = await bench.make_world(*numbers, slots=20, calls_per_second=5)
    await bench.claim_all()
    await ready_to_dial(bench)
    dialling = [asyncio.create_task(place.place(bench.dialer, call.id)) for call in await bench.calls()]
    async with asyncio.timeout(30):
        while len(bench.telephony.sent) < 3:
            await asyncio.sleep(0.001)
    async with bench.dialer.unit() as unit:
        await CampaignLifecycle(unit, world.workspace.id).carry_out(world.campaign.id, Action.PAUSE)
    async with bench.dialer.unit() as unit:
        paused_at = unit.now
    await asyncio.gather(*dialling)
    calls, sent = await bench.calls(), {order.attributes[ATTRIBUTE_CALL_ID] for order in bench.telephony.sent}
    # Some of those that stayed had already been given their turn.
    assert {call.state for call in calls if str(call.id) not in sent} == {"released"}
    assert max(call.dialing_at for call in calls if call.dialing_at and str(call.id) in sent) < paused_at + timedelta(seconds=1)


async def ready_to_dial(bench: Bench) -> None:
    for call in await bench.calls():
        await bench.agent_says(await bench.dispatch(call), EventKind.READY)
        bench.telephony.answer(room_name(str(call.id)), Answered())


async def test_a_resumed_campaign_calls_nobody_again_who_is_done(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    await talking_call(bench)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).where(Campaign.id == world.campaign.id).values(execution_status="paused"))
    async with bench.dialer.unit() as unit:
        await end_live(unit, None, None)
    await bench.sweep()
    bench.telephony.room_of.clear()
    await bench.let_leases_expire()
    await bench.sweep()
    (enrollment,) = await bench.enrollments()
    async with bench.dialer.sessions.begin() as session:
        row = await session.get_one(type(enrollment), enrollment.id)
        row.state, row.due_at = "done", None
        await session.execute(update(Campaign).where(Campaign.id == world.campaign.id).values(execution_status="running"))
    assert await bench.tick() == 0


async def test_contacts_and_single_calls_of_a_halted_workspace_stay_due_and_are_called_at_once_after_the_resume(bench: Bench) -> None:
    world = await bench.make_world(ONE)
    due = (await bench.enrollments())[0].due_at
    async with bench.dialer.unit() as unit:
        await CallControl(unit, world.workspace.id).halt(Halt("fire drill"))
        await CallService(unit, world.workspace.id).create(NewCall(world.assistant.id, to=TWO, variables={"name": "Sam"}))
    assert (await bench.tick(), (await bench.enrollments())[0].due_at) == (0, due)
    async with bench.dialer.unit() as unit:
        await CallControl(unit, world.workspace.id).resume("over")
        assert [nudge.task for nudge in unit.nudges.drain()] == ["tick"]
    assert await bench.tick() == 2
