"""What the API shows of calls: lists, one call, and everything that belongs to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sip_config.contract import EventKind, Speaker, Turn
from tests.integration.calls.conftest import CALLEE, Stage

ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"
SOUND = bytes(range(256)) * 3000
"""Longer than two chunks of the storage."""


async def _listed(stage: Stage, **query: Any) -> list[str]:
    return [call["id"] for call in (await stage.get("/calls", **query))["items"]]


async def test_calls_are_listed_newest_first_page_by_page(stage: Stage) -> None:
    made = [(await stage.call(to=f"+1202555011{n}"))["id"] for n in range(5)]
    seen: list[str] = []
    page = await stage.get("/calls", limit=2)
    while True:
        seen += [call["id"] for call in page["items"]]
        if page["next_cursor"] is None:
            break
        page = await stage.get("/calls", limit=2, cursor=page["next_cursor"])
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("name", "column", "value", "other"),
    [
        ("state", "state", "ended", "queued"),
        ("network_result", "network_result", "busy", "answered"),
        ("answered_by", "answered_by", "voicemail", "human"),
        ("outcome", "outcome", "success", "callback"),
    ],
)
async def test_a_filter_keeps_only_what_it_names(stage: Stage, name: str, column: str, value: str, other: str) -> None:
    one, two = await stage.call(), await stage.call(to="+12025550102")
    await stage.change(one, **{column: value})
    await stage.change(two, **{column: other})
    assert await _listed(stage, **{name: value}) == [one["id"]]


async def test_calls_are_found_by_number_contact_assistant_and_time(stage: Stage) -> None:
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": "+12025550102"}]})
    one, two = await stage.call(), await stage.call(to="+12025550102", contact_id=contact["id"])
    assert await _listed(stage, to=CALLEE) == [one["id"]]
    assert await _listed(stage, contact_id=contact["id"]) == [two["id"]]
    assert await _listed(stage, assistant_id=stage.assistant_id) == [two["id"], one["id"]]
    for nobodys in ("assistant_id", "campaign_id", "enrollment_id"):
        assert await _listed(stage, **{nobodys: ABSENT}) == []
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (await _listed(stage, since=soon), len(await _listed(stage, until=soon))) == ([], 2)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"cursor": "x"},
        {"to": "12"},
        {"contact_id": "x"},
        {"since": "now"},
        {"state": "asleep"},
        {"outcome": "x"},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_with_the_field(stage: Stage, query: dict[str, Any]) -> None:
    problem = await stage.get("/calls", 400, **query)
    assert [error["field"] for error in problem["errors"]] == list(query)


async def test_calls_of_a_campaign_are_filtered_like_all_calls(stage: Stage) -> None:
    people = (await stage.post("/contact-lists", {"name": "June"}))["id"]
    wanted = {"name": "C", "assistant_id": stage.assistant_id, "contact_list_ids": [people], "number_ids": [stage.number_id]}
    campaign = (await stage.post("/campaigns", wanted))["id"]
    one, two = await stage.call(campaign_id=campaign), await stage.call(to="+12025550102", campaign_id=campaign)
    await stage.call(to="+12025550103")
    await stage.change(one, state="ended", network_result="busy")

    async def of_campaign(**query: Any) -> list[str]:
        return [call["id"] for call in (await stage.get(f"/campaigns/{campaign}/calls", **query))["items"]]

    assert await of_campaign() == [two["id"], one["id"]]
    assert await of_campaign(state="ended", network_result="busy") == await of_campaign(to=CALLEE) == [one["id"]]
    assert await of_campaign(outcome="success") == []


async def test_active_calls_are_those_under_way(stage: Stage) -> None:
    await stage.call(to="+12025550102", schedule_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    call, agent = await stage.in_progress()
    assert [item["id"] for item in (await stage.get("/calls/active"))["items"]] == [call["id"]]
    await agent.reports()
    assert (await stage.get("/calls/active"))["items"] == []


async def test_a_finished_call_tells_its_whole_story(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.reports(
        turns=(Turn(2, Speaker.CALLEE, "Yes?", 1.5, 2.0, mood="sad"), Turn(1, Speaker.AGENT, "Hello.", 0.2, latency={"tts": 0.1}))
    )
    shown = await stage.get(f"/calls/{call['id']}")
    assert (shown["state"], shown["status"], shown["network_result"], shown["outcome"]) == ("ended", "completed", "answered", "success")
    assert shown["duration_s"] >= 0
    turns = (await stage.get(f"/calls/{call['id']}/transcript"))["turns"]
    assert [(turn["seq"], turn["speaker"], turn["text"]) for turn in turns] == [(1, "agent", "Hello."), (2, "callee", "Yes?")]
    assert [turn["mood"] for turn in turns] == [None, "sad"]
    events = (await stage.get(f"/calls/{call['id']}/events"))["items"]
    told = [(event["source"], event["kind"], event["effect"]) for event in events]
    assert told[:4] == [
        ("task", "dispatched", "dispatched"),
        ("agent", "ready", "ready"),
        ("task", "dial_committed", "dialing"),
        ("task", "answered", "in_progress"),
    ]
    assert told[-1] == ("agent", "reported", "ended")


async def test_a_turn_is_read_while_the_call_lasts_and_its_later_version_replaces_it(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    await agent.says(EventKind.TURN, seq=1, speaker="agent", text="Hel", started_at_s=0.1)
    await agent.says(EventKind.TURN, seq=1, speaker="agent", text="Hello.", started_at_s=0.1, interrupted=True)
    (turn,) = (await stage.get(f"/calls/{call['id']}/transcript"))["turns"]
    assert (turn["text"], turn["interrupted"]) == ("Hello.", True)


async def test_a_call_explains_why_it_may_be_dialled_or_has_to_wait(stage: Stage) -> None:
    call = await stage.call()
    explained = await stage.get(f"/calls/{call['id']}/explain")
    assert (explained["may_dial"], explained["decision"], explained["reasons"]) == (True, "dial", [])
    assert explained["rule_pack"].startswith("rehearsal@")
    assert (await stage.api.owner.patch("/workspace", json={"is_halted": True})).status_code == 200
    waiting = await stage.call(to="+12025550102")
    explained = await stage.get(f"/calls/{waiting['id']}/explain")
    assert (explained["may_dial"], explained["decision"], len(explained["reasons"])) == (False, "wait", 1)
    assert explained["next_possible_at"] == waiting["due_at"]


async def test_a_call_without_a_recording_says_so_and_why(stage: Stage) -> None:
    call, agent = await stage.in_progress()
    assert (await stage.get(f"/calls/{call['id']}/recording", 404))["code"] == "recording_not_found"
    await agent.reports(recording="The disk was full.")
    problem = await stage.get(f"/calls/{call['id']}/recording", 404)
    assert problem["detail"] == "There is no recording of this call. The disk was full."
    assert (await stage.get(f"/calls/{call['id']}"))["recording_url"] is None


async def _recorded(stage: Stage) -> str:
    call, agent = await stage.in_progress()
    assert (await agent.client.put("/recording", content=SOUND)).status_code == 200
    return (await stage.get(f"/calls/{call['id']}"))["recording_url"].removeprefix("/api/v1")


async def test_a_recording_is_served_byte_for_byte(stage: Stage) -> None:
    answer = await stage.api.viewer.get(await _recorded(stage))
    assert (answer.status_code, answer.headers["content-type"], answer.content == SOUND) == (200, "audio/ogg", True)
    assert (answer.headers["content-length"], answer.headers["accept-ranges"]) == (str(len(SOUND)), "bytes")


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=300000-700000", 300000, 700001), ("bytes=767990-", 767990, 768000), ("bytes=-10", 767990, 768000)],
)
async def test_a_player_that_jumps_gets_the_part_it_asks_for(stage: Stage, asked: str, start: int, stop: int) -> None:
    answer = await stage.api.viewer.get(await _recorded(stage), headers={"Range": asked})
    assert (answer.status_code, answer.content == SOUND[start:stop]) == (206, True)
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(SOUND)}"
    assert answer.headers["content-length"] == str(stop - start)


async def test_ranges_that_are_not_understood_get_the_whole_and_those_beyond_the_end_a_sentence(stage: Stage) -> None:
    path = await _recorded(stage)
    for odd in ("bytes=0-1,4-5", "bytes=9-3", "lines=1-2", "bytes=-"):
        answer = await stage.api.viewer.get(path, headers={"Range": odd})
        assert (answer.status_code, len(answer.content)) == (200, len(SOUND)), odd
    for beyond in (f"bytes={len(SOUND)}-", "bytes=-0"):
        answer = await stage.api.viewer.get(path, headers={"Range": beyond})
        assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
        assert answer.headers["content-range"] == f"bytes */{len(SOUND)}"


@pytest.mark.parametrize("rest", ["", "/events", "/transcript", "/explain", "/recording"])
async def test_a_foreign_call_is_not_there(stage: Stage, rest: str) -> None:
    call = await stage.call()
    foreign = await stage.api.stranger.get(f"/calls/{call['id']}{rest}")
    absent = await stage.api.stranger.get(f"/calls/{ABSENT}{rest}")
    assert (foreign.status_code, foreign.json()) == (404, absent.json())
    assert (await stage.api.stranger.get("/calls")).json()["items"] == []
