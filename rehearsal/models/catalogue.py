"""What the recogniser knows: everything that callee scripts say, in the voice that says it."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from rehearsal.scripts import PACKAGED, Script, load_scripts, read_script

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_LONGEST_RUN = 6  # sentences; a text of more is known by its runs of up to six


class CatalogueError(ValueError):
    """A catalogue that cannot be read; the text names the file."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """`voice` is an eSpeak or OpenAI name; `language` a code that transcripts report ("" takes it from the voice)."""

    text: str
    voice: str = "en-us"
    speed: float = 1.0
    language: str = ""

    @property
    def spoken_language(self) -> str:
        return self.language or re.split(r"[-+]", self.voice)[0]


def load_catalogue(path: Path | None = None) -> list[Utterance]:
    """The utterances of a folder of callee scripts (the packaged ones without `path`), of one script, or of a YAML list of
    `{text, voice, speed, language}`. Raises `CatalogueError`, or `rehearsal.scripts.ScriptError` for a broken script."""
    if path is None or path.is_dir():
        return [u for script in load_scripts(path or PACKAGED).scripts.values() for u in of_script(script)]
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
        return [Utterance(**item) for item in raw] if isinstance(raw, list) else of_script(read_script(text, path.name))
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def of_script(script: Script) -> list[Utterance]:
    return [Utterance(text, script.voice.name, script.voice.speed, script.language) for text in script.texts()]


def with_parts(text: str) -> list[str]:
    """`text` and every run of consecutive sentences in it: a pause in the middle may split it into two recordings."""
    sentences = _SENTENCE_END.split(text.strip())
    runs = itertools.combinations(range(len(sentences) + 1), 2)
    parts = [" ".join(sentences[first:end]) for first, end in runs if end - first <= _LONGEST_RUN]
    return list(dict.fromkeys([text.strip(), *parts]))
