"""Who is put through to a human waits with music while that human is told, and is the agent's again when nobody takes the call."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent_worker.control_plane_client import Superseded
from agent_worker.opening_line import Line
from agent_worker.warm import transfer
from agent_worker.warm.ledger import LegLedger, LegTicket
from agent_worker.warm.transfer import WarmTransfer
from agent_worker.warm.words import words_for
from sip_config.contract import CallEvent, CallPurpose, CallReport, EndCause, EventKind, Outcome
from tests.fakes.party_line import PATIENCE_S, FakeLine, spoken
from tests.fakes.talk import Client, Talk

LEG = {"call_id": "leg-1", "generation": 1, "token": "t", "identity": "callee-leg-1"}
ABOUT, CHOICE = "This is what it is about.", "Do you take it?"
NOBODY = words_for("en").nobody


class LegClient:
    """The control plane of the leg."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.reports: list[CallReport] = []
        self.is_over = False
        self._more = asyncio.Event()

    async def send_events(self, events: list[CallEvent]) -> bool:
        self.events += events
        self._more.set()
        return False

    async def until(self, kind: EventKind) -> None:
        """Wait until the agent has said this of the leg."""
        async with asyncio.timeout(PATIENCE_S):
            while kind not in [event.kind for event in self.events]:
                self._more.clear()
                await self._more.wait()

    async def standing(self) -> str:
        if self.is_over:
            raise Superseded("HTTP 409")
        return "ready"

    async def put_report(self, report: CallReport) -> None:
        self.reports.append(report)


