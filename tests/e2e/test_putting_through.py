"""A human is fetched for a callee: what each of the two phones hears, at the carrier."""

from typing import Any

from rehearsal.ledger import Record
from sip_config.naming import callee_identity
from tests.e2e.conftest import OPENING, Platform

CALLEE, DESK = "+12025550174", "+12025550148"
"""The desk's number plays `takes-a-transfer`: picks up by "yes?", and presses 1 when it has heard what it is about."""
BRIEFING_S = 5.0
"""What it is about and the choice take longer."""
DESTINATIONS = {"destinations": [{"name": "Front desk", "e164": DESK, "mode": "warm"}]}


def heard(records: list[Record], by: str = "", track: str = "") -> list[Record]:
    """What one phone heard of a track, or of everybody but the agent's tracks, in the order of time."""
    mine = [r for r in records if r["event"] == "track_heard" and (r["by"] == by if by else r["track"] == track)]
    return sorted(mine, key=lambda record: record["started_at"])


async def test_the_callee_hears_music_and_not_the_briefing_and_then_the_two_hear_each_other(platform: Platform, caller_id: str) -> None:
    api = platform.api
    speaks = {"name": "Robin", "system_prompt": "Be brief.", "first_message": OPENING, "tools": ["end_call", "transfer_to_human"]}
    # The longest duration strikes while the callee waits or talks with the human, and ends neither.
    assistant = await api.post("/assistants", speaks | {"transfer": DESTINATIONS, "max_duration_s": 30})
    contact = await api.post(
        "/contacts", {"name": "Ed", "phones": [{"e164": CALLEE}], "attributes": {"rehearsal_script": "asks-for-a-human"}}
    )
    call = await api.post("/calls", {"contact_id": contact["id"], "assistant_id": assistant["id"], "from_number_id": caller_id})

    async def is_over() -> Any:
        shown = await api.get(f"/calls/{call['id']}")
        return shown["state"] in ("ended", "released", "lost") and shown

    shown = await platform.until(is_over, limit_s=240.0)
    events = (await api.get(f"/calls/{call['id']}/events"))["items"]
    kinds = [event["kind"] for event in events if event["kind"].startswith("transfer")]
    assert (kinds, shown["outcome"], shown["end_cause"]) == (["transfer_asked", "transferred"], "transferred", "transfer_done")
    leg = next(event["data"]["call_id"] for event in events if event["kind"] == "transfer_asked")
    callee, human = platform.records([call["id"]]), platform.records([leg])
    told, music = heard(human, track="briefing"), heard(callee, track="hold")
    assert music
    # The "yes?" at the pick-up has not cut the briefing short.
    assert told[-1]["ended_at"] - told[0]["started_at"] > BRIEFING_S
    assert music[0]["started_at"] < told[0]["started_at"]
    assert heard(callee, track="briefing") == []
    assert heard(human, track="hold") == []
    connected_at = told[-1]["ended_at"]
    of_human, of_callee = heard(callee, by=callee_identity(leg)), heard(human, by=callee_identity(call["id"]))
    assert of_human
    assert of_callee
    assert of_human[0]["started_at"] > connected_at
    assert of_callee[-1]["started_at"] > connected_at
    other = await api.get(f"/calls/{leg}")
    assert (other["purpose"], other["network_result"], other["outcome"]) == ("transfer", "answered", "transferred")
