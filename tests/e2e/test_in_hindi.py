"""One call in Hindi, as the carrier hears it: who calls and that it is an AI, a wish never to be called again, and what becomes of it."""

from pathlib import Path

import pytest

from agent_worker.phrases import for_language
from tests.e2e.conftest import Platform, start_campaign

pytestmark = pytest.mark.timeout(900)

NUMBER, COMPANY = "+16505550121", "रिवरसाइड क्लिनिक"
# In eSpeak's Hindi voice: an English one would spell Devanagari out.
ASSISTANT = {
    "name": "रोबिन",
    "calls_for": COMPANY,
    "system_prompt": "Ask whether the appointment suits.",
    "first_message": "क्या आपका समय ठीक है?",
    "language": "hi",
    "voice": {"voice_id": "hi", "speed": 1.4},
}


async def test_a_call_in_hindi_says_who_calls_and_keeps_the_wish_never_to_be_called_again(
    platform: Platform, caller_id: str, tmp_path: Path
) -> None:
    assistant = await platform.api.post("/assistants", ASSISTANT)
    running = await start_campaign(platform, caller_id, {NUMBER: "stops-in-hindi"}, tmp_path, assistant_id=assistant["id"])
    await platform.until(running.is_finished)
    (call,) = await running.calls()
    assert (call["outcome"], call["end_cause"]) == ("do_not_call", "opt_out")
    assert call["disclosure"]["text"].startswith(for_language("hi").who.format(name=ASSISTANT["name"], company=COMPANY))
    turns = (await platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]
    assert for_language("hi").opted_out in [turn["text"] for turn in turns if turn["speaker"] == "agent"]
    assert "मुझे दोबारा फोन मत कीजिए।" in [turn["text"] for turn in turns if turn["speaker"] == "callee"]
    assert (await platform.api.get("/suppressions/check", e164=NUMBER))["is_suppressed"] is True
