"""The carrier's ledger: every dial and what was heard, as JSON lines that several processes append to and tests read.

Each record is one `write` on a file opened with O_APPEND, so that lines of different processes never mix.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rehearsal import clock

SILENT_DUE_S = 1.5
"""An agent owes the first word this long after the answer when the callee says nothing (issue 3, first agent audio)."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallLabel:
    """What every record of one call says about it. `number` is the callee's, or the caller's for an inbound call."""

    sip_call_id: str
    call_id: str
    number: str
    attempt: int
    script: str
    room: str


class Ledger:
    """Appends records; the file is made when missing."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)

    def write(self, event: str, call: CallLabel, **facts: Any) -> None:
        record = {"at": facts.pop("at", None) or clock.now(), "event": event, **asdict(call), **facts}
        os.write(self._file, (json.dumps(record, separators=(",", ":")) + "\n").encode())

    def close(self) -> None:
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class FirstAudio:
    """First agent audio of one answered call. `spoke`: the callee said something first. Times are Unix seconds.

    `audio_at` and `delay_s` are None when the agent was never heard; `delay_s` is 0 when it spoke before it was due.
    """

    call_id: str
    script: str
    spoke: bool
    due_at: float
    audio_at: float | None
    delay_s: float | None


def read(path: Path) -> list[Record]:
    """All records of a ledger; a line that is still being written at the end is left out."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def first_audio(records: Iterable[Record]) -> list[FirstAudio]:
    """One entry per answered call, in the order of the answers."""
    return sorted(_first_audio(records), key=lambda entry: entry.due_at)


def _first_audio(records: Iterable[Record]) -> Iterator[FirstAudio]:
    by_call = sorted(records, key=lambda record: record["sip_call_id"])
    for _, group in groupby(by_call, key=lambda record: record["sip_call_id"]):
        call = list(group)
        answered = next((record for record in call if record["event"] == "answered"), None)
        if answered:
            yield _of_call(answered, _earliest(call, "callee_spoke"), _earliest(call, "agent_audio"))


def _earliest(call: list[Record], event: str) -> Record | None:
    return min((record for record in call if record["event"] == event), key=lambda record: record["started_at"], default=None)


def _of_call(answered: Record, words: Record | None, audio: Record | None) -> FirstAudio:
    silent_due = answered["at"] + SILENT_DUE_S
    # Words that began after a silent callee's agent was due change nothing: the agent should have spoken before them.
    spoke = words is not None and words["started_at"] <= silent_due
    due_at = words["ended_at"] if words is not None and spoke else silent_due
    audio_at = audio["started_at"] if audio else None
    delay_s = None if audio_at is None else max(0.0, audio_at - due_at)
    return FirstAudio(answered["call_id"], answered["script"], spoke, due_at, audio_at, delay_s)
