"""The demonstration's own campaign, contact by contact, as a person sees it through the API and as the carrier saw it."""

import io
from datetime import datetime
from typing import Any

import av
import numpy as np
import pytest

from control_plane.local.demo_campaign import DemoCampaign
from control_plane.local.demo_verdict import judge
from rehearsal.scripts import load_scripts
from rehearsal.summary import summary
from tests.e2e.conftest import Platform

pytestmark = pytest.mark.timeout(900)


class Played:
    """The campaign after its last contact."""

    def __init__(self, enrollments: list[dict[str, Any]], calls: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
        self.enrollments, self.calls, self.records = enrollments, calls, records
        self.summary = summary(records, load_scripts())

    def call_of(self, script: str, attempt: int = 1) -> dict[str, Any]:
        call_id = next(r["call_id"] for r in self.records if r["script"] == script and r["attempt"] == attempt)
        return next(call for call in self.calls if call["id"] == call_id)


@pytest.fixture(scope="module")
async def played(platform: Platform) -> Played:
    campaign = await DemoCampaign.start(platform.api, platform.stack.options.slots)

    async def is_finished() -> bool:
        return campaign.is_finished(await campaign.enrollments())

    await platform.until(is_finished)
    calls = await campaign.calls()
    return Played(await campaign.enrollments(), calls, platform.records([call["id"] for call in calls]))


def test_every_contact_ends_as_its_callee_script_declares(played: Played) -> None:
    verdicts = judge(played.enrollments, played.calls, played.summary["callees"])
    assert {verdict.contact: verdict.differences for verdict in verdicts if verdict.differences} == {}
    assert len(verdicts) >= 12


def test_the_carrier_saw_one_dial_per_call_and_none_beside(played: Played) -> None:
    dialled = [record["call_id"] for record in played.records if record["event"] == "dialed"]
    # A call that was put back at the last moment, because its agent or this machine could not keep up, never left.
    assert sorted(dialled) == sorted(call["id"] for call in played.calls if call["started_at"] and call["state"] != "released")


async def test_each_dial_at_the_carrier_came_after_its_agent_was_ready(played: Played, platform: Platform) -> None:
    dialled = {record["call_id"]: record["at"] for record in played.records if record["event"] == "dialed"}
    for call_id, at in dialled.items():
        events = (await platform.api.get(f"/calls/{call_id}/events"))["items"]
        ready = next(event for event in events if event["kind"] == "ready")
        assert datetime.fromisoformat(ready["recorded_at"]).timestamp() <= at


@pytest.mark.parametrize(
    ("script", "network_result", "code"),
    [
        ("busy", "busy", 486),
        ("declined", "rejected", 603),
        ("no-such-number", "invalid_number", 404),
        ("unavailable", "unreachable", 480),
        ("trunk-error", "congestion", 503),
        ("throttled", "throttled", 503),
        ("rings-out", "no_answer", None),
    ],
)
def test_failures_are_told_apart(played: Played, script: str, network_result: str, code: int | None) -> None:
    call = played.call_of(script)
    assert (call["network_result"], call["sip_status_code"], call["status"]) == (network_result, code, "failed")


def test_the_first_audio_is_in_time(played: Played) -> None:
    figures = played.summary["first_audio"]
    assert figures["spoke"]["calls"] >= 5
    assert figures["spoke"]["p95_s"] <= 1.0
    assert figures["silent"]["p95_s"] <= 0.3
    assert figures["spoke"]["unheard"] == figures["silent"]["unheard"] == 0


async def test_the_transcript_holds_both_sides(played: Played, platform: Platform) -> None:
    call = played.call_of("answers-and-talks")
    turns = (await platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]
    said = {speaker: " ".join(t["text"] for t in turns if t["speaker"] == speaker) for speaker in ("agent", "callee")}
    assert "Riverside Dental" in said["agent"]
    assert "Yes, that sounds good." in said["callee"]


async def test_the_recording_has_speech_on_both_channels(played: Played, platform: Platform) -> None:
    call = played.call_of("answers-and-talks")
    sound = await platform.api.content(call["recording_url"])
    with av.open(io.BytesIO(sound)) as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
        channels = file.streams.audio[0].channels
    samples = np.concatenate(
        [frame.reshape(channels, -1) if frame.shape[0] == channels else frame.reshape(-1, channels).T for frame in frames], axis=1
    )
    assert channels == 2
    assert all(float(np.abs(samples[channel]).max()) > 0.05 for channel in range(2))


async def test_whoever_asked_not_to_be_called_is_suppressed(played: Played, platform: Platform) -> None:
    call = played.call_of("stop-calling")
    check = await platform.api.get("/suppressions/check", e164=call["to"])
    assert check["is_suppressed"] is True


async def test_the_campaign_is_completed(played: Played, platform: Platform) -> None:
    status = await platform.api.get(f"/campaigns/{played.calls[0]['campaign_id']}/status")
    assert status["execution_status"] == "completed"
