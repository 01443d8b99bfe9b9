"""How well the agent tells who picked up, on the synthetic corpus of greetings: the figures of docs/who-answered.md.

    python -m benchmarks.who_answered [--part held_out|development] [--draws N] [--wrong]

Each greeting runs through the very code of a call, sound by 32 ms frames and words as a recogniser would bring them, three ways: with its
reference transcript, with one word in five wrong, and without any words.
"""

import argparse
import collections
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from agent_worker.answering.decision import MACHINES
from agent_worker.answering.ear import Ear, Sound
from agent_worker.listener import Hearing, Listener
from rehearsal.greetings.corpus import Greeting, Part, corpus
from rehearsal.greetings.mishearing import misheard
from rehearsal.greetings.sound import RATE, Heard, render
from rehearsal.models.espeak import Espeak
from sip_config.contract import AnsweredBy

FRAME = RATE * 32 // 1000
WAYS = {"reference transcript": 0.0, "20 % word errors": 0.2, "no transcript": None}
END_OF_SPEECH_S, RECOGNITION_S = 0.4, 0.35
"""Silence that ends an utterance in a call (pipeline.CONVERSATION_SILENCE_S), and what a recogniser then takes."""
CLASSES = tuple(by for by in AnsweredBy if by not in (AnsweredBy.UNCERTAIN, AnsweredBy.NONE))


@dataclass(frozen=True, slots=True)
class Result:
    greeting: Greeting
    by: AnsweredBy
    was_machine: bool
    """Whether the verdict was a machine's at any moment."""
    verdict_after_s: float
    """From the end of the greeting to the moment from which the verdict stood; 0 when it stood before."""
    seconds: float
    cpu_s: float


def utterances(heard: Heard) -> list[tuple[float, str]]:
    """When which words come out of the recogniser: sentences without a pause between them come together."""
    due: list[tuple[float, str]] = []
    gathered: list[str] = []
    for number, (_, ended, text) in enumerate(heard.said):
        gathered.append(text)
        following = heard.said[number + 1][0] if number + 1 < len(heard.said) else float("inf")
        if following - ended >= END_OF_SPEECH_S:
            due.append((ended + END_OF_SPEECH_S + RECOGNITION_S, " ".join(gathered)))
            gathered = []
    return due


class Recorded:
    """An ear's answers, kept, so that the same sound need not be listened to again for other words."""

    def __init__(self) -> None:
        self._ear, self._answers, self._next = Ear(), [], 0

    @property
    def sound(self) -> Sound:
        return self._answers[self._next - 1][1]

    def push(self, samples: np.ndarray, sample_rate: int) -> bool:
        if self._next == len(self._answers):
            self._answers.append((self._ear.push(samples, sample_rate), self._ear.sound))
        self._next += 1
        return self._answers[self._next - 1][0]

    def again(self) -> "Recorded":
        self._next = 0
        return self


def listen(greeting: Greeting, heard: Heard, words: Sequence[tuple[float, str]], ear: Hearing | None = None) -> Result:
    """Run one greeting through the listener."""
    listener, coming, stood_at, last = Listener(ear), list(words), 0.0, None
    was_machine, began = False, time.process_time()
    for start in range(0, len(heard.samples) - FRAME, FRAME):
        listener.sound(heard.samples[start : start + FRAME], RATE, start / RATE)
        now = (start + FRAME) / RATE
        while coming and coming[0][0] <= now:
            listener.text(coming.pop(0)[1], now)
        by = listener.verdict.by if listener.verdict else None
        was_machine = was_machine or by in MACHINES
        if by is not last:
            stood_at, last = now, by
    cpu_s = time.process_time() - began
    return Result(greeting, listener.conclude().by, was_machine, max(0.0, stood_at - heard.ended_s), len(heard.samples) / RATE, cpu_s)


def words_for(greeting: Greeting, heard: Heard, error_rate: float | None, draw: int = 0) -> list[tuple[float, str]]:
    """What a recogniser brings when; each `draw` gets other words wrong."""
    if error_rate is None:
        return []
    chance = greeting.chance(f"words {draw}" if draw else "words")
    return [(at, misheard(text, error_rate, greeting.language, chance) if error_rate else text) for at, text in utterances(heard)]


def score(greetings: Sequence[Greeting], ways: Iterable[str] = WAYS, draws: int = 1) -> dict[str, list[Result]]:
    """The results of all `greetings`, by the way they were heard; with wrong words `draws` times."""
    voice = Espeak()
    results: dict[str, list[Result]] = {way: [] for way in ways}
    for greeting in greetings:
        heard, ear = render(greeting, voice.speak), Recorded()
        for way, found in results.items():
            for draw in range(draws if WAYS[way] else 1):
                found.append(listen(greeting, heard, words_for(greeting, heard, WAYS[way], draw), ear.again()))
    return results


@dataclass(frozen=True, slots=True)
class Figures:
    """What is asked of the decision. Shares are from 0 to 1."""

    count: int
    people: int
    person_as_machine: float
    macro_f1: float
    person_verdict_p95_s: float
    cpu_share: float
    """Of one core, per call that is listened to."""

    @classmethod
    def of(cls, results: Sequence[Result]) -> "Figures":
        people = [result for result in results if result.greeting.by is AnsweredBy.HUMAN]
        taken = sum(result.was_machine or result.by in MACHINES for result in people)
        delays = sorted(result.verdict_after_s for result in people if result.by is AnsweredBy.HUMAN)
        return cls(
            count=len(results),
            people=len(people),
            person_as_machine=taken / max(1, len(people)),
            macro_f1=macro_f1([(result.greeting.by, result.by) for result in results]),
            person_verdict_p95_s=delays[min(len(delays) - 1, int(0.95 * len(delays)))] if delays else float("inf"),
            cpu_share=sum(result.cpu_s for result in results) / max(1e-9, sum(result.seconds for result in results)),
        )


def macro_f1(pairs: Sequence[tuple[AnsweredBy, AnsweredBy]]) -> float:
    """Mean over the true classes of the harmonic mean of precision and recall."""
    scores = []
    for by in {true for true, _ in pairs}:
        right = sum(true is by and told is by for true, told in pairs)
        scores.append(2 * right / (sum(true is by for true, _ in pairs) + sum(told is by for _, told in pairs)))
    return statistics.mean(scores)


def matrix(results: Sequence[Result]) -> str:
    """Markdown: a row for what it was, a column for what it was taken for."""
    counts = collections.Counter((result.greeting.by, result.by) for result in results)
    columns = [*CLASSES, AnsweredBy.UNCERTAIN]
    lines = ["| was \\ taken for | " + " | ".join(by.value for by in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for true in CLASSES:
        cells = [str(counts[true, told] or "·") for told in columns]
        lines.append(f"| **{true.value}** | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=Part, default=Part.DEVELOPMENT, choices=list(Part))
    parser.add_argument("--draws", type=int, default=1, help="how often words are got wrong; the matrix counts all of them")
    parser.add_argument("--wrong", action="store_true", help="show what was taken for something else")
    arguments = parser.parse_args()
    for way, results in score(corpus(arguments.part), draws=arguments.draws).items():
        print(f"\n## {way}\n{Figures.of(results)}\n{matrix(results)}")
        for result in results if arguments.wrong else ():
            if result.by is not result.greeting.by or (result.greeting.by is AnsweredBy.HUMAN and result.was_machine):
                greeting = result.greeting
                print(f"{greeting.id} {greeting.line.name} -> {result.by.value} {result.was_machine}: {greeting.transcript[:90]}")


if __name__ == "__main__":
    main()
