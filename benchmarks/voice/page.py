"""The section "Voice" of docs/benchmarks.md: a part for calls alone and one for calls together, each written by itself."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.voice.taken import Taken, at
from benchmarks.voice.together import (
    WANTED_BUSY,
    WANTED_FIRST_S,
    WANTED_P50_S,
    WANTED_P95_S,
    WANTED_SILENT_S,
    Together,
)

HEADING = "\n## Voice\n"
ABOUT = """
Written by `make bench-voice`: stand-in models at no delay, callees of the simulated carrier's own phone, who listen in the room; ours and a
minimal agent's calls (`benchmarks/minimal_agent.py`) in turns on the same server and models. A turn is a question of four to six words; its
wait is what the callee hears, from the last loud frame they sent to the first they got. Processor is that of the worker with all of its
processes; the models', the server's and the phones' is not in it.
"""
ALONE, TOGETHER = "One call at a time", "Several calls at once"
HOW_ALONE = """
{machine}.

{table}

{ours} and {minimal} turns, {lacking}. Processor counts from the answer to the hang-up.
"""
HOW_TOGETHER = """
{machine}. Calls of ours rise from two until the machine is more than {most:.0%} busy:

{tried}

With {calls} at once, ours and the minimal agent's:

{table}

{ours} and {minimal} turns, {lacking}; {first} and {silent} calls that began while the others talked. Processor and the machine's load count
while all talk and nothing starts. The machine does the callees' and the vendors' work too: beside ours the phones took {phones:.2f} core,
the stand-in models {models:.2f}, LiveKit's server {livekit:.2f}, all else {rest:.2f}. By processor time alone, {most:.0%} of these cores
would carry {alone:.0f} calls of our agent where all of that is elsewhere, and {minimal_alone:.0f} of the minimal one.
"""
WANTED_CPU = 0.75
_TABLE = "| measured | Callwright | minimal agent | ratio | wanted |\n|---|---|---|---|---|\n"


def alone(ours: Taken, minimal: Taken, seconds: float) -> str:
    rows = [
        *_answers(ours, minimal),
        _row("memory of the process that holds the call (PSS)", ours.memory_mb, minimal.memory_mb, "MB", "–"),
    ]
    numbers = {"ours": len(ours.waits_s), "minimal": len(minimal.waits_s), "lacking": _lacking(ours, minimal)}
    return HOW_ALONE.format(machine=_machine(seconds), table=_TABLE + "\n".join(rows), **numbers)


def together(found: Together, seconds: float) -> str:
    ours, minimal = found.ours, found.minimal
    rows = [
        _row("the whole machine busy", 100 * ours.busy, 100 * minimal.busy, "%", f"≤ {100 * WANTED_BUSY:.0f} %"),
        *_answers(ours, minimal),
        f"| first words after the callee's, p95 | {at(0.95, ours.first_s):.2f} s | – | – | ≤ {WANTED_FIRST_S} s |",
        f"| first words to a silent callee after they are due, p95 | {at(0.95, ours.silent_s):.2f} s | – | – | ≤ {WANTED_SILENT_S} s |",
        _row("memory per call (PSS of the processes that hold them)", ours.memory_mb, minimal.memory_mb, "MB", "–"),
    ]
    numbers = {"ours": len(ours.waits_s), "minimal": len(minimal.waits_s), "lacking": _lacking(ours, minimal)}
    begun = {"first": len(ours.first_s), "silent": len(ours.silent_s), "calls": found.calls, "tried": _tried(found), "most": WANTED_BUSY}
    phones, models, livekit = (ours.part(name) for name in ("phones", "models", "LiveKit"))
    rest = ours.part("machine") - found.calls * ours.cores - phones - models - livekit
    cores = WANTED_BUSY * (os.cpu_count() or 1)
    fits = {"alone": cores // ours.cores, "minimal_alone": cores // minimal.cores}
    parts = {"phones": phones, "models": models, "livekit": livekit, "rest": rest}
    return HOW_TOGETHER.format(machine=_machine(seconds), table=_TABLE + "\n".join(rows), **numbers, **begun, **parts, **fits)


def _tried(found: Together) -> str:
    lines = ["| at once | machine | processor of each | answers, p50, p95 | does not hold |", "|---|---|---|---|---|"]
    for calls, crowd in found.tried.items():
        answers = f"{crowd.wait_s(0.5):.2f} s, {crowd.wait_s(0.95):.2f} s"
        lines.append(f"| {calls} | {crowd.busy:.0%} | {crowd.cores:.2f} core | {answers} | {crowd.broken() or '–'} |")
    return "\n".join(lines)


def _answers(ours: Taken, minimal: Taken) -> list[str]:
    return [
        _row("callee's end of speech → agent's voice, p50", ours.wait_s(0.5), minimal.wait_s(0.5), "s", f"≤ {WANTED_P50_S} s"),
        _row("the same, p95", ours.wait_s(0.95), minimal.wait_s(0.95), "s", f"≤ {WANTED_P95_S} s"),
        _row("processor per talking call", ours.cores, minimal.cores, "core", f"≤ {WANTED_CPU} × minimal"),
    ]


def _row(what: str, ours: float, minimal: float, unit: str, wanted: str) -> str:
    return f"| {what} | {ours:.2f} {unit} | {minimal:.2f} {unit} | {ours / minimal if minimal else float('nan'):.2f} | {wanted} |"


def _lacking(ours: Taken, minimal: Taken) -> str:
    return f"{ours.unanswered} and {minimal.unanswered} without an answer before the callee spoke again"


def _machine(seconds: float) -> str:
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    day = datetime.now(UTC).strftime("%-d %B %Y")
    return f"{day}, {platform.machine()}, {os.cpu_count()} cores, load average {load} at the end; {seconds:.0f} s"


def put(text: str, name: str, part: str) -> str:
    """The page `text` with `part` under the heading `name` at the end of the section, or in the place of its former text."""
    before, _, section = text.partition(HEADING)
    _, *kept = section.split("\n### ")
    parts = dict(each.split("\n", 1) for each in kept) | {name: part}
    ordered = "".join(f"\n### {each}\n{parts[each].rstrip()}\n" for each in (ALONE, TOGETHER) if each in parts)
    return before.rstrip("\n") + "\n" + HEADING + ABOUT + ordered


def write(page: Path, name: str, part: str) -> None:
    page.write_text(put(page.read_text(encoding="utf-8"), name, part), encoding="utf-8")
