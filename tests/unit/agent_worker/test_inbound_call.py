"""What is said and heard before an assistant talks with a caller: that nobody is there, whom they want, that they want no more calls."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from livekit import rtc
from openai import AsyncClient

from agent_worker.conversation import Conversation
from agent_worker.inbound_call import InboundCall
from agent_worker.pipeline import Warm
from agent_worker.settings import Settings
from sip_config.codec import encode
from sip_config.contract import CallOrder, CallPurpose, DispatchTicket, InboundOrder, RecordingPolicy
from sip_config.naming import SIP_CALL_STATUS

CALLER = "sip_+12025550101"
PCM = bytes(2 * 24000 // 50)
"""Everything that is said takes 20 ms."""


def order(inbound: InboundOrder, name: str = "Ada") -> CallOrder:
    facts = {"assistant_name": name, "calls_for": "Acme", "recording_policy": RecordingPolicy.OFF, "inbound": inbound}
    return CallOrder("c1", 1, "inbound-_x", CALLER, "+12025550101", CallPurpose.INBOUND, "Be kind.", "", **facts)  # type: ignore[arg-type]


class Room:
    """A room with a caller in it, as far as the agent looks at it before it talks."""

    name = "inbound-_x"

    def __init__(self) -> None:
        self.tracks: list[str] = []
        self.handlers: dict[str, list[Any]] = {}
        caller = SimpleNamespace(identity=CALLER, attributes={SIP_CALL_STATUS: "active"}, track_publications={}, disconnect_reason=1)
        self.remote_participants = {CALLER: caller}
        self.local_participant = SimpleNamespace(publish_track=self._publish)
        self.has_spoken = asyncio.Event()

    def on(self, event: str, handler: Any) -> None:
        self.handlers.setdefault(event, []).append(handler)

    async def _publish(self, track: rtc.LocalAudioTrack) -> None:
        self.tracks.append(track.name)
        self.has_spoken.set()

    def presses(self, digit: str) -> None:
        for handler in self.handlers["sip_dtmf_received"]:
            handler(SimpleNamespace(participant=self.remote_participants[CALLER], digit=digit))

    def caller_leaves(self) -> None:
        for handler in self.handlers["participant_disconnected"]:
            handler(self.remote_participants[CALLER])


class Here:
    """One call with everything around it: a control plane and a speech model that answer at once."""

    def __init__(self, first: CallOrder, then: CallOrder | None, folder: Path) -> None:
        self.orders, self.asked, self.talks, self.openings = [first, then or first], [], [], []
        self.room = Room()
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        models = AsyncClient(
            api_key="none", base_url="http://models.test/v1", http_client=httpx.AsyncClient(transport=httpx.MockTransport(_speech))
        )
        settings = Settings("ws://x", "k", "s", "http://plane.test", "agent", 1, "none", "http://models.test/v1", "INFO", "x", 0, folder)
        deleting = SimpleNamespace(delete_room=self._deletes)
        ctx = SimpleNamespace(room=self.room, job=SimpleNamespace(id="job"), api=SimpleNamespace(room=deleting), connect=_nothing)
        ctx.shutdown = lambda reason: self.asked.append(("shutdown", reason))
        here = self

        class Told(InboundCall):
            async def _get_ready(self, order: CallOrder) -> Conversation:
                here.talks.append(order.assistant_name)
                here.openings.append(" ".join(self._opening(order).spoken_first))
                here.then()
                raise ConnectionError("this is as far as the test goes")

        self.then = lambda: None
        self.choice_status, self.is_put_through = 200, False
        self.call = Told(ctx, DispatchTicket("c1", 1, "token"), settings, Warm(None, models, http))  # type: ignore[arg-type]
        self._clients = (http, models)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/internal/calls/c1")
        if path == "/choice" and self.choice_status != 200:
            return httpx.Response(self.choice_status)
        if path == "/order":
            return httpx.Response(200, text=encode(self.orders.pop(0)))
        said = json.loads(request.content)
        self.asked += [(event["kind"], event["data"]) for event in said] if path == "/events" else [(path, said)]
        if path == "/transfer":
            return httpx.Response(200, json={"is_done": self.is_put_through, "why": ""})
        return httpx.Response(200, json={"is_another": said.get("key") == "1"} if path == "/choice" else {})

    async def _deletes(self, _: Any) -> None:
        self.asked.append(("room", "deleted"))

    def said_of(self, kind: str) -> list[Any]:
        return [data for name, data in self.asked if name == kind]

    async def lives(self, then: Any = None) -> None:
        """The whole call; `then` happens once it speaks."""
        life = asyncio.create_task(self.call.run())
        async with asyncio.timeout(60):
            await self.room.has_spoken.wait()
            if then is not None:
                then()
            await life
        await self.call._log.aclose(5.0)

    async def aclose(self) -> None:
        for client in self._clients:
            await client.close() if isinstance(client, AsyncClient) else await client.aclose()


def _speech(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=PCM, headers={"Content-Type": "audio/pcm"})


async def _nothing() -> None:
    return None


@pytest.fixture
async def here(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Here]:
    first, then = request.param
    made = Here(first, then, tmp_path)
    yield made
    await made.aclose()


CLOSED = (order(InboundOrder(is_closed=True, closed_words="We are back at nine.")), None)
MENU = (order(InboundOrder(key_prompt="For sales press 1.", keys=("1", "2"))), order(InboundOrder(), "Sales"))


HANDED_ON = (order(InboundOrder(is_closed=True, closed_words="One moment.", fallback="Front desk")), None)
NOT_READY = (order(InboundOrder(fallback="Front desk")), None)
MENU_WITH_DESK = (order(InboundOrder(key_prompt="For sales press 1.", keys=("1",), fallback="Front desk")), None)


@pytest.mark.parametrize("here", [HANDED_ON, NOT_READY, MENU_WITH_DESK], ids=["closed", "not ready", "menu"], indirect=True)
async def test_whom_no_assistant_takes_is_put_through_to_the_person_whom_the_number_names(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KEY_WAIT_S", "HAND_ON_S"):
        monkeypatch.setattr(f"agent_worker.inbound_call.{name}", 0.1)
    here.is_put_through = True
    here.room.has_spoken.set()
    await here.lives()
    assert here.said_of("/transfer") == [{"destination": "Front desk", "can_brief": False}]
    assert here.said_of("outcome_set") == [{"label": "transferred", "note": ""}]
    assert here.said_of("hanging_up") == [{"end_cause": "transfer_done"}]
    asked = [name for name, _ in here.asked]
    assert asked.index("answered") < asked.index("/transfer")
    assert not {"nobody", "apology"} & set(here.room.tracks)


@pytest.mark.parametrize("here", [HANDED_ON, NOT_READY], ids=["closed", "not ready"], indirect=True)
async def test_where_that_person_does_not_take_the_call_it_is_said_that_nobody_is_there(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_worker.inbound_call.HAND_ON_S", 0.1)
    await here.lives()
    assert len(here.said_of("/transfer")) == 1
    assert here.room.tracks[-1] == "nobody"
    assert {"end_cause": "transfer_done"} not in here.said_of("hanging_up")
    assert here.said_of("room") == ["deleted"]


@pytest.mark.parametrize("here", [HANDED_ON], indirect=True)
async def test_who_wants_no_more_calls_is_not_put_through(here: Here) -> None:
    await here.lives(lambda: here.room.presses("9"))
    assert here.said_of("/opt-out")[0]["quote"] == "pressed 9"
    assert here.said_of("/transfer") == []


@pytest.mark.parametrize("here", [CLOSED], indirect=True)
async def test_outside_of_the_hours_a_message_is_said_and_the_call_ends(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_worker.inbound_call.KEY_WAIT_S", 0.1)
    await here.lives()
    assert here.room.tracks == ["who", "words"]
    (told,) = here.said_of("disclosed")
    assert told["text"] == "You have reached Acme. This is Ada, an AI assistant."
    assert here.said_of("hanging_up") == [{"end_cause": "agent_hangup"}]
    assert (here.said_of("room"), here.talks) == (["deleted"], [])


@pytest.mark.parametrize("here", [CLOSED, MENU], indirect=True, ids=["closed", "menu"])
async def test_key_nine_is_committed_before_it_is_confirmed_and_ends_the_call(here: Here) -> None:
    await here.lives(lambda: here.room.presses("9"))
    kinds = [name for name, _ in here.asked]
    assert here.said_of("/opt-out")[0]["quote"] == "pressed 9"
    assert here.room.tracks[-1] == "goodbye"
    assert here.said_of("hanging_up") == [{"end_cause": "opt_out"}]
    assert kinds.index("/opt-out") < kinds.index("hanging_up")
    assert here.talks == []


@pytest.mark.parametrize("here", [MENU], indirect=True)
async def test_a_key_has_the_chosen_assistant_talk(here: Here) -> None:
    await here.lives(lambda: here.room.presses("1"))
    assert (here.said_of("/choice"), here.talks) == ([{"key": "1"}], ["Sales"])
    assert here.openings == ["You have reached Acme. This is Sales, an AI assistant. How can I help you?"]


@pytest.mark.parametrize("here", [MENU], indirect=True)
async def test_without_a_key_the_numbers_own_assistant_talks(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_worker.inbound_call.KEY_WAIT_S", 0.1)
    await here.lives()
    assert (here.said_of("/choice"), here.talks) == ([], ["Ada"])
    # Who was reached has been said before the menu, and once is enough.
    assert (here.openings, len(here.said_of("disclosed"))) == (["How can I help you?"], 1)


@pytest.mark.parametrize("here", [MENU], indirect=True)
async def test_a_caller_who_hangs_up_in_the_menu_is_no_conversation(here: Here) -> None:
    await here.lives(here.room.caller_leaves)
    assert (len(here.said_of("callee_left")), here.talks) == (1, [])


@pytest.mark.parametrize("here", [CLOSED], indirect=True)
async def test_a_key_that_means_nothing_ends_nothing_and_a_nine_after_it_is_heard(here: Here) -> None:
    def presses() -> None:
        here.room.presses("5")
        here.room.presses("9")

    await here.lives(presses)
    assert here.said_of("/opt-out")[0]["quote"] == "pressed 9"
    assert here.said_of("hanging_up") == [{"end_cause": "opt_out"}]


@pytest.mark.parametrize("here", [MENU], indirect=True)
async def test_a_nine_while_the_chosen_assistant_gets_ready_is_kept(here: Here) -> None:
    here.then = lambda: here.room.presses("9")
    await here.lives(lambda: here.room.presses("1"))
    assert (here.talks, here.said_of("/opt-out")[0]["quote"], here.room.tracks[-1]) == (["Sales"], "pressed 9", "goodbye")


@pytest.mark.parametrize("here", [MENU], indirect=True)
async def test_who_is_on_the_line_when_nobody_gets_ready_is_told_so(here: Here) -> None:
    await here.lives(lambda: here.room.presses("1"))
    assert here.room.tracks[-1] == "apology"
    assert len(here.said_of("failed")) == 1
    assert here.said_of("room") == ["deleted"]


@pytest.mark.parametrize("here", [MENU], indirect=True)
async def test_a_choice_that_is_not_taken_leaves_the_caller_with_the_numbers_own_assistant(here: Here) -> None:
    here.choice_status = 409
    await here.lives(lambda: here.room.presses("1"))
    assert here.talks == ["Ada"]
