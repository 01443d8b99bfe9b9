"""Writes the corpus down: its reference transcripts, and its sound on demand.

python -m rehearsal.greetings                     rehearsal/greetings/reference.csv anew
python -m rehearsal.greetings --audio FOLDER      a WAV per greeting, some 300 MB
"""

import argparse
import csv
import io
from pathlib import Path

from rehearsal.greetings.corpus import FOLDER, Greeting, Part, corpus
from rehearsal.greetings.sound import RATE, render
from rehearsal.models.audio import write_wav
from rehearsal.models.espeak import Espeak

REFERENCE = FOLDER / "reference.csv"


def reference() -> str:
    """Every greeting with its label and its transcript, as CSV."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "answered_by", "language", "voice", "speed", "line", "before_s", "transcript"))
    for greeting in (greeting for part in Part for greeting in corpus(part)):
        rows.writerow(_row(greeting))
    return text.getvalue()


def _row(greeting: Greeting) -> tuple[object, ...]:
    made = (greeting.voice, greeting.speed, greeting.line.name, greeting.before_s)
    return (greeting.id, greeting.by.value, greeting.language, *made, greeting.transcript)


def _write_audio(folder: Path) -> None:
    voice = Espeak()
    for greeting in (greeting for part in Part for greeting in corpus(part)):
        path = folder / f"{greeting.id}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_wav(render(greeting, voice.speak).samples, RATE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, help="folder for the WAV files")
    arguments = parser.parse_args()
    if arguments.audio:
        _write_audio(arguments.audio)
    else:
        REFERENCE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
