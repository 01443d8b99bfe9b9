"""Figures over HTTP: what they are of a handful of calls whose figures anybody can count."""

import csv
import io
import uuid
from datetime import timedelta
from typing import Any

from control_plane.analytics.tasks import count_changed_hours
from control_plane.db.models import CallTurn
from tests.fixtures.world import NOON, World

MONDAY_NOON, MONDAY_ONE = NOON, NOON + timedelta(hours=1)


async def _turns(world: World, call_id: uuid.UUID, *moods: str | None) -> None:
    said = {"workspace_id": world.ours.workspace_id, "call_id": call_id, "text": "Words."}
    await world.add(
        CallTurn(**said, seq=0, speaker="agent", started_at_s=0.0, ended_at_s=3.0),
        *(CallTurn(**said, seq=n, speaker="callee", started_at_s=4.0, ended_at_s=5.0, mood=mood) for n, mood in enumerate(moods, 1)),
        CallTurn(**said, seq=9, speaker="agent", started_at_s=6.0, ended_at_s=8.0, interrupted=True, latency={"e2e_latency": 0.8}),
    )


async def _world_of_four_calls(world: World) -> tuple[Any, list[uuid.UUID]]:
    """Busy and a mailbox at noon, a success and an opt-out at one o'clock; a call that rings counts nowhere."""
    campaign = await world.campaign("name,phone\nAda,+12025550101\n")
    campaign = await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    (ada,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]

    def talked(at: Any, seconds: int, **facts: Any) -> dict[str, Any]:
        times = {"dialing_at": at, "ringing_at": at + timedelta(seconds=2), "answered_at": at + timedelta(seconds=8)}
        told = {"state": "ended", "network_result": "answered", "ended_at": at + timedelta(seconds=8 + seconds)}
        return {**times, **told, **facts}

    quick = {"first_audio_after_due_s": 0.2, "cost": "0.03", "currency": "USD"}
    facts = [
        {"state": "ended", "network_result": "busy", "dialing_at": MONDAY_NOON, "ended_at": MONDAY_NOON, "cost": "0.01", "currency": "USD"},
        talked(MONDAY_NOON, 6, answered_by="voicemail", outcome="no_conversation"),
        talked(MONDAY_ONE, 60, answered_by="human", outcome="success", outcome_label="interested", **quick),
        talked(MONDAY_ONE, 30, answered_by="human", outcome="do_not_call", end_cause="opt_out"),
    ]
    calls = [await world.call(campaign, ada, **fact) for fact in facts]
    await world.call(campaign, ada, state="ringing", dialing_at=MONDAY_ONE)
    await _turns(world, calls[2], "sad", None, "happy")
    return campaign, calls


def _rate(count: int, of: int) -> dict[str, Any]:
    return {"value": round(count / of, 4), "count": count, "of": of}


async def test_every_rate_carries_its_counts(world: World) -> None:
    await _world_of_four_calls(world)
    told = await world.ours.get("/analytics/summary")
    assert {name: told[name] for name in ("calls", "answered", "humans", "successes", "opt_outs", "short_calls", "lost")} == {
        **{"calls": 4, "answered": 3, "humans": 2, "successes": 1, "opt_outs": 1, "short_calls": 1, "lost": 0}
    }
    assert (told["answer_seizure_ratio"], told["contact_rate"], told["human_rate"]) == (_rate(3, 4), _rate(2, 4), _rate(2, 3))
    assert (told["success_rate"], told["opt_out_rate"], told["short_call_share"]) == (_rate(1, 2), _rate(1, 2), _rate(1, 3))
    assert (told["talk_time_s"], told["average_talk_time"]) == (96.0, {"value": 32.0, "of": 3})
    assert (told["cost"], told["currency"], told["priced_calls"]) == ("0.0400", "USD", 2)
    assert told["cost_per_success"] == {"value": "0.0400", "of": 1, "currency": "USD"}


async def test_figures_are_told_by_outcome_day_hour_and_trunk(world: World) -> None:
    await _world_of_four_calls(world)
    await count_changed_hours(world.ctx)
    outcomes = await world.ours.get("/analytics/outcomes")
    assert outcomes["by_network_result"][0] == {"value": "answered", "share": _rate(3, 4)}
    assert {each["value"]: each["share"]["count"] for each in outcomes["by_outcome"]} == dict.fromkeys(
        ("success", "do_not_call", "no_conversation"), 1
    )
    days = await world.ours.get("/analytics/answer-rate")
    assert [(day["day"], day["answer_seizure_ratio"]) for day in days["days"]] == [("2026-11-23", _rate(3, 4))]
    hours = await world.ours.get("/analytics/hours")
    told = [(hour["weekday"], hour["starts_at"], hour["contact_rate"]["count"], hour["calls"]) for hour in hours["hours"]]
    assert told == [(1, "12:00", 0, 2), (1, "13:00", 2, 2)]
    (trunk,) = (await world.ours.get("/analytics/trunks"))["items"]
    assert (trunk["calls"], trunk["answer_seizure_ratio"], trunk["average_talk_time"]["value"]) == (4, _rate(3, 4), 32.0)
    assert trunk["by_network_result"][1] == {"value": "busy", "share": _rate(1, 4)}


