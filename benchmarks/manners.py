"""How soon a callee hears the agent, how soon it pauses for them, and how soon it goes on after a sound that was none of its business.

`python -m benchmarks.manners` prints a table; `--calls` and `--silent` say how many calls of each kind. One call at a time, in real time:
nothing else may run beside it.
"""

import argparse
import asyncio
import dataclasses
import math
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.voice.ground import livekit
from rehearsal.scripts import After, Answer, Behaviour, Script, Step, load_scripts
from tests.integration.agent_worker.harness import LINE, Heard, Stage, stage

LONG_LINE = " ".join([LINE, "We would like to know which of our books you have enjoyed most in this year, and why that was so."] * 3)
SOUNDS_OF_A_CALL = 4
FIRST_S, NEXT_S = 5.0, 2.0
"""Into the agent's speech: the first after it has said who calls, which nothing interrupts."""
PATIENCE_S = 3.0
LONGEST_SOUND_S, SPEED = 0.6, 1.1
"""At this rate an "Mhm." takes 0.56 s: nearly as long as one may be."""
WANTED = {"first_spoke": 0.8, "first_silent": 0.2, "pause": 0.5, "goes_on": 1.0}


@dataclasses.dataclass
class Taken:
    """Seconds: from the moment that the first word was due, from the start of a sound to the agent's pause, from its end to where it goes
    on."""

    first_spoke: list[float] = dataclasses.field(default_factory=list)
    first_silent: list[float] = dataclasses.field(default_factory=list)
    pause: list[float] = dataclasses.field(default_factory=list)
    goes_on: list[float] = dataclasses.field(default_factory=list)
    unanswered: int = 0
    """Sounds for which the agent did not pause, or after which it did not go on before the next one."""
    longer: int = 0
    """Sounds that a busy machine has drawn out beyond what counts as one."""

    def listened(self, call: Heard) -> None:
        self.first_spoke.append(call.first_audio_after_due_s)
        starts = [words["started_at"] for words in call.callee]
        for place, sound in enumerate(call.callee[1 : 1 + SOUNDS_OF_A_CALL], start=1):
            began, ended = sound["started_at"], sound["ended_at"]
            until = starts[place + 1] if place + 1 < len(starts) else math.inf
            if ended - began > LONGEST_SOUND_S:
                self.longer += 1
                continue
            before = next((each for each in call.agent if each.started_at < began < each.ended_at), None)
            after = next((each for each in call.agent if began < each.started_at < until), None)
            if before is None or after is None:
                self.unanswered += 1
                continue
            self.pause.append(before.ended_at - began)
            self.goes_on.append(max(0.0, after.started_at - ended))

    def table(self) -> str:
        rows = [
            f"| {kind} | {len(taken)} | {_at(taken, 0.5)} | {_at(taken, 0.95)} | {most:g} s |"
            for kind, most in WANTED.items()
            if (taken := getattr(self, kind))
        ]
        return "\n".join(
            [
                "| measured | of | p50 | p95 | p95 wanted |",
                "|---|---|---|---|---|",
                *rows,
                f"{self.unanswered} without pause or going on, {self.longer} too long",
            ]
        )


def _at(taken: list[float], share: float) -> str:
    ordered = sorted(taken)
    return f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.2f} s"


def _script(*steps: Step) -> Script:
    polite = load_scripts().scripts["answers-and-talks"]
    behaviour = Behaviour(polite.behaviour(1).expect, answer=Answer((0.5,)), max_s=120.0, steps=steps)
    voice = dataclasses.replace(polite.voice, speed=SPEED)
    return dataclasses.replace(polite, name="listens", voice=voice, attempts=(behaviour,), numbers=())


def listening() -> Script:
    """Somebody who hums while the agent speaks, and hangs up."""
    hums = [
        step
        for place in range(SOUNDS_OF_A_CALL)
        for step in (
            Step(say="Mhm.", after=After.AGENT_SPEAKS, delay_s=NEXT_S if place else FIRST_S, patience_s=PATIENCE_S),
            # To a callee who has just hummed the agent still speaks, since before the sound: without this they would hum again at once.
            Step(after=After.AGENT_STOPS, patience_s=PATIENCE_S),
        )
    ]
    return _script(Step(say="Hello?", after=After.ANSWER, delay_s=0.3), *hums, Step(hang_up=True, after=After.PREVIOUS, delay_s=2.5))


def silent() -> Script:
    return _script(Step(hang_up=True, after=After.AGENT_SPEAKS, delay_s=1.0))


async def measure(calls: int, silences: int) -> Taken:
    taken = Taken()
    with TemporaryDirectory(prefix="callwright-bench-") as folder, livekit(Path(folder)) as service:
        async with stage(service, Path(folder), slots=1) as set_up:
            await set_up.speech.fill_script(listening())
            for _ in range(calls):
                taken.listened(await _one(set_up, listening()))
                print(f"{len(taken.first_spoke)} calls, goes on after {[round(each, 2) for each in taken.goes_on]}", flush=True)
            for _ in range(silences):
                taken.first_silent.append((await _one(set_up, silent())).first_audio_after_due_s)
    return taken


async def _one(set_up: Stage, script: Script) -> Heard:
    kept, heard = await set_up.call(script, opening_line=LONG_LINE)
    assert kept.report is not None
    return heard


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=25, help="in which somebody hums")
    parser.add_argument("--silent", type=int, default=25, help="in which nobody says a word")
    wanted = parser.parse_args()
    print(asyncio.run(measure(wanted.calls, wanted.silent)).table())


if __name__ == "__main__":
    main()
