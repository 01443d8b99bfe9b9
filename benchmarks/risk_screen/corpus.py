"""Sentences that are grave, and sentences that only sound like it, made from templates. Repeatable.

Two files of templates that share none: `development.yaml`, which the phrases of the screen were written with, and `held_out.yaml`,
which was written before them and is only scored on.
"""

import enum
import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

_CHOICE = re.compile(r"\{([^{}]+\|[^{}]*)\}")


class Part(enum.StrEnum):
    DEVELOPMENT = "development"
    HELD_OUT = "held_out"


class Truth(enum.StrEnum):
    """What a sentence is: what must be raised for it."""

    CRISIS = "crisis"
    CONCERN = "concern"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True)
class Sentence:
    language: str
    truth: Truth
    kind: str
    """Of a crisis: self_harm, medical, violence, abuse; else empty."""
    template: str
    text: str

    def chance(self) -> random.Random:
        """For what happens to it on the way: the same in every run."""
        return random.Random(f"{self.language}/{self.text}")


def corpus(part: Part) -> list[Sentence]:
    """Every template with each of its choices in each frame."""
    given = yaml.safe_load(Path(__file__).with_name(f"{part.value}.yaml").read_text(encoding="utf-8"))
    return [sentence for language, told in given.items() for sentence in _of_language(language, told)]


def templates(part: Part) -> set[str]:
    return {sentence.template for sentence in corpus(part)}


def _of_language(language: str, told: dict) -> Iterator[Sentence]:
    for kind, lines in told["crisis"].items():
        yield from _framed(language, Truth.CRISIS, kind, lines, told["frames"])
    yield from _framed(language, Truth.CONCERN, "", told["concern"], told["frames"])
    yield from _framed(language, Truth.HARMLESS, "", told["harmless"], told["harmless_frames"])


def _framed(language: str, truth: Truth, kind: str, lines: list[str], frames: list[str]) -> Iterator[Sentence]:
    for line in lines:
        for filled, frame in itertools.product(_filled(line), frames):
            yield Sentence(language, truth, kind, line, frame.replace("{}", filled))


def _filled(line: str) -> list[str]:
    choice = _CHOICE.search(line)
    if choice is None:
        return [line]
    return [each for option in choice[1].split("|") for each in _filled(line[: choice.start()] + option + line[choice.end() :])]
