"""Which greetings there are: templates × voices × lines, drawn with a fixed seed. Nothing here makes a sound.

Whole templates and whole voices are held out: what the decision was made on (`development.yaml`, DEVELOPMENT_VOICES) and what it is
judged by (`held_out.yaml`, HELD_OUT_VOICES) share neither.
"""

import enum
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sip_config.contract import AnsweredBy

FOLDER = Path(__file__).parent
DEVELOPMENT_VOICES = ("m1", "m3", "m7", "f1", "f2", "f5")
HELD_OUT_VOICES = ("m4", "m6", "m8", "f3", "f4", "steph", "Annie", "grandpa", "linda")
"""Variants that every language of eSpeak NG has."""

ACCENTS = {
    "en": ("en-us", "en-gb", "en-gb-scotland"),
    "es": ("es", "es-419"),
    "fr": ("fr",),
    "de": ("de",),
    "pt": ("pt", "pt-br"),
    "hi": ("hi",),
}
NAMES = {
    "hi": ("राहुल", "प्रिया", "अमित"),
    "": ("Sam Miller", "Maria Lopez", "Jordan Reed", "Ana Costa", "Lukas Brandt", "Camille Roux"),
}
COMPANIES = {"hi": ("सूर्या बैंक",), "": ("Acme Dental", "Northwind", "Blue River Clinic", "Harbor Motors")}
NUMBERS = {"": ("2 0 2, 5 5 5, 0 1 4 7", "4 1 5, 5 5 5, 0 1 9 9")}


class Part(enum.StrEnum):
    DEVELOPMENT = "development"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class LineType:
    """What the network and the room do to a voice. Levels in dB; `loss` is the share of 20 ms packets that are lost."""

    name: str
    codec: str = "wide"
    loss: float = 0.0
    noise: str = "quiet"
    snr_db: float = 40.0
    gain_db: float = 0.0


LINES = (
    LineType("wide"),
    LineType("g711", "ulaw"),
    LineType("g711-quiet-voice", "ulaw", gain_db=-12),
    LineType("g711-loss", "ulaw", loss=0.03, noise="hiss", snr_db=25),
    LineType("g711-street", "ulaw", noise="street", snr_db=15),
    LineType("alaw-babble", "alaw", noise="babble", snr_db=15),
    LineType("ulaw-hum-loss", "ulaw", loss=0.08, noise="hum", snr_db=20),
    LineType("ulaw-noisy", "ulaw", noise="hiss", snr_db=10),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Beep:
    hertz: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A signal of the network or of a machine, by name (`sound.TONES`)."""

    name: str


Piece = Sentence | Pause | Beep | Tone


@dataclass(frozen=True, slots=True)
class Greeting:
    """One labelled greeting. `before_s` is the silence between the answer and its first sound."""

    id: str
    part: Part
    template: str
    by: AnsweredBy
    language: str
    voice: str
    speed: float
    line: LineType
    before_s: float
    pieces: tuple[Piece, ...] = field(default_factory=tuple)

    @property
    def transcript(self) -> str:
        """The reference transcript."""
        return " ".join(piece.text for piece in self.pieces if isinstance(piece, Sentence))

    def chance(self, purpose: str) -> random.Random:
        """Random numbers that are the same every time, other ones for each `purpose`."""
        digest = hashlib.sha256(f"{self.id}|{purpose}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 (repeatable, not secret)


def corpus(part: Part) -> list[Greeting]:
    """All greetings of one part, always in the same order."""
    return [greeting for template in _templates(part) for greeting in _rendered(part, *template)]


def _templates(part: Part) -> Iterator[tuple[str, str, AnsweredBy, list[Any]]]:
    """Id, language, label and pieces of each template."""
    raw = yaml.safe_load((FOLDER / f"{part.value}.yaml").read_text(encoding="utf-8"))
    for language, kinds in raw.items():
        for kind, templates in kinds.items():
            for number, pieces in enumerate(templates, 1):
                yield f"{language or 'any'}-{kind}-{number}", language, AnsweredBy(kind), pieces


REPEATS = {Part.DEVELOPMENT: (5, 2), Part.HELD_OUT: (9, 3)}
"""Greetings per template: of people, and of everything else. People count most, for they must not be taken for machines."""


def _rendered(part: Part, template: str, language: str, by: AnsweredBy, pieces: list[Any]) -> Iterator[Greeting]:
    voices = DEVELOPMENT_VOICES if part is Part.DEVELOPMENT else HELD_OUT_VOICES
    for number in range(REPEATS[part][0 if by is AnsweredBy.HUMAN else 1]):
        id_ = f"{part.value}/{template}/{number}"
        chance = random.Random(id_)  # noqa: S311 (repeatable, not secret)
        accent = chance.choice(ACCENTS[language]) if language else ""
        yield Greeting(
            id=id_,
            part=part,
            template=template,
            by=by,
            language=language,
            voice=f"{accent}+{chance.choice(voices)}" if accent else "",
            speed=round(chance.uniform(0.85, 1.2), 2),
            line=chance.choice(LINES),
            before_s=round(chance.uniform(0.1, 1.1), 2),
            pieces=tuple(_piece(raw, language, chance) for raw in pieces),
        )


def _piece(raw: Any, language: str, chance: random.Random) -> Piece:
    if isinstance(raw, int | float):
        return Pause(float(raw))
    if isinstance(raw, dict):
        return Beep(*raw["beep"]) if "beep" in raw else Tone(raw["tone"])
    values = {
        name: chance.choice(known.get(language, known[""]))
        for name, known in (("name", NAMES), ("company", COMPANIES), ("number", NUMBERS))
    }
    return Sentence(raw.format(**values))