async def test_days_and_hours_are_those_of_the_workspace(world: World) -> None:
    await _world_of_four_calls(world)
    await world.ours.patch("/workspace", {"time_zone": "Asia/Kolkata"})
    assert [hour["starts_at"] for hour in (await world.ours.get("/analytics/hours"))["hours"]] == ["17:30", "18:30"]
    await world.ours.patch("/workspace", {"time_zone": "Pacific/Auckland"})
    assert [day["day"] for day in (await world.ours.get("/analytics/answer-rate"))["days"]] == ["2026-11-24"]


async def test_mood_and_latency_are_what_was_reported(world: World) -> None:
    _, calls = await _world_of_four_calls(world)
    mood = await world.ours.get("/analytics/mood")
    assert (mood["calls"], mood["calls_with_mood"], mood["turns_with_mood"]) == (4, 1, 2)
    assert mood["last_of_call"] == [{"value": "happy", "share": _rate(1, 1)}]
    assert mood["change"] == [{"value": "better", "share": _rate(1, 1)}]
    latency = await world.ours.get("/analytics/latency")
    assert latency["first_audio"]["count"] == 1
    assert 0.2 <= latency["first_audio"]["p95_s"] <= 0.22
    assert 0.8 <= latency["response"]["p50_s"] <= 0.88
    assert latency["speech"] == {"count": 0, "p50_s": None, "p90_s": None, "p95_s": None, "p99_s": None}
    call = await world.ours.get(f"/calls/{calls[2]}/analytics")
    assert (call["duration_s"], call["ring_s"], call["agent_turns"], call["callee_turns"], call["interrupted_turns"]) == (60, 6, 2, 3, 1)
    assert (call["agent_talk_s"], call["callee_talk_s"], call["talk_ratio"]["value"]) == (5.0, 3.0, 0.625)
    assert (call["mood"]["first"], call["mood"]["last"], call["mood"]["change"]) == ("sad", "happy", "better")
    assert (call["latency"]["first_audio_s"], call["latency"]["response_p50_s"]) == (0.2, 0.8)


async def test_the_mood_of_an_erased_person_is_counted_no_more_and_their_calls_are(world: World) -> None:
    campaign, _ = await _world_of_four_calls(world)
    other = await world.campaign("name,phone\nBea,+12025550102\n", assistant_id=campaign["assistant_id"])
    other = await world.ours.post(f"/campaigns/{other['id']}/start", status=200)
    (bea,) = (await world.ours.get(f"/campaigns/{other['id']}/enrollments"))["items"]
    talked = {"state": "ended", "network_result": "answered", "dialing_at": MONDAY_ONE, "answered_at": MONDAY_ONE, "ended_at": MONDAY_ONE}
    await _turns(world, await world.call(other, bea, **talked), "sad")
    await count_changed_hours(world.ctx)
    (ada,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    await world.ours.post(f"/contacts/{ada['contact_id']}/erase", status=202)
    for _ in ("read from the calls", "read from the counted hours"):
        mood, latency = await world.ours.get("/analytics/mood"), await world.ours.get("/analytics/latency")
        assert (mood["calls"], mood["calls_with_mood"], mood["turns_with_mood"]) == (5, 1, 1)
        assert (mood["last_of_call"], latency["response"]["count"]) == ([{"value": "sad", "share": _rate(1, 1)}], 1)
        await count_changed_hours(world.ctx)


def _topics(told: Any) -> list[tuple[str, int, int]]:
    return [(each["value"], each["share"]["count"], each["share"]["of"]) for each in told["topics"]]


async def test_topics_are_counted_once_in_a_call_however_they_are_written(world: World) -> None:
    campaign, calls = await _world_of_four_calls(world)
    await world.analysis(calls[1])
    no_topic = "He says that his neighbour has had a quarrel with our driver."
    assert len(no_topic) == 61
    await world.analysis(calls[2], "Price", "price ", "delivery", no_topic)
    await world.analysis(calls[3], "price")
    for _ in ("read from the calls", "read from the counted hours"):
        told = await world.ours.get("/analytics/topics")
        assert (told["calls"], told["calls_with_topics"], told["left_out"]) == (4, 2, 0)
        assert _topics(told) == [("price", 2, 2), ("delivery", 1, 2)]
        assert _topics(await world.ours.get("/analytics/topics", to=MONDAY_ONE.isoformat())) == []
        assert _topics(await world.ours.get("/analytics/topics", campaign=campaign["id"], number=campaign["number_ids"][0])) == []
        await count_changed_hours(world.ctx)
    assert _topics(await world.theirs.get("/analytics/topics")) == []


async def test_the_rarest_of_many_topics_are_counted_and_not_told(world: World) -> None:
    _, calls = await _world_of_four_calls(world)
    await world.analysis(calls[2], "often", *(f"topic {n:03}" for n in range(101)))
    await world.analysis(calls[3], "often")
    told = await world.ours.get("/analytics/topics")
    names = [each["value"] for each in told["topics"]]
    assert (len(names), names[0], names[-1], told["left_out"]) == (100, "often", "topic 098", 2)


async def test_the_topics_of_an_erased_person_are_counted_no_more(world: World) -> None:
    campaign, calls = await _world_of_four_calls(world)
    await world.analysis(calls[3], "a rare illness")
    await count_changed_hours(world.ctx)
    assert _topics(await world.ours.get("/analytics/topics")) == [("a rare illness", 1, 1)]
    (ada,) = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]
    await world.ours.post(f"/contacts/{ada['contact_id']}/erase", status=202)
    for _ in ("read from the calls", "read from the counted hours"):
        told = await world.ours.get("/analytics/topics")
        assert (told["calls"], told["calls_with_topics"], told["topics"]) == (4, 0, [])
        await count_changed_hours(world.ctx)


