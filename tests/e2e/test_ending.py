"""A call that somebody wants to be over: from the request to the moment at which the phone is free, at the carrier."""

import time

from tests.e2e.conftest import OPENING, Platform

NUMBER = "+12025550173"
END_WITHIN_S = 2.0
"""Row R5 of docs/coverage.md."""


async def test_a_call_is_over_within_two_seconds_of_the_request(platform: Platform, caller_id: str) -> None:
    api = platform.api
    assistant = await api.post("/assistants", {"name": "Robin", "system_prompt": "Be brief.", "first_message": OPENING})
    contact = await api.post(
        "/contacts", {"name": "Ed", "phones": [{"e164": NUMBER}], "attributes": {"rehearsal_script": "answers-and-talks"}}
    )
    body = {"contact_id": contact["id"], "assistant_id": assistant["id"], "from_number_id": caller_id}
    call = await api.post("/calls", body)

    async def is_in(state: str) -> bool:
        return (await api.get(f"/calls/{call['id']}"))["state"] == state

    await platform.until(lambda: is_in("in_progress"))
    asked_at = time.time()
    await api.post(f"/calls/{call['id']}/end")
    await platform.until(lambda: is_in("ended"))
    (ended,) = (record for record in platform.records([call["id"]]) if record["event"] == "ended")
    assert ended["at"] - asked_at <= END_WITHIN_S
    assert (await api.get(f"/calls/{call['id']}"))["end_cause"] == "operator_stop"
