"""What is done with machines, with a machine that a test speaks for and a clock that runs as fast as the loop."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from agent_worker import clock, reception
from agent_worker.call_log import CallLog
from agent_worker.disclosure import Opening
from agent_worker.reception import Reception
from agent_worker.screener import Screener
from sip_config.contract import AnsweredBy, CallOrder, CallPurpose, EndCause, MenuMode, MenuOrder
from tests.fakes.talk import Client

SPEAKING, SILENT = 0.0, 10.0


class Machine:
    """Implements `Talk`: somebody at the other end, who says what a test has them say."""

    def __init__(self, **order: Any) -> None:
        self.order = CallOrder("call", 1, "room", "callee", "+12025550101", CallPurpose.CAMPAIGN, "You are Ada.", "Hello.", **order)
        self.screener = Screener(CallLog(Client(), 1, "job"), clock.seconds, lambda by: None)  # type: ignore[arg-type]
        self.screener.begin(clock.seconds())
        self.done: list[str] = []
        self.quiet_s = SPEAKING

    def says(self, text: str) -> None:
        self.screener.text(text, after_opening=False)

    async def fall_silent(self) -> None: ...

    async def say_last(self, text: str) -> bool:
        self.done.append(text)
        return True

    async def press(self, key: str) -> None:
        self.done.append(key)
        self.quiet_s = SPEAKING

    async def greet(self) -> None:
        self.done.append("greeted")

    def callee_quiet_s(self) -> float:
        return self.quiet_s

    def told(self, opening: Opening) -> None: ...

    def hang_up(self, cause: EndCause) -> None:
        self.done.append(cause)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "LOOK_S", 0.0)


async def turns_of_the_loop(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def meeting(machine: Machine, by: AnsweredBy) -> asyncio.Task[None]:
    task = asyncio.create_task(Reception(machine).meet(by))
    await turns_of_the_loop()
    return task


async def ended(task: Awaitable[None]) -> None:
    async with asyncio.timeout(30):
        await task


async def test_a_menu_is_heard_out_while_it_speaks_and_the_event_loop_goes_on_meanwhile():
    machine = Machine(menu=MenuOrder(MenuMode.NAVIGATE, "make an appointment"))
    machine.says("Welcome. For opening hours, press one.")
    task = await meeting(machine, AnsweredBy.IVR)
    assert machine.done == []
    machine.says("For appointments, press two.")
    await turns_of_the_loop()
    assert machine.done == []
    machine.quiet_s = SILENT
    await turns_of_the_loop()
    assert machine.done == ["2"]
    machine.says("Hello?")
    machine.screener.speech(clock.seconds(), clock.seconds() + 0.4)
    machine.quiet_s = SILENT
    await ended(task)
    assert machine.done == ["2", "greeted"]


@pytest.mark.parametrize("by", [AnsweredBy.IVR, AnsweredBy.FAX, AnsweredBy.VOICEMAIL, AnsweredBy.MAILBOX_UNAVAILABLE])
async def test_what_nobody_wants_to_talk_to_is_hung_up_on(by: AnsweredBy):
    machine = Machine()
    await ended(await meeting(machine, by))
    assert machine.done == [EndCause.AGENT_HANGUP]


async def test_a_screener_is_told_who_calls_once_it_listens():
    machine = Machine(assistant_name="Ada", calls_for="the library")
    machine.says("Please record your name and your reason for calling.")
    task = await meeting(machine, AnsweredBy.CALL_SCREEN)
    assert machine.done == []
    machine.quiet_s = SILENT
    await turns_of_the_loop()
    (introduced,) = machine.done
    assert "the library" in introduced
    assert introduced.endswith("Hello.")
    task.cancel()


async def test_a_menu_without_the_goal_is_left_when_patience_is_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reception, "PATIENCE_S", 0.0)
    machine = Machine(menu=MenuOrder(MenuMode.NAVIGATE, "make an appointment"))
    machine.says("For opening hours, press one.")
    await ended(await meeting(machine, AnsweredBy.IVR))
    assert machine.done == [EndCause.AGENT_HANGUP]
