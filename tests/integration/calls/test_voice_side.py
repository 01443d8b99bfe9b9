"""POST /calls while LiveKit is away: refused with what to do, and nothing is kept."""

import asyncio

from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.voice_side import VoiceSide
from tests.fakes.telephony import FakeTelephony
from tests.fixtures.api import Api
from tests.integration.api.belongings import PHONE, belongings
from tests.integration.api.test_errors import problem


async def test_a_call_for_now_is_refused_and_a_later_one_taken_while_the_voice_side_is_away(api: Api) -> None:
    assistant = (await belongings(api, api.owner)).ids["assistant_id"]
    before = (await api.owner.get("/calls")).json()
    away = LiveKitTelephony(api.settings.livekit_url, "key", "s" * 32)
    api.app.state.voice_side = VoiceSide(away)
    key = {"Idempotency-Key": "once"}
    try:
        answer = await api.manager.post("/calls", json={"assistant_id": assistant, "to": "+12025550155"}, headers=key)
        said = problem(answer, 503, "voice_unavailable")
        later = {"assistant_id": assistant, "to": PHONE, "schedule_at": "2026-11-25T16:00:00Z"}
        assert (await api.manager.post("/calls", json=later)).status_code == 202
    finally:
        await away.aclose()
    assert answer.headers["retry-after"] == "5"
    assert "LiveKit" in said["detail"]
    assert len((await api.owner.get("/calls")).json()["items"]) == len(before["items"]) + 1
    api.app.state.voice_side = VoiceSide(FakeTelephony())
    again = await api.manager.post("/calls", json={"assistant_id": assistant, "to": "+12025550155"}, headers=key)
    assert (again.status_code, again.json()["state"]) == (202, "queued")


async def test_of_many_requests_one_asks_the_voice_side(api: Api) -> None:
    class Counting(FakeTelephony):
        asked = 0

        async def legs(self, room: str):
            self.asked += 1
            return await super().legs(room)

    telephony = Counting()
    voice_side = VoiceSide(telephony)
    await asyncio.gather(*(voice_side.require() for _ in range(50)))
    assert telephony.asked == 1