async def test_what_nobody_reported_is_null_with_a_count_of_zero(world: World) -> None:
    _, calls = await _world_of_four_calls(world)
    nothing = await world.ours.get("/analytics/summary", to="2020-01-01T00:00:00Z")
    assert (nothing["calls"], nothing["answer_seizure_ratio"]) == (0, {"value": None, "count": 0, "of": 0})
    assert (nothing["cost"], nothing["cost_per_success"]) == (None, {"value": None, "of": 0, "currency": None})
    call = await world.ours.get(f"/calls/{calls[0]}/analytics")
    assert (call["duration_s"], call["talk_ratio"]["value"], call["mood"]["turns_with_mood"]) == (None, None, 0)
    assert (call["mood"]["last"], call["latency"]["first_audio_s"], call["latency"]["response_p50_s"]) == (None, None, None)


async def test_filters_leave_what_they_name(world: World) -> None:
    campaign, _ = await _world_of_four_calls(world)
    other = await world.campaign(number_ids=[await world.number()])
    for name, value, calls in (
        ("campaign", campaign["id"], 4),
        ("campaign", other["id"], 0),
        ("assistant", other["assistant_id"], 0),
        ("number", other["number_ids"][0], 0),
        ("from", "2026-11-23T12:00:00.001Z", 2),
        ("to", "2026-11-23T14:00:00+01:00", 2),
    ):
        assert (await world.ours.get("/analytics/summary", **{name: value}))["calls"] == calls, (name, value)


async def test_filters_that_mean_nothing_are_refused(world: World) -> None:
    campaign, _ = await _world_of_four_calls(world)
    for path in ("summary", "outcomes", "answer-rate", "hours", "mood", "topics", "latency", "trunks", "calls.csv"):
        assert (await world.theirs.get(f"/analytics/{path}", 404, campaign=campaign["id"]))["code"] == "campaign_not_found"
    for what in ("assistant", "number"):
        theirs = campaign["assistant_id"] if what == "assistant" else campaign["number_ids"][0]
        assert (await world.theirs.get("/analytics/summary", 404, **{what: theirs}))["code"] == f"{what}_not_found"
    backwards = {"from": "2026-11-23T12:00:00Z", "to": "2026-11-22T12:00:00Z"}
    assert (await world.ours.get("/analytics/summary", 400, **backwards))["errors"][0]["field"] == "to"
    for said in ("2026-11-23T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "yesterday"):
        assert (await world.ours.get("/analytics/summary", 400, **{"from": said}))["errors"][0]["field"] == "from"


async def test_the_export_has_the_calls_that_are_counted_and_nobodys_number(world: World) -> None:
    campaign, calls = await _world_of_four_calls(world)
    text = await world.ours.get("/analytics/calls.csv", campaign=campaign["id"])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == [str(call) for call in calls]
    assert [row["duration_s"] for row in rows] == ["", "6.0", "60.0", "30.0"]
    assert "+1202555" not in text
    assert (await world.theirs.get("/analytics/calls.csv")).count("\n") == 1


async def test_statistics_of_a_campaign_are_the_same_figures(world: World) -> None:
    campaign, calls = await _world_of_four_calls(world)
    await count_changed_hours(world.ctx)
    stats, summary = await world.ours.get(f"/campaigns/{campaign['id']}/stats"), await world.ours.get("/analytics/summary")
    assert {name: stats[name] for name in summary} == summary
    assert stats["answer_rate"] == summary["answer_seizure_ratio"]["value"]
    await world.ours.client.put(f"/api/v1/calls/{calls[1]}/outcome", json={"outcome": "interested"})
    assert (await world.ours.get(f"/campaigns/{campaign['id']}/stats"))["successes"] == 2
