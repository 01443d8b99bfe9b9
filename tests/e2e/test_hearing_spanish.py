"""A call in English to somebody who answers in Spanish, as the carrier hears it: who calls is said again in Spanish, and so is the rest."""

from pathlib import Path

import pytest

from agent_worker.phrases import for_language
from tests.e2e.conftest import Platform, start_campaign

pytestmark = pytest.mark.timeout(900)

NUMBER, COMPANY = "+16505550123", "Riverside Clinic"
ASSISTANT = {
    "name": "Robin",
    "calls_for": COMPANY,
    "system_prompt": "Ask whether the appointment suits.",
    "first_message": "Does your appointment suit you?",
    "language": "en",
}
ENGLISH, SPANISH = for_language("en"), for_language("es")


async def test_who_answers_in_spanish_hears_who_calls_in_spanish_and_is_heard_in_it(
    platform: Platform, caller_id: str, tmp_path: Path
) -> None:
    assistant = await platform.api.post("/assistants", ASSISTANT)
    running = await start_campaign(platform, caller_id, {NUMBER: "speaks-spanish"}, tmp_path, assistant_id=assistant["id"])
    await platform.until(running.is_finished)
    (call,) = await running.calls()
    assert (call["outcome"], call["end_cause"]) == ("do_not_call", "opt_out")
    names = {"name": ASSISTANT["name"], "company": COMPANY}
    assert call["disclosure"]["text"].startswith(ENGLISH.who.format(**names))
    turns = (await platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]
    assert {"Lo siento, no hablo inglés.", "No me llame nunca más."} <= {turn["text"] for turn in turns if turn["speaker"] == "callee"}
    ours = [turn["text"] for turn in turns if turn["speaker"] == "agent"]
    assert any(text.startswith(SPANISH.who.format(**names)) for text in ours[1:])
    assert SPANISH.opted_out in ours
    assert ENGLISH.opted_out not in ours
    events = (await platform.api.get(f"/calls/{call['id']}/events"))["items"]
    changes = [event["data"]["arguments"] for event in events if event["data"].get("name") == "change_language"]
    assert changes == ["es"]
    assert (await platform.api.get("/suppressions/check", e164=NUMBER))["is_suppressed"] is True
