"""Who is put through to a human waits with music while that human is told, and is the agent's again when nobody takes the call."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent_worker import clock, handing_over, staying
from agent_worker.care.words import first_words
from agent_worker.control_plane_client import Superseded, Unreachable
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
        self.takes_reports = asyncio.Event()
        self.takes_reports.set()
        self.was_reported_to = asyncio.Event()
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
        self.was_reported_to.set()
        await self.takes_reports.wait()
        self.reports.append(report)


class WarmClient(Client):
    """The control plane of the call, which has somebody to be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.transfers: list[tuple[str, bool]] = []
        self.ends: list[tuple[str, str]] = []
        self.has_ended = asyncio.Event()
        self.lost_answers = 0
        """How many of the next ends are heard without an answer."""
        self.answers_ends = asyncio.Event()
        self.answers_ends.set()

    async def transfer(self, destination: str, *, can_brief: bool) -> dict[str, Any]:
        self.transfers.append((destination, can_brief))
        return {"is_done": False, "why": "", "leg": LEG}

    async def end_transfer(self, leg: str, why: str) -> None:
        self.ends.append((leg, why))
        self.has_ended.set()
        await self.answers_ends.wait()
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unreachable("ReadTimeout")


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
        self.line.reply.key("1")
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


@pytest.mark.parametrize(("late", "connects"), [("Yes?", True), ("No.", False)])
async def test_words_at_the_pick_up_are_no_reply_and_those_after_the_choice_are(fetching: Fetching, late: str, connects: bool) -> None:
    await fetching.begin()
    fetching.line.leg.answers()
    picked_up_at = clock.seconds()
    fetching.line.reply.heard("Yes?", picked_up_at)
    await fetching.line.until(CHOICE)
    assert fetching.line.did == ["hold", ABOUT, CHOICE]
    # A transcript that was long in the making.
    fetching.line.reply.heard("No.", picked_up_at)
    fetching.line.reply.heard("Hello, you have reached the mailbox of Ada, yes?", clock.seconds())
    assert not fetching.line.reply.given.done()
    fetching.line.reply.heard(late, clock.seconds())
    await fetching.ended()
    assert fetching.line.did[-1] == ("join" if connects else "part")


async def test_a_key_counts_from_the_answer_on(fetching: Fetching) -> None:
    await fetching.begin()
    fetching.line.leg.rings()
    fetching.line.reply.key("1")
    assert not fetching.line.reply.given.done()
    fetching.line.leg.answers()
    fetching.line.reply.key("5")
    fetching.line.reply.key("1")
    await fetching.ended()
    assert (CHOICE in fetching.line.did, fetching.line.did[-1]) == (False, "join")


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


async def test_a_report_that_is_under_way_when_the_call_ends_is_given_all_the_same(fetching: Fetching) -> None:
    fetching.leg.takes_reports.clear()
    await fetching.begin()
    fetching.line.leg.leaves("USER_UNAVAILABLE")
    async with asyncio.timeout(PATIENCE_S):
        await fetching.leg.was_reported_to.wait()
    await fetching.talk.conversation.aclose()
    fetching.leg.takes_reports.set()
    await fetching.talk.conversation.handing_over.settle()
    assert len(fetching.leg.reports) == 1


async def test_the_end_is_told_until_it_is_heard_also_behind_the_end_of_the_call(fetching: Fetching) -> None:
    fetching.client.lost_answers = 2
    await fetching.begin()
    await fetching.taken()
    await fetching.talk.conversation.aclose()
    await fetching.talk.conversation.handing_over.settle()
    assert fetching.client.ends == [("leg-1", "")] * 3


async def test_nobody_else_is_fetched_before_the_last_end_is_known(fetching: Fetching) -> None:
    fetching.client.answers_ends.clear()
    await fetching.begin()
    fetching.line.leg.leaves("USER_UNAVAILABLE")
    await comes_back(fetching, "nobody")
    fetching.line.did.clear()
    again = asyncio.create_task(fetching.talk.conversation.handing_over.to("Ada", "a refund"))
    for _ in range(5):
        await asyncio.sleep(0)
    # The ledger has not heard of the end: it would refuse another.
    assert (len(fetching.client.transfers), fetching.may_reply()) == (1, False)
    fetching.client.answers_ends.set()
    assert await again is None
    assert len(fetching.client.transfers) == 2


async def test_an_own_try_whose_end_is_not_heard_yet_is_taken_for_nobody_elses(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "STALE_S", -1.0)
    fetching.client.answers_ends.clear()
    await fetching.begin()
    fetching.line.leg.leaves("USER_UNAVAILABLE")
    await comes_back(fetching, "nobody")
    fetching.talk.conversation.handing_over.told(True)
    assert fetching.may_reply()
    fetching.client.answers_ends.set()
    await fetching.talk.conversation.handing_over.settle()
    fetching.talk.conversation.handing_over.told(True)
    assert not fetching.may_reply()


async def test_while_the_two_talk_the_agent_says_nothing_of_its_own(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staying, "TICK_S", 0.0)
    fetching.client.answers_ends.clear()
    await fetching.begin()
    await fetching.taken()
    talk, before = fetching.talk, list(fetching.talk.session.said)
    assert talk.session.interruptions == 1
    talk.session.hears("I don't want to live any more.")
    assert [event.data["kind"] for event in talk.log.events if event.kind is EventKind.RISK_FLAGGED] == ["self_harm"]
    talk.conversation.quiet_since = 1.0
    watching = asyncio.create_task(staying.watch_silence(talk.conversation))
    async with asyncio.timeout(PATIENCE_S):
        while talk.conversation.quiet_since == 1.0:
            await asyncio.sleep(0)
    watching.cancel()
    assert (talk.session.said, fetching.may_reply(), talk.conversation.over.done()) == (before, False, False)
    fetching.client.answers_ends.set()


async def test_danger_that_shows_on_hold_is_answered_over_the_music(fetching: Fetching) -> None:
    await fetching.begin()
    fetching.talk.session.hears("I don't want to live any more.")
    await fetching.talk.session.until_said(first_words("en", "", "self_harm"))


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
    fetching.line.reply.key("2")
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
        fetching.line.reply.key("1")
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


async def test_who_is_told_no_more_of_somebody_elses_try_is_there_again(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    fetching.talk.conversation.handing_over.told(True)
    assert not fetching.may_reply()
    monkeypatch.setattr(handing_over, "WORD_S", -1.0)
    assert fetching.may_reply()
