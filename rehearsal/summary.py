"""`python -m rehearsal.summary LEDGER`: what the carrier saw, and what the callee scripts declare, as one JSON object.

For the demonstration and for tests, which live in processes that never import this package.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rehearsal.ledger import FirstAudio, Record, first_audio, read
from rehearsal.scripts import PACKAGED, Behaviour, ScriptBook, load_scripts
from sip_config.contract import AnsweredBy

# Who a person is to an agent: voicemail and announcements are greeted by nobody in a hurry.
_PEOPLE = (AnsweredBy.HUMAN, AnsweredBy.SILENCE)
# Seconds from due to audio at the 95th percentile (issue 3, first agent audio).
LIMIT_SPOKE_S, LIMIT_SILENT_S = 1.0, 0.3


def summary(records: list[Record], book: ScriptBook) -> dict[str, Any]:
    """Dials, first-audio figures over calls that a person answered, and every number's script with its expectations."""
    answered_by_people = [entry for entry in first_audio(records) if _by_person(entry, records, book)]
    return {
        "dials": sum(record["event"] == "dialed" for record in records),
        "first_audio": {
            "spoke": figures([entry for entry in answered_by_people if entry.spoke], LIMIT_SPOKE_S),
            "silent": figures([entry for entry in answered_by_people if not entry.spoke], LIMIT_SILENT_S),
        },
        "callees": {number: _declared(book, number) for script in book.scripts.values() for number in script.numbers},
    }


def figures(entries: Sequence[FirstAudio], limit_s: float) -> dict[str, Any]:
    """Percentiles in seconds by nearest rank; `unheard` calls have no delay and break the limit."""
    delays = sorted(entry.delay_s for entry in entries if entry.delay_s is not None)
    p95 = percentile(delays, 95)
    unheard = len(entries) - len(delays)
    return {
        "calls": len(entries),
        "unheard": unheard,
        "p50_s": percentile(delays, 50),
        "p95_s": p95,
        "worst_s": delays[-1] if delays else None,
        "limit_s": limit_s,
        "is_within": unheard == 0 and (p95 is None or p95 <= limit_s),
    }


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Nearest-rank percentile of ascending values; None of none."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def _by_person(entry: FirstAudio, records: list[Record], book: ScriptBook) -> bool:
    attempt = next(record["attempt"] for record in records if record["call_id"] == entry.call_id)
    script = book.scripts.get(entry.script)
    return script is not None and script.behaviour(attempt).expect.answered_by in _PEOPLE


def _declared(book: ScriptBook, number: str) -> dict[str, Any]:
    script = book.choose(number)
    return {
        "script": script.name,
        "about": script.about,
        "enrollment": script.enrollment,
        "attempts": [_expected(behaviour) for behaviour in script.attempts],
    }


def _expected(behaviour: Behaviour) -> dict[str, Any]:
    return asdict(behaviour.expect)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.summary", description=__doc__)
    parser.add_argument("ledger", type=Path, help="the ledger of a carrier; a missing file counts as empty")
    parser.add_argument("--scripts", type=Path, default=PACKAGED, help="folder of callee scripts")
    options = parser.parse_args(arguments)
    json.dump(summary(read(options.ledger), load_scripts(options.scripts)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
