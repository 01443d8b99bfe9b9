"""Trying an assistant over the API: on a real Redis, with the agent's own side of it, but without LiveKit's room between them."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openai import AsyncClient
from sqlalchemy import func, select

from agent_worker.pipeline import Warm
from agent_worker.trial import job
from control_plane.db.models import AgentWorker, AuditEntry, Call
from control_plane.domain.errors import Conflict, Refused
from control_plane.settings import Settings
from control_plane.telephony.port import Dispatch, TelephonyError
from control_plane.trials import service
from control_plane.trials.room import MOST_AT_ONCE, MOST_NEWS, MOST_STEPS, TrialRoom
from control_plane.trials.tasks import probe_assistant
from sip_config.codec import decode
from sip_config.contract.trial import TALK, TrialTicket
from tests.fixtures.api import START, Api, settings_for

PATIENCE_S = 60
ADA = {
    "name": "Ada",
    "calls_for": "Acme Dental",
    "system_prompt": "You remind patients of appointments.",
    "first_message": "Hello {first_name}, will you come on Monday?",
    "models": {"llm": "stand-in-llm"},
}


@dataclass
class Voice:
    """Takes dispatches as LiveKit would, and runs the worker's job of each."""

    api: Api
    chat_url: str
    is_away: bool = False
    takes_jobs: bool = True

    def __post_init__(self) -> None:
        self.jobs: list[asyncio.Task[None]] = []
        self.closed = 0
        self.tickets: list[TrialTicket] = []

    async def dispatch(self, order: Dispatch) -> None:
        if self.is_away:
            raise TelephonyError("away")
        self.tickets.append(decode(TrialTicket, order.agent_metadata))
        if self.takes_jobs:
            self.jobs.append(asyncio.create_task(self._work(order.agent_metadata)))

    async def _work(self, metadata: str) -> None:
        context: Any = SimpleNamespace(
            job=SimpleNamespace(metadata=metadata, id="job"), connect=self._nothing, delete_room=self._close, shutdown=lambda **_: None
        )
        loaded: Any = SimpleNamespace(control_plane_url="http://api.test")
        async with AsyncClient(api_key="none", base_url=self.chat_url, max_retries=0) as models:
            await job.run(context, loaded, Warm(None, models, self.api.client(base="")))  # type: ignore[arg-type]

    async def _nothing(self) -> None:
        pass

    async def _close(self) -> None:
        self.closed += 1


@pytest.fixture
def settings(database: str, redis_url: str, tmp_path: Path) -> Settings:
    return settings_for(database, tmp_path, redis_url=redis_url)


@pytest.fixture
async def voice(api: Api, chat_url: str) -> AsyncIterator[Voice]:
    made = Voice(api, chat_url)
    api.app.state.trial_room._telephony = made
    async with api.sessions.begin() as session:
        session.add(AgentWorker(id="w", slots=1, draining=False, registered=True, load=0.0, calls=[], heartbeat_at=START))
    yield made
    for each in made.jobs:
        while not each.done():
            # An answer that is under way in this process may take one cancelling for its own.
            each.cancel()
            await asyncio.wait({each}, timeout=1)


async def assistant(api: Api, **changes: Any) -> str:
    answer = await api.manager.post("/assistants", json=ADA | changes)
    assert answer.status_code == 201, answer.text
    return f"/assistants/{answer.json()['id']}/try"


async def asked(api: Api, path: str, **body: Any) -> dict[str, Any]:
    answer = await api.manager.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def order_status(api: Api, ticket: TrialTicket) -> int:
    async with api.client(ticket.token, base="") as agent:
        return (await agent.get(f"/internal/trials/{ticket.trial_id}/order")).status_code


def said(told: dict[str, Any]) -> list[str]:
    return [event["data"]["text"] for event in told["events"] if event["kind"] == "turn" and event["data"]["speaker"] == "agent"]