class WarmClient(Client):
    """The control plane of the call, which has somebody to be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.transfers: list[tuple[str, bool]] = []
        self.ends: list[tuple[str, str]] = []
        self.has_ended = asyncio.Event()

    async def transfer(self, destination: str, *, can_brief: bool) -> dict[str, Any]:
        self.transfers.append((destination, can_brief))
        return {"is_done": False, "why": "", "leg": LEG}

    async def end_transfer(self, leg: str, why: str) -> None:
        self.ends.append((leg, why))
        self.has_ended.set()


class Fetching:
    """One call whose callee is to be put through to Ada."""

    def __init__(self) -> None:
        self.client, self.line, self.leg = WarmClient(), FakeLine(), LegClient()
        self.made: list[str] = []
        self.talk = Talk(CallPurpose.CAMPAIGN, "Hello.", self.client)
        self.talk.conversation.begin(1.0)
        self.talk.conversation.handing_over.fetches = self._fetches

    def _fetches(self, leg: LegTicket, about: str) -> WarmTransfer:
        assert about == "a refund"
        ledger = LegLedger(self.leg, leg.ticket, 60.0)  # type: ignore[arg-type]
        self.line.leg.on_status = ledger.status
        return WarmTransfer(self.line, ledger, self._speak, (ABOUT, CHOICE))

    async def _speak(self, text: str) -> Line:
        self.made.append(text)
        return await spoken(text)

    async def begin(self) -> None:
        assert await self.talk.conversation.handing_over.to("Ada", "a refund") is None
        await self.line.until("hold")

    async def taken(self) -> None:
        self.line.leg.answers()
        await self.line.until(CHOICE)
        self.line.replied.set_result(True)
        await self.ended()

    async def ended(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.client.has_ended.wait()

    def may_reply(self) -> bool:
        return not self.talk.conversation.handing_over.is_open


@pytest.fixture
async def fetching() -> AsyncIterator[Fetching]:
    made = Fetching()
    yield made
    await made.talk.conversation.handing_over.settle()
    await made.talk.aclose()


async def test_the_human_is_told_before_anybody_is_connected_and_the_agent_is_silent_then(fetching: Fetching) -> None:
    await fetching.begin()
    await fetching.taken()
    assert fetching.line.did == ["hold", ABOUT, CHOICE, "join"]
    assert (fetching.client.transfers, fetching.client.ends) == ([("Ada", True)], [("leg-1", "")])
    assert not fetching.may_reply()
    assert fetching.talk.conversation.stays_on


async def test_nobody_is_called_before_there_are_words_for_them(fetching: Fetching) -> None:
    await fetching.begin()
    await fetching.leg.until(EventKind.READY)
    assert fetching.made == [ABOUT, CHOICE]
    assert fetching.line.did == ["hold"]


async def test_when_the_human_hangs_up_the_call_is_over(fetching: Fetching) -> None:
    await fetching.begin()
    await fetching.taken()
    fetching.line.leg.leaves()
    assert await fetching.talk.end() is EndCause.TRANSFER_DONE
    await fetching.talk.conversation.handing_over.settle()
    (report,) = fetching.leg.reports
    assert (report.outcome, report.end_cause) == (Outcome.TRANSFERRED, EndCause.CALLEE_HANGUP)


async def test_when_the_callee_hangs_up_the_leg_is_over_too_and_reported_once(fetching: Fetching) -> None:
    await fetching.begin()
    await fetching.taken()
    await fetching.talk.conversation.aclose()
    for _ in range(2):
        await fetching.talk.conversation.handing_over.settle()
    (report,) = fetching.leg.reports
    assert (report.answered, report.end_cause) == (True, EndCause.AGENT_HANGUP)


async def comes_back(fetching: Fetching, why: str) -> None:
    await fetching.ended()
    await fetching.talk.session.until_said(NOBODY)
    assert (fetching.line.did[-1], fetching.client.ends) == ("part", [("leg-1", why)])
    assert fetching.may_reply()
    assert not fetching.talk.conversation.over.done()


async def test_when_nobody_answers_the_agent_comes_back(fetching: Fetching) -> None:
    await fetching.begin()
    fetching.line.leg.rings()
    fetching.line.leg.leaves("USER_UNAVAILABLE")
    await comes_back(fetching, "nobody")


async def test_when_the_gate_lets_nobody_be_called_the_agent_comes_back(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "LOOK_S", 0.0)
    fetching.leg.is_over = True
    await fetching.begin()
    await comes_back(fetching, "not_called")


async def test_when_the_human_declines_the_agent_comes_back(fetching: Fetching) -> None:
    await fetching.begin()
    fetching.line.leg.answers()
    await fetching.line.until(ABOUT)
    fetching.line.replied.set_result(False)
    await comes_back(fetching, "declined")
    assert "join" not in fetching.line.did


async def test_whoever_says_neither_yes_nor_no_is_asked_twice_and_not_connected(
    fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "ANSWER_S", 0.01)
    await fetching.begin()
    fetching.line.leg.answers()
    await comes_back(fetching, "nobody")
    assert fetching.line.did == ["hold", ABOUT, CHOICE, CHOICE, "part"]


@pytest.mark.parametrize("what", ["hold", "join"])
async def test_when_the_room_fails_the_agent_comes_back(fetching: Fetching, what: str) -> None:
    fetching.line.breaks_at = what
    assert await fetching.talk.conversation.handing_over.to("Ada", "a refund") is None
    if what == "join":
        await fetching.line.until("hold")
        fetching.line.leg.answers()
        fetching.line.replied.set_result(True)
    await comes_back(fetching, "failed")


async def test_nobody_is_fetched_twice_at_a_time(fetching: Fetching) -> None:
    await fetching.begin()
    assert "already" in str(await fetching.talk.conversation.handing_over.to("Ada", "a refund"))
    assert len(fetching.client.transfers) == 1


async def test_whoever_waits_can_still_opt_out(fetching: Fetching) -> None:
    await fetching.begin()
    fetching.talk.session.hears("Stop calling me.")
    assert await fetching.talk.end() is EndCause.OPT_OUT
    assert fetching.client.opt_outs == ["Stop calling me."]


async def test_an_opt_out_said_to_the_human_is_kept_and_interrupts_nobody(fetching: Fetching) -> None:
    await fetching.begin()
    await fetching.taken()
    before = list(fetching.talk.session.said)
    fetching.talk.session.hears("Stop calling me.")
    assert await fetching.talk.conversation.opt_out("Stop calling me.")
    assert fetching.client.opt_outs == ["Stop calling me."]
    assert (fetching.talk.session.said, fetching.talk.conversation.over.done()) == (before, False)


async def test_while_somebody_else_has_the_callee_put_through_the_agent_is_silent_and_comes_back_when_it_fails(fetching: Fetching) -> None:
    talk = fetching.talk
    fetching.client.is_transferring = True
    talk.log.note(EventKind.HEARTBEAT)
    await talk.log.sent()
    assert not fetching.may_reply()
    assert NOBODY not in talk.session.said
    fetching.client.is_transferring = False
    talk.log.note(EventKind.HEARTBEAT)
    await talk.session.until_said(NOBODY)
    assert fetching.may_reply()
