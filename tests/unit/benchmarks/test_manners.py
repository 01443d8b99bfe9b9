"""The callee of `benchmarks.manners` hums while the agent speaks, once for each time that it is to pause and to go on."""

import math

import pytest

from benchmarks.manners import SOUNDS_OF_A_CALL, Taken, listening
from rehearsal.callee import play
from rehearsal.hearing import Utterance
from tests.integration.agent_worker.harness import Heard
from tests.unit.rehearsal.test_callee import ClockedLine

HUM_S, PAUSES_AFTER_S, GOES_ON_AFTER_S = 0.58, 0.4, 0.95


class WellMannered(ClockedLine):
    """A line whose agent pauses a moment into each of the callee's sounds, and goes on a moment after it."""

    def __init__(self) -> None:
        self.said: list[dict[str, float]] = []
        super().__init__(self._speaks)

    def _speaks(self, since_answer: float) -> bool:
        at = self.answered_at + since_answer
        return not any(each["started_at"] + PAUSES_AFTER_S < at < each["ended_at"] + GOES_ON_AFTER_S for each in self.said)

    async def say(self, text: str) -> None:
        sound = {"started_at": self.time, "ended_at": math.inf}
        self.said.append(sound)
        await self.pause(HUM_S)
        sound["ended_at"] = self.time


async def test_each_hum_is_heard_out_before_the_next_and_all_of_them_count() -> None:
    line, taken = WellMannered(), Taken()
    await play(listening().behaviour(1), line)
    await line.stop()
    line.hearing.flush()
    taken.listened(Heard(line.answered_at, line.heard, line.said, None))
    assert (taken.unanswered, taken.longer) == (0, 0)
    assert taken.pause == [pytest.approx(PAUSES_AFTER_S, abs=0.05)] * SOUNDS_OF_A_CALL
    assert taken.goes_on == [pytest.approx(GOES_ON_AFTER_S, abs=0.05)] * SOUNDS_OF_A_CALL


def test_a_sound_that_another_follows_before_the_agent_goes_on_says_nothing_of_how_soon_it_does() -> None:
    said, taken = [{"started_at": at, "ended_at": at + HUM_S} for at in (1.0, 10.0, 10.7)], Taken()
    taken.listened(Heard(0.0, [Utterance(2.0, 10.4), Utterance(14.0, 20.0)], said, None))
    assert (taken.unanswered, taken.goes_on) == (2, [])