async def test_an_assistant_is_talked_to_turn_by_turn_and_nothing_of_it_is_kept(api: Api, voice: Voice) -> None:
    path = await assistant(api)
    began = await asked(api, path, variables={"first_name": "Sam"})
    assert began["is_settled"]
    assert not began["is_over"]
    assert "AI assistant calling for Acme Dental" in said(began)[0]
    assert "Hello Sam" in said(began)[0]
    agreed = await asked(api, path, trial_id=began["trial_id"], after=began["next"], steps=[{"kind": "say", "text": "Yes, I will."}])
    assert said(agreed) == ["Wonderful. Is there anything else?"]
    assert [event["data"]["name"] for event in agreed["events"] if event["kind"] == "tool_called"] == ["set_outcome"]
    over = await asked(api, path, trial_id=began["trial_id"], after=agreed["next"], steps=[{"kind": "say", "text": "Goodbye."}])
    assert over["is_over"]
    assert over["result"]["outcome"] == "success"
    assert over["result"]["end_cause"] == "agent_hangup"
    await asyncio.wait_for(asyncio.gather(*voice.jobs), PATIENCE_S)
    assert voice.closed == 1
    async with api.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 0
        trail = await session.scalar(select(AuditEntry).where(AuditEntry.action == "assistant.try"))
        assert trail is not None
        assert "Sam" not in str(trail.after)


async def test_whoever_asks_for_some_news_gets_the_rest_by_asking_again(api: Api, voice: Voice) -> None:
    path = await assistant(api, first_message="Good morning.")
    told = await asked(api, path, wait_for="some", steps=[{"kind": "say", "text": "Who is this?"}, {"kind": "hang_up"}])
    events, rounds = told["events"], 1
    while not told["is_over"]:
        told = await asked(api, path, trial_id=told["trial_id"], after=told["next"], wait_for="some")
        events, rounds = events + told["events"], rounds + 1
        assert rounds < 50
    assert told["result"]["end_cause"] == "callee_hangup"
    assert len(said({"events": events})) == 2
    again = await asked(api, path, trial_id=told["trial_id"], after=told["next"])
    assert again["is_over"]
    assert again["events"] == []


async def test_what_a_draft_owes_beyond_the_rules_is_tried_too(api: Api, voice: Voice) -> None:
    path = await assistant(api, first_message="Good morning.", compliance={"duties": ["ask_before_going_on"]})
    began = await asked(api, path)
    assert said(began)[-1].endswith("May I go on?")
    assert "Good morning." not in " ".join(said(began))
    agreed = await asked(api, path, trial_id=began["trial_id"], after=began["next"], steps=[{"kind": "say", "text": "Yes."}])
    assert said(agreed) == ["Good morning."]


async def test_a_stop_in_a_trial_stops_nobody(api: Api, voice: Voice) -> None:
    path = await assistant(api, first_message="Good morning.")
    told = await asked(api, path, steps=[{"kind": "say", "text": "Never call me again."}], to="+12025550101")
    assert told["is_over"]
    assert told["result"]["outcome"] == "do_not_call"
    assert (await api.manager.get("/suppressions")).json()["items"] == []


async def test_a_text_with_a_hole_is_refused_as_for_a_call(api: Api, voice: Voice) -> None:
    answer = await api.manager.post(await assistant(api), json={})
    assert answer.status_code == 400
    assert "{first_name}" in answer.json()["detail"]


async def test_a_trial_is_its_workspaces_and_its_assistants(api: Api, voice: Voice) -> None:
    path, other = await assistant(api, first_message="Hi."), await assistant(api, first_message="Hi.")
    trial = (await asked(api, path))["trial_id"]
    assert (await api.manager.post(other, json={"trial_id": trial})).status_code == 404
    assert (await api.stranger.post(path, json={"trial_id": trial})).status_code == 404
    assert (await api.stranger.post(path, json={})).status_code == 404
    assert (await api.manager.post(path, json={"trial_id": str(uuid.uuid4())})).status_code == 404
    assert (await api.viewer.post(path, json={})).status_code == 403


