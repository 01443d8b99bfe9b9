"""What agents note about people in calls: on the timeline at once, forgotten with the words of the call."""

from typing import Any

from sqlalchemy import select

from control_plane.db.models import Activity as Noted
from control_plane.db.models import CallEventRecord
from sip_config.contract import Activity, ActivityKind, EventKind
from tests.integration.calls.conftest import CALLEE, Stage, checked

NOTE = {"seq": 1, "kind": "note", "what": "Moves to Oslo in May."}
SCORE = {"seq": 0, "kind": "lead_score", "what": "Has a garden.", "score": 80}


async def timeline(stage: Stage, contact: Any) -> list[tuple[str, str, Any]]:
    entries = (await stage.get(f"/contacts/{contact['id']}/timeline"))["items"]
    return sorted((e["kind"], e["summary"], e["details"]["score"]) for e in entries if e["kind"] in ("activity", "lead_score"))


async def test_notes_and_the_last_score_stand_on_the_timeline_and_without_words_in_the_ledger(stage: Stage) -> None:
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}]})
    _, agent = await stage.in_progress(contact_id=contact["id"])
    for said in (NOTE, NOTE, SCORE, SCORE | {"score": 20, "what": "Has none."}):
        await agent.says(EventKind.ACTIVITY, **said)
    note = ("activity", NOTE["what"], None)
    assert await timeline(stage, contact) == [note, ("lead_score", "Has none.", 20)]
    await agent.says(EventKind.ACTIVITY, status=400, seq=1, kind="gossip", what="")
    await agent.says(EventKind.HANGING_UP, end_cause="agent_hangup")
    await agent.reports(activities=(Activity(0, ActivityKind.LEAD_SCORE, "Sure.", 101), Activity(2, ActivityKind.NOTE, "Later.")))
    assert await timeline(stage, contact) == [("activity", "Later.", None), note, ("lead_score", "Has none.", 20)]
    async with stage.api.sessions() as session:
        kept = (await session.scalars(select(CallEventRecord.data).where(CallEventRecord.kind == "activity"))).all()
    assert "Oslo" not in str(kept)


async def test_words_go_when_the_callee_refuses_that_any_are_kept_and_all_goes_with_the_person(stage: Stage) -> None:
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": CALLEE}]})
    _, agent = await stage.in_progress(contact_id=contact["id"])
    await agent.says(EventKind.ACTIVITY, **SCORE)
    refused = {"policy": "notify", "decision": "refused", "notice_at_s": 1.0, "kept_from_s": None, "quote": "No."}
    await agent.says(EventKind.RECORDING, **refused)
    await agent.says(EventKind.ACTIVITY, **NOTE)
    assert await timeline(stage, contact) == [("activity", "", None), ("lead_score", "", 80)]
    await agent.says(EventKind.HANGING_UP, end_cause="agent_hangup")
    await agent.reports()
    told = checked(await stage.api.viewer.get(f"/contacts/{contact['id']}/export"), 200)
    assert {each["kind"] for each in told["planned"]["activities"]} == {"note", "lead_score"}
    checked(await stage.api.manager.post(f"/contacts/{contact['id']}/erase"), 202)
    async with stage.api.sessions() as session:
        assert (await session.scalars(select(Noted))).all() == []
