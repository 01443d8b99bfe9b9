"""Somebody calls our number: through the carrier's trunk and dispatch rule to the agent, and into the ledger as a call like others."""

import asyncio
import os
import sys
from typing import Any

from tests.e2e.conftest import OPENING, Platform

CALLER = "+12025550152"


async def test_a_caller_is_answered_recognised_and_heard_when_they_want_no_more_calls(platform: Platform, caller_id: str) -> None:
    api = platform.api
    assistant = await api.post(
        "/assistants", {"name": "Robin", "calls_for": "Riverside Dental", "system_prompt": "Be brief.", "first_message": OPENING}
    )
    contact = await api.post("/contacts", {"name": "Ed", "phones": [{"e164": CALLER}]})
    number = (await platform.client.put(f"/api/v1/numbers/{caller_id}/assistant", json={"assistant_id": assistant["id"]})).json()

    async def is_known() -> bool:
        return (await api.get(f"/trunks/{number['trunk_id']}"))["sync_state"] == "synced"

    await platform.until(is_known)
    caller = await _call(platform, number["e164"])
    _, errors = await caller.communicate()
    assert b"No " not in errors, errors

    async def ended() -> list[dict[str, Any]]:
        calls = await api.items("/calls", direction="inbound")
        return [call for call in calls if call["state"] == "ended"]

    (call,) = await platform.until(ended)
    assert (call["from_number"], call["to"], call["contact_id"]) == (CALLER, number["e164"], contact["id"])
    assert (call["outcome"], call["end_cause"], call["answered_by"]) == ("do_not_call", "opt_out", "human")
    assert call["disclosure"]["text"].startswith("You have reached Riverside Dental. This is Robin, an AI assistant.")
    assert (await api.get("/suppressions/check", e164=CALLER))["is_suppressed"]


async def _call(platform: Platform, number: str) -> asyncio.subprocess.Process:
    """The simulated carrier brings a call in; the caller asks never to be called again."""
    stack = platform.stack
    livekit = {"LIVEKIT_URL": stack.addresses.livekit_url}
    livekit |= {"LIVEKIT_API_KEY": stack.secrets.livekit.key, "LIVEKIT_API_SECRET": stack.secrets.livekit.secret}
    arguments = ("--from", CALLER, "--to", number, "--models-url", stack.addresses.models_url, "--script", "stop-calling")
    ledger = ("--ledger", str(stack.options.ledger))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rehearsal.inbound", *arguments, *ledger, env={**os.environ, **livekit}, stderr=asyncio.subprocess.PIPE
    )