async def test_the_agents_side_opens_by_its_ticket_alone(api: Api, voice: Voice) -> None:
    trial = (await asked(api, await assistant(api, first_message="Hi.")))["trial_id"]
    async with api.client("wrong", base="") as stranger:
        for method, path in (("GET", "order"), ("GET", "steps"), ("POST", "news")):
            answer = await stranger.request(method, f"/internal/trials/{trial}/{path}", json={})
            assert answer.status_code == 404


async def test_what_lacks_is_said(api: Api, voice: Voice) -> None:
    path = await assistant(api, first_message="Hi.")
    voice.is_away = True
    assert (await api.manager.post(path, json={})).json()["code"] == "voice_unavailable"
    async with api.sessions.begin() as session:
        (await session.get_one(AgentWorker, "w")).draining = True
    answer = await api.manager.post(path, json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "no_agent_worker")


async def test_a_workspace_holds_few_trials_at_once_and_an_ended_one_makes_room(api: Api, voice: Voice) -> None:
    path = await assistant(api, first_message="Hi.")
    trials = [(await asked(api, path))["trial_id"] for _ in range(MOST_AT_ONCE)]
    assert (await api.manager.post(path, json={})).json()["code"] == "too_many_trials"
    await asked(api, path, trial_id=trials[0], after=1, steps=[{"kind": "hang_up"}])
    await asked(api, path)


