"""A callee waits for its turn, is patient, and hangs up in the end. The line is a second implementation on a scripted ear."""

import asyncio
from collections.abc import Callable

import pytest

from rehearsal.callee import play
from rehearsal.hearing import Hearing, Utterance
from rehearsal.scripts import Behaviour, read_script

FRAME_S = 0.02


class ClockedLine:
    """Time passes only when the callee waits: each pause moves the clock, the agent speaks at fixed times."""

    def __init__(self, agent: Callable[[float], bool]) -> None:
        self.time, self.answered_at = 100.0, 100.0
        self.heard: list[Utterance] = []
        self.hearing = Hearing(lambda: self.time, self.heard.append)
        self.done: list[tuple[str, float]] = []
        self._agent = agent
        self._clock = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.time += FRAME_S
            self.hearing.feed(self._agent(self.time - self.answered_at), self.time, FRAME_S)

    def now(self) -> float:
        return self.time

    async def pause(self, seconds: float) -> None:
        until = self.time + seconds
        while self.time < until:
            await asyncio.sleep(0)

    async def say(self, text: str) -> None:
        self.done.append((text, self._since_answer()))
        await self.pause(0.5)

    async def beep(self) -> None:
        self.done.append(("beep", self._since_answer()))

    async def press(self, digits: str) -> None:
        self.done.append((digits, self._since_answer()))

    def _since_answer(self) -> float:
        return round(self.time - self.answered_at, 1)

    async def stop(self) -> float:
        self._clock.cancel()
        await asyncio.gather(self._clock, return_exceptions=True)
        return self._since_answer()


def behaviour(steps: str, max_s: float = 60, answered_by: str = "human") -> Behaviour:
    text = f"""
name: x
about: x
enrollment: done
attempts:
  - answer: {{after_s: [1]}}
    max_s: {max_s}
    steps: {steps}
    expect: {{network_result: answered, answered_by: {answered_by}, outcome: success, end_cause: agent_hangup}}
"""
    return read_script(text, "x.yaml").behaviour(1)


async def played(steps: str, agent: Callable[[float], bool]) -> tuple[list[tuple[str, float]], float]:
    line = ClockedLine(agent)
    await play(behaviour(steps), line)
    return line.done, await line.stop()


async def test_a_callee_answers_after_the_agent_has_been_silent_for_a_moment() -> None:
    steps = "[{say: Hello, after: answer, delay_s: 0.3}, {say: Fine, after: agent_stops, delay_s: 0.2}, {hang_up: true}]"
    done, _ = await played(steps, lambda t: 1.0 < t < 3.0)
    assert done[0] == ("Hello", 0.3)
    assert done[1] == ("Fine", pytest.approx(3.0 + 0.7 + 0.2, abs=0.15))


async def test_a_short_pause_of_the_agent_is_not_its_end() -> None:
    steps = "[{say: Fine, after: agent_stops}, {hang_up: true}]"
    done, _ = await played(steps, lambda t: 1.0 < t < 2.0 or 2.5 < t < 3.0)
    assert done == [("Fine", pytest.approx(3.7, abs=0.15))]


async def test_a_click_is_not_speech() -> None:
    steps = "[{say: Fine, after: agent_stops}, {hang_up: true}]"
    done, _ = await played(steps, lambda t: 1.0 < t < 1.1 or 4.0 < t < 5.0)
    assert done == [("Fine", pytest.approx(5.7, abs=0.15))]


async def test_an_early_hang_up_counts_from_the_start_of_the_greeting() -> None:
    steps = "[{say: Hello, after: answer, delay_s: 0.3}, {hang_up: true, after: agent_speaks, delay_s: 1.0}]"
    _, ended = await played(steps, lambda t: 0.2 < t < 5.0)
    assert ended == pytest.approx(1.2, abs=0.1)


async def test_digits_beeps_and_waits_follow_each_other() -> None:
    done, ended = await played('[{beep: true, delay_s: 0.5}, {wait_s: 2}, {press: "1#"}, {hang_up: true}]', lambda t: False)
    assert done == [("beep", 0.5), ("1#", pytest.approx(2.5, abs=0.1))]
    assert ended == pytest.approx(2.5, abs=0.1)


async def test_a_callee_that_hears_nothing_goes_on_after_its_patience_and_hangs_up_at_its_limit() -> None:
    line = ClockedLine(lambda t: False)
    await play(behaviour("[{say: Anyone, after: agent_stops, patience_s: 0.05}]", max_s=0.2), line)
    await line.stop()
    assert [text for text, _ in line.done] == ["Anyone"]


def asks_whether_they_are_there(t: float) -> bool:
    """An opening, and a question long after."""
    return 1.0 < t < 3.0 or 13.0 < t < 14.0


async def test_who_is_asked_again_says_it_again() -> None:
    steps = "[{say: Hello, after: answer}, {say: Fine, after: agent_stops, delay_s: 0.2}, {hang_up: true, after: agent_stops}]"
    done, _ = await played(steps, lambda t: asks_whether_they_are_there(t) or 17.0 < t < 18.0)
    assert done[1:] == [("Fine", pytest.approx(3.9, abs=0.2)), ("Fine", pytest.approx(15.0, abs=0.2))]


async def said_within(seconds: float, agent: Callable[[float], bool], callee: Behaviour) -> list[str]:
    line = ClockedLine(agent)
    call = asyncio.create_task(play(callee, line))
    await line.pause(seconds)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await line.stop()
    return [text for text, _ in line.done]


async def test_who_is_asked_again_after_the_last_step_says_it_again_but_not_for_ever() -> None:
    assert await said_within(60, lambda t: t % 12 < 2, behaviour("[{say: Fine, after: agent_stops}]")) == ["Fine"] * 3


async def test_a_mailbox_says_nothing_twice() -> None:
    mailbox = behaviour("[{say: Leave a message, after: answer}]", answered_by="voicemail")
    assert await said_within(30, asks_whether_they_are_there, mailbox) == ["Leave a message"]
