"""Stopping over HTTP: a campaign, a workspace, with and without the calls that are under way."""

from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import AuditEntry
from tests.integration.calls.conftest import CALLEE, Stage

ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"


async def campaign_with_a_talking_call(stage: Stage) -> tuple[str, Any]:
    """A running campaign in which somebody is talked to."""
    listed = (await stage.post("/contact-lists", {"name": "June"}))["id"]
    wanted = {"name": "June", "assistant_id": stage.assistant_id, "contact_list_ids": [listed], "number_ids": [stage.number_id]}
    campaign = (await stage.post("/campaigns", wanted))["id"]
    published = await stage.api.manager.post(f"/assistants/{stage.assistant_id}/publish")
    assert published.status_code in (200, 201), published.text
    person = {"name": "Sam", "phones": [{"e164": CALLEE}]}
    made = await stage.post("/contacts", person)
    joined = await stage.api.manager.post(f"/contact-lists/{listed}/contacts", json={"contact_ids": [made["id"]]})
    assert joined.status_code < 300, joined.text
    await stage.post(f"/campaigns/{campaign}/start", status=200)
    call, _ = await stage.in_progress(campaign_id=campaign)
    return campaign, call


async def is_asked_to_end(stage: Stage, call: Any) -> bool:
    return (await stage.row(call)).ended_by_request


@pytest.mark.parametrize("ends", [False, True])
async def test_a_campaign_is_stopped_and_its_live_calls_end_only_if_asked(stage: Stage, ends: bool) -> None:
    campaign, call = await campaign_with_a_talking_call(stage)
    stopped = await stage.post(f"/campaigns/{campaign}/stop", {"end_live_calls": True} if ends else None, status=200)
    assert stopped["execution_status"] == "stopped"
    assert await is_asked_to_end(stage, call) is ends
    assert await stage.tick() == 0
    if ends:
        await stage.run_close_room(call)
        assert stage.telephony.room_of == {}


@pytest.mark.parametrize("ends", [False, True])
async def test_the_kill_switch_of_a_workspace_ends_live_calls_only_if_asked(stage: Stage, ends: bool) -> None:
    call, _ = await stage.in_progress()
    switch = await stage.api.owner.post("/workspace/halt", json={"reason": "wrong list", "end_live_calls": ends})
    assert (switch.status_code, switch.json()["is_halted"]) == (200, True)
    assert await is_asked_to_end(stage, call) is ends
    ended = [event for event in (await stage.get(f"/calls/{call['id']}/events"))["items"] if event["kind"] == "end_requested"]
    assert len(ended) == ends
    again = await stage.api.owner.post("/workspace/resume", json={"reason": "mended"})
    assert (again.status_code, again.json()["is_halted"]) == (200, False)
    async with stage.api.sessions() as session:
        trail = await session.execute(select(AuditEntry.action, AuditEntry.after).where(AuditEntry.action.like("workspace.%")))
        noted = {row.action: row.after for row in trail}
    assert (noted["workspace.halted"]["calls_ended"], noted["workspace.resumed"]["reason"]) == (int(ends), "mended")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/campaigns/{ABSENT}/stop", {"end_live_calls": True}, 404),
        ("/workspace/halt", {}, 400),
        ("/workspace/halt", {"reason": ""}, 400),
        ("/workspace/halt", {"reason": "x" * 501}, 400),
        ("/workspace/resume", {"reason": "x", "end_live_calls": True}, 400),
    ],
)
async def test_a_stop_that_cannot_be_is_refused_and_changes_nothing(stage: Stage, path: str, body: dict[str, Any], status: int) -> None:
    call, _ = await stage.in_progress()
    assert (await stage.api.owner.post(path, json=body)).status_code == status
    assert not await is_asked_to_end(stage, call)


async def test_another_workspaces_halt_leaves_these_calls_alone(stage: Stage) -> None:
    call, _ = await stage.in_progress()
    answer = await stage.api.stranger.post("/workspace/halt", json={"reason": "theirs", "end_live_calls": True})
    assert (answer.status_code, await is_asked_to_end(stage, call)) == (200, False)
