"""Where nothing may be recorded or said before a yes: one call on the carrier that is asked twice, refuses the one and allows the other."""

from pathlib import Path
from typing import Any

import pytest

from agent_worker.phrases import for_language
from tests.e2e.conftest import OPENING, Platform, start_campaign

pytestmark = pytest.mark.timeout(900)

NUMBER, SAID = "+16505550122", for_language("en")
STRICT = {"stricter": {"recording": "notify_and_affirm", "duties": ["ask_before_going_on"]}}
NO = "No, please don't record this."


async def test_a_no_to_the_recording_leaves_no_sound_and_no_words_and_the_call_goes_on_after_a_yes(
    platform: Platform, caller_id: str, tmp_path: Path
) -> None:
    await own_rules(platform, STRICT)
    try:
        running = await start_campaign(platform, caller_id, {NUMBER: "goes-on-unrecorded"}, tmp_path)
        await platform.until(running.is_finished)
    finally:
        await own_rules(platform, {})
    (call,) = await running.calls()
    assert (call["outcome"], call["end_cause"], call["answered_by"]) == ("success", "agent_hangup", "human")
    consent = call["recording_consent"]
    assert (consent["policy"], consent["decision"], consent["kept_from_s"], consent["quote"]) == ("notify_and_affirm", "refused", None, NO)
    assert (call["recording_url"], (await platform.client.get(f"/api/v1/calls/{call['id']}/recording")).status_code) == (None, 404)
    turns = (await platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]
    assert turns
    assert {turn["text"] for turn in turns} == {"[not stored]"}
    # In one breath before the callee's no: who calls and the question about the recording, and not the assistant's own words.
    assert call["disclosure"]["quote"].endswith(f" {SAID.may_record}")
    assert OPENING not in call["disclosure"]["quote"]
    # Nothing of it was kept, but the carrier heard it: each answer of the callee follows words of the agent.
    answers = [NO, "Please go on.", "Yes, that sounds good.", "Thank you, goodbye."]
    assert talk(await running.records())[:9] == ["Hello?", *(turn for answer in answers for turn in ("agent", answer))]


def talk(records: list[dict[str, Any]]) -> list[str]:
    """Who spoke after whom, by the carrier's ledger: the callee's words, and `agent` for any of the agent's. On a slow machine the callee
    says their words again, which is told once."""
    heard = sorted((r for r in records if r["event"] in ("callee_spoke", "agent_audio")), key=lambda r: r["started_at"])
    turns: list[str] = []
    for record in heard:
        turn = record["text"] if record["event"] == "callee_spoke" else "agent"
        if turn not in turns[-1:] and (turn == "agent" or turn not in turns[-2:]):
            turns.append(turn)
    return turns


async def own_rules(platform: Platform, rules: dict[str, Any]) -> None:
    answer = await platform.client.put("/api/v1/workspace/rules", json=rules)
    assert answer.status_code == 200, answer.text
