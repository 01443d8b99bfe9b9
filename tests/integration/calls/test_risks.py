"""What an agent flags as grave: kept, told of, followed up once, called before everybody else, and forgotten with the person."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from control_plane.db.models import AgentWorker, CallEventRecord, FollowUp, FollowUpStep, RiskFlag, Trunk
from control_plane.followups.tasks import keep_follow_ups
from control_plane.kit.clock import SystemClock
from control_plane.kit.ids import new_id
from sip_config.contract import ConsentDecision, EventKind, RecordingConsent, RecordingPolicy, RiskLevel
from sip_config.contract import RiskFlag as Flag
from tests.integration.calls.conftest import CALLEE, Stage

QUOTE = "I do not want to live any more."
SAID = {"kind": "self_harm", "level": "crisis", "quote": QUOTE, "offset_s": 12.5}


async def _rows(stage: Stage, kind: Any) -> list[Any]:
    async with stage.api.sessions() as session:
        return list(await session.scalars(select(kind).order_by(kind.id)))


async def _keep(stage: Stage) -> None:
    await keep_follow_ups({"sessions": stage.api.sessions, "queue": stage.api.queue, "clock": SystemClock()})


async def _told(stage: Stage) -> list[Any]:
    return [(item["event_type"], item["data"]) for item in reversed((await stage.get("/webhook-deliveries"))["items"])]


async def test_a_crisis_in_a_call_is_followed_up_once_and_called_before_everybody_else(stage: Stage) -> None:
    events = ["call.risk_flagged", "followup.created"]
    await stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/", "events": events})
    call, agent = await stage.in_progress()
    await agent.says(EventKind.RISK_FLAGGED, **SAID)
    assert ("take_up_risks", "") in [(nudge.task, nudge.subject) for nudge in stage.api.queue.sent]
    await _keep(stage)
    await agent.reports(risks=(Flag("self_harm", RiskLevel.CRISIS, QUOTE, 12.5), Flag("abuse", RiskLevel.CONCERN)))
    for _ in range(2):
        await _keep(stage)
    (made,) = (await stage.get("/follow-ups"))["items"]
    assert (made["call_id"], made["reason"]) == (call["id"], "A crisis was flagged in a call: self harm.")
    told = await _told(stage)
    assert [name for name, _ in told] == ["call.risk_flagged", "followup.created", "call.risk_flagged"]
    assert told[0][1]["risk"] == {"kind": "self_harm", "level": "crisis"}
    assert QUOTE not in str(told)

    others = {(await stage.call(to=f"+1202555011{i}"))["id"] for i in range(3)}
    async with stage.api.sessions.begin() as session:
        await session.execute(update(FollowUpStep).where(FollowUpStep.place == 1).values(due_at=datetime.now(UTC)))
    await _keep(stage)
    (first,) = [row for row in await stage.rows() if row.priority == 0]
    assert (first.to_e164, first.request["metadata"]["step"]) == (CALLEE, 1)
    async with stage.api.sessions.begin() as session:
        await session.execute(update(AgentWorker).values(slots=1))
    assert await stage.tick() == 1
    waiting = {str(row.id) for row in await stage.rows() if row.claimed_at is None}
    assert waiting == others


async def test_the_words_of_a_risk_go_when_the_callee_refuses_to_be_recorded(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    await agent.says(EventKind.RISK_FLAGGED, **SAID)
    (flag,) = await _rows(stage, RiskFlag)
    assert (flag.quote, flag.offset_s) == (QUOTE, 12.5)
    refusal = RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED)
    flags = tuple(Flag(kind, RiskLevel.CRISIS, QUOTE) for kind in ("self_harm", "abuse"))
    await agent.reports(recording_consent=refusal, risks=flags)
    assert [row.quote for row in await _rows(stage, RiskFlag)] == ["", ""]
    assert QUOTE not in str([row.data for row in await _rows(stage, CallEventRecord)])


async def test_the_figures_of_a_call_say_what_was_heard_of_danger_and_what_is_done_about_it(stage: Stage) -> None:
    call, agent = await stage.in_progress()

    async def risk() -> Any:
        return (await stage.get(f"/calls/{call['id']}/analytics"))["risk"]

    assert await risk() == {"level": None, "flags": [], "follow_up": None}
    await agent.says(EventKind.RISK_FLAGGED, **SAID)
    await agent.says(EventKind.RISK_FLAGGED, kind="abuse", level="concern", quote="He shouts at me.", offset_s=3.0)
    await _keep(stage)
    told, (made,) = await risk(), (await stage.get("/follow-ups"))["items"]
    heard = [(flag["kind"], flag["level"], flag["at_s"], flag["quote"]) for flag in told["flags"]]
    assert (told["level"], heard) == (
        "crisis",
        [("abuse", "concern", 3.0, "He shouts at me."), ("self_harm", "crisis", 12.5, QUOTE)],
    )
    assert [flag["taken_up_at"] is not None for flag in told["flags"]] == [False, True]
    state = {"state": "open", "closed_by": None, "closed_at": None}
    assert told["follow_up"] == {"follow_up_id": made["id"], "for": "call", "handed_over_because": ""} | state
    await agent.reports(recording_consent=RecordingConsent(RecordingPolicy.NOTIFY, ConsentDecision.REFUSED))
    assert [flag["quote"] for flag in (await risk())["flags"]] == ["", ""]
    await stage.change(call, holds_number=False, state="ended")
    await stage.post("/erasures", {"e164": CALLEE}, 202)
    assert await risk() == {"level": None, "flags": [], "follow_up": None}


async def test_a_concern_is_kept_without_a_follow_up_and_may_become_a_crisis(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    await agent.says(EventKind.RISK_FLAGGED, **SAID | {"level": "concern"})
    await _keep(stage)
    assert await _rows(stage, FollowUp) == []
    await agent.reports(risks=(Flag("self_harm", RiskLevel.CRISIS, QUOTE),))
    await _keep(stage)
    assert [row.level for row in await _rows(stage, RiskFlag)] == ["crisis"]
    assert len(await _rows(stage, FollowUp)) == 1


async def test_a_follow_up_by_number_goes_with_the_erased_number(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.reports(risks=(Flag("self_harm", RiskLevel.CRISIS, QUOTE),))
    await _keep(stage)
    await stage.change(call, holds_number=False, state="ended")
    await stage.post("/erasures", {"e164": CALLEE}, 202)
    assert (await _rows(stage, FollowUp), await _rows(stage, RiskFlag)) == ([], [])


async def test_an_opt_out_said_in_the_same_call_makes_the_follow_up_an_operators(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    await agent.says(EventKind.RISK_FLAGGED, **SAID)
    await _keep(stage)
    (made,) = (await stage.get("/follow-ups"))["items"]
    assert made["for"] == "call"
    answer = await agent.client.post("/opt-out", json={"quote": "Never call me again.", "offset_s": 20.0})
    assert answer.status_code == 200
    await _keep(stage)
    (given,) = (await stage.get("/follow-ups"))["items"]
    assert (given["id"], given["for"], given["state"]) == (made["id"], "operator", "open")
    assert {step["state"] for step in given["steps"]} == {"dropped"}


async def test_who_called_in_with_their_number_withheld_is_an_operators_from_the_beginning(stage: Stage) -> None:
    await stage.post("/webhook-endpoints", {"url": "https://hooks.example.com/", "events": ["followup.created", "followup.handed_over"]})
    call, agent = await stage.in_progress()
    real, workspace_id = new_id(), (await stage.row(call)).workspace_id
    async with stage.api.sessions.begin() as session:
        session.add(
            Trunk(id=real, workspace_id=workspace_id, name="real", provider="generic", is_rehearsal=False, address="sip.example.com")
        )
    await stage.change(call, to_e164="", contact_id=None, is_rehearsal=False, trunk_id=real)
    await agent.says(EventKind.RISK_FLAGGED, **SAID)
    for _ in range(2):
        await _keep(stage)
    (made,) = (await stage.get("/follow-ups"))["items"]
    assert (made["for"], made["state"], made["steps"], made["call_id"]) == ("operator", "open", [], call["id"])
    assert "withheld" in made["handed_over_because"]
    ((name, told),) = await _told(stage)
    assert (name, told["for"], told["flagged_call_id"]) == ("followup.created", "operator", call["id"])


async def test_the_order_names_the_country_whose_line_is_told_of(stage: Stage) -> None:
    _, agent = await stage.in_progress()
    order = (await agent.client.get("/order", headers={"Callwright-Contract": "2"})).json()
    assert order["country"] == "US"