async def test_trials_that_no_worker_takes_make_room_and_open_nothing(api: Api, voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    voice.takes_jobs = False
    monkeypatch.setattr(service, "STARTS_WITHIN_S", 0.0)
    path = await assistant(api, first_message="Hi.")
    for _ in range(MOST_AT_ONCE + 1):
        answer = await api.manager.post(path, json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "no_agent_worker")
    assert await order_status(api, voice.tickets[0]) == 404


async def test_the_ticket_gives_no_order_once_the_trial_is_over(api: Api, voice: Voice) -> None:
    path = await assistant(api, first_message="Hi.")
    trial = (await asked(api, path))["trial_id"]
    assert await order_status(api, voice.tickets[0]) == 200
    assert (await asked(api, path, trial_id=trial, after=1, steps=[{"kind": "hang_up"}]))["is_over"]
    await asyncio.wait_for(asyncio.gather(*voice.jobs), PATIENCE_S)
    assert await order_status(api, voice.tickets[0]) == 404


async def test_a_trial_counts_for_as_long_as_it_goes_on_and_has_bounds(api: Api, voice: Voice) -> None:
    voice.takes_jobs = False
    room: TrialRoom = api.app.state.trial_room
    redis, holder = room._mailbox._redis, uuid.uuid4()
    trials = [await room.open(TALK, holder, uuid.uuid4(), {}) for _ in range(MOST_AT_ONCE)]
    held = f"callwright:trial:held:{holder}"
    await redis.expire(held, 60)
    assert await room.step(trials[0], [b"{}"] * MOST_STEPS) == MOST_STEPS
    assert await redis.ttl(held) > 60
    with pytest.raises(Refused):
        await room.open(TALK, holder, uuid.uuid4(), {})
    with pytest.raises(Conflict):
        await room.step(trials[0], [b"{}"])
    assert len(await room.steps(trials[0], 0, 0.0)) == MOST_STEPS
    # As when it was left alone for too long.
    await redis.delete(f"callwright:trial:{trials[1]}:about")
    await room.open(TALK, holder, uuid.uuid4(), {})
    with pytest.raises(Refused):
        await room.open(TALK, holder, uuid.uuid4(), {})
    await redis.rpush(f"callwright:trial:{trials[2]}:news", *([b"{}"] * MOST_NEWS))  # type: ignore[misc]
    with pytest.raises(Conflict):
        await room.tell(trials[2], b"{}", holder, is_last=False)
    await room.open(TALK, holder, uuid.uuid4(), {})


@pytest.mark.parametrize("step", [{"kind": "press", "text": "12"}, {"kind": "say", "text": " "}])
async def test_a_step_that_is_none_is_refused(api: Api, voice: Voice, step: dict[str, str]) -> None:
    answer = await api.manager.post(await assistant(api, first_message="Hi."), json={"steps": [step]})
    assert answer.status_code == 400


async def test_parts_are_tried_and_the_result_is_shown_where_the_assistant_is_and_where_it_is_published(api: Api, voice: Voice) -> None:
    path = (await assistant(api)).removesuffix("/try")
    assert (await api.manager.get(path)).json()["last_probe"] is None
    answer = await api.manager.post(f"{path}/probe")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    # The stand-in here has no voice and no ear.
    assert {part["part"]: part["works"] for part in found["parts"]} == {"llm": True, "tools": True, "tts": False, "stt": False}
    assert found["works"] is False
    assert all(part["words"] for part in found["parts"] if not part["works"])
    assert (await api.manager.get(path)).json()["last_probe"] == found
    assert (await api.manager.post(f"{path}/publish")).json()["last_probe"] == found


async def test_a_vendor_that_the_worker_has_not_installed_is_named_with_its_extra(
    api: Api, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for vendor in ("anthropic", "deepgram", "elevenlabs"):
        monkeypatch.setitem(sys.modules, f"livekit.plugins.{vendor}", None)
    speaks = {"provider": "elevenlabs", "voice_id": "pNInz6obpgDQGcFmaJgB"}
    models = {"llm": {"provider": "anthropic"}, "stt": {"provider": "deepgram", "model": "nova-3-medical"}}
    path = await assistant(api, models=models, voice=speaks)
    found = {part["part"]: part for part in (await api.manager.post(f"{path.removesuffix('/try')}/probe")).json()["parts"]}
    assert [found[part]["works"] for part in ("llm", "tools", "tts", "stt")] == [False] * 4
    for part, extra in (("llm", "anthropic"), ("tools", "anthropic"), ("tts", "elevenlabs")):
        assert f"install the extra callwright[{extra}] there." in found[part]["words"]
    told = await asked(api, path, variables={"first_name": "Sam"})
    assert told["is_over"]
    assert "callwright[anthropic]" in told["error"]


async def test_saving_has_the_parts_tried_afterwards_and_waits_for_nothing(api: Api, voice: Voice) -> None:
    path = (await assistant(api)).removesuffix("/try")
    assert [nudge.task for nudge in api.queue.sent].count("probe_assistant") == 1
    assert (await api.manager.patch(path, json={"first_message": "Good day."})).status_code == 200
    assert [nudge.task for nudge in api.queue.sent].count("probe_assistant") == 1
    assert (await api.manager.patch(path, json={"voice": {"voice_id": "echo"}})).status_code == 200
    (nudge,) = {nudge for nudge in api.queue.sent if nudge.task == "probe_assistant"}
    before = (await api.manager.get(path)).json()["updated_at"]
    context = {"trial_room": api.app.state.trial_room, "sessions": api.sessions, "queue": api.queue, "clock": api.clock}
    await probe_assistant(context, nudge.subject)
    shown = (await api.manager.get(path)).json()
    assert len(shown["last_probe"]["parts"]) == 4
    assert shown["updated_at"] == before


async def test_what_cannot_be_tried_now_leaves_the_last_result(api: Api, voice: Voice) -> None:
    path = (await assistant(api)).removesuffix("/try")
    voice.is_away = True
    context = {"trial_room": api.app.state.trial_room, "sessions": api.sessions, "queue": api.queue, "clock": api.clock}
    await probe_assistant(context, path.rpartition("/")[2])
    await probe_assistant(context, str(uuid.uuid4()))
    assert (await api.manager.get(path)).json()["last_probe"] is None
