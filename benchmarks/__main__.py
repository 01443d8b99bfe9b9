"""Runs all benchmarks, prints their ratios and writes docs/benchmarks.md."""

import argparse
import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks import analytics, claims, http, imports, knowledge, pacing, preview, schedules, slot_refill, webhooks
from benchmarks.voice.page import HEADING as VOICE

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_STAT = Path("/proc/stat")
HOW = """\
# Benchmarks

Written by `make bench`: loopback only, an embedded PostgreSQL with its full durability, no phone rings. Absolute numbers belong to the
machine that took them; the ratios compare with a baseline of the same run.

**Taken** on {machine}, {cores} cores, of whose time the host gave {stolen} to others, load average {load} at the end (other work on the
machine shows in every number), by {python} (one that was built without optimisation needs a fifth more of the processor); {seconds:.0f} s.

| measured | result | wanted |
|---|---|---|
{table}

## How
* **Claims.** A running campaign with {contacts:,} due contacts, loaded by COPY. A claiming transaction fills free slots, {slots} at
  most, and a tick makes as many transactions as it takes: all facts are gathered, the gate is asked for each call, verdicts and calls
  are written. Its time is that from its begin to its return after the commit; every call of it has waited that long. {measured} claims of
  {slots} calls and as many of {few}, after {warm} to warm up; between them the calls are ended, unmeasured. {earlier:,} calls have been
  made before, some weeks ago, to every tenth person.
* **Statements with verdicts given.** The same statements with the same parameters, recorded on the way to the driver, in one transaction
  per claim by the bare driver to the same tables as they were before; nothing is decided. Claims and baseline take turns ({turns} times
  each), so that other work on the machine meets both; the share is that of the medians.
* **Slot refill.** {slot_slots} slots, all busy; {burst} calls end 10 ms after each other, so that the second nudge meets a running tick.
  From the commit of the end to the commit of the claim, through Redis and an arq worker that polls every 20 ms.
* **Pacing.** Calls that are ready, placed by several processes, as many of them waiting at a time as the claim lets wait for a trunk;
  all callees are engaged, and every answer is written down and settled.
  Each process notes when the request for an INVITE leaves it; on livekit-server its SIP service, which has no telephones and says at once
  that the callee is engaged, notes when it arrives, in brackets. The most within any sliding second, and the share of the pace that was
  used between the first and the last. A call that this machine holds up for more than a second after its last gate is not sent but put
  back, and missing here.
* **Previews.** A campaign to real American numbers in nine area codes, one number each, a consent for 95 %, 2 % suppressed; nobody is
  called and nobody has been. *Bare SQL*: the same statements with the same parameters by the bare driver, nothing decided.
* **Imports.** From the stored file, with names, e-mail and three attributes, to contacts on the list, by an importer in its own process;
  then the rows that it made by a bare COPY into the same three tables with their indexes and foreign keys. Each begins with empty tables.
* **Schedules.** Weekly ones in four zones, loaded by COPY; from the begin of the tick to the commit of the last run, each schedule given
  its next time. Processor time is that of the worker and, after the plus, of all of PostgreSQL. Their calls are not made.
* **Webhooks.** From an outbox that is full to a receiver in the same process, four endpoints; signed, each result written. *Bare requests*:
  as many of the same size, as many at once, by the same client, without database and signature. The processor time is both sides' together.
* **Figures.** Calls of one workspace over 90 days of 12 hours, three campaigns at a time, 4 trunks, 200 numbers; a third answered, with two
  turns each. The latest hour is not counted yet. At the service, each endpoint without filter, for a campaign, a number, and for 30 days
  that begin and end within an hour, in turn.
* **Knowledge.** Made-up passages of 140 words, as often as words of a language are; each question has six words of one of them, every
  second one also the two most frequent of all. At the service, one question after the other.
* **HTTP.** One API process and one of the bare handler, each as `callwright api` serves it, at {calls:,} calls; {connections} connections
  that ask one request after the other; {rounds} rounds in turns, requests per second is their median, p99 is over all. Key, limits (counted
  in Redis) and audit are as ever; `GET /calls` begins anywhere; `POST /calls` asks the gate and writes call, verdict, audit and event.
"""


Rows = Iterable[str]
_Measured = TypeVar("_Measured")


def parts(contacts: int, rows: int) -> dict[str, Callable[[], Awaitable[Rows]]]:
    """What is measured, in this order, by the name that `--only` takes."""
    return {
        "claims": lambda: _claims(contacts),
        "refill": _refill,
        "pacing": _pacing,
        "preview": _preview,
        "imports": lambda: _section(imports.measure(rows, turns=1), imports.section),
        "schedules": lambda: _section(schedules.measure(), schedules.section),
        "webhooks": lambda: _section(webhooks.measure(), webhooks.section),
        "analytics": lambda: _section(analytics.measure(), analytics.section),
        "knowledge": lambda: _section(knowledge.measure(), knowledge.section),
        "http": lambda: _section(http.measure(), http.section),
    }


async def _claims(contacts: int) -> Rows:
    many, few = await claims.measure(contacts)
    return (
        f"| gated claims per second at {contacts:,} due contacts | {many.per_second:,.0f} | ≥ 500 |",
        f"| of the same statements with verdicts given ({many.bare_per_second:,.0f}/s, p95 {many.bare_p95_ms:.1f} ms) |"
        f" {many.ratio:.1%} | ≥ 70 % |",
        *(
            f"| one claiming transaction of {claimed.slots} calls: p50, p95, processor time of the claiming process, statements |"
            f" {claimed.p50_ms:.1f} ms, {claimed.p95_ms:.1f} ms, {claimed.cpu_ms:.1f} ms, {claimed.statements} | p95 ≤ 20 ms |"
            for claimed in (many, few)
        ),
    )


async def _refill() -> Rows:
    refilled = await slot_refill.measure()
    spans = f"{refilled.p50_ms:.0f} ms, {refilled.p95_ms:.0f} ms, {refilled.most_ms:.0f} ms"
    return (f"| slot refill, p50, p95, longest | {spans} | p95 ≤ 150 ms |",)


async def _pacing() -> Rows:
    paces = [
        await pacing.measure_on_livekit(1, pacing.MEASURED_S, 2),
        await pacing.measure_on_livekit(5, pacing.MEASURED_S, 4),
        await pacing.measure(50, pacing.MEASURED_S, 4),
    ]
    return (
        f"| {p.wanted_per_second:g} calls per second on {p.network}, {p.workers} processes, {p.sent} of {p.calls} sent:"
        f" most sent in a sliding second (arrived), pace used | {p.most_in_a_second} ({p.most_arrived_in_a_second}), {p.used:.1%} |"
        f" ≤ {p.wanted_per_second:g}, ≥ 97 % |"
        for p in paces
    )


async def _preview() -> Rows:
    newcomers, called_before = await preview.measure(), await preview.measure(called=True)
    return preview.section(newcomers), preview.section(called_before, ", each called up to three times within two days")


async def _section(measuring: Awaitable[_Measured], section: Callable[[_Measured], str]) -> Rows:
    return (section(await measuring),)


def _times() -> tuple[int, int]:
    """Ticks of all cores since the machine began, and those of them in which its host let others run; none where that is not told."""
    if not _STAT.exists():
        return 0, 0
    ticks = [int(each) for each in _STAT.read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks), ticks[7]


def _stolen(since: tuple[int, int]) -> str:
    ticks, stolen = (now - then for now, then in zip(_times(), since, strict=True))
    return f"{stolen / ticks:.1%}" if ticks else "an unknown part"


def _python() -> str:
    """The one that runs this, so that it can be told from another of its version."""
    return f"Python {platform.python_version()} ({platform.python_build()[1]}, {platform.python_compiler()})"


async def measured(contacts: int, rows: int, only: Sequence[str]) -> str:
    """The table's rows of the parts that are wanted, printed as they come, because all of them take long."""
    table = []
    for name, measure in parts(contacts, rows).items():
        if name in only:
            rows_made = list(await measure())
            print(*rows_made, sep="\n", flush=True)
            table += rows_made
    return "\n".join(table)


def page(table: str, contacts: int, seconds: float, stolen: str) -> str:
    machine = f"{platform.system()} {platform.machine()}"
    facts = {"machine": machine, "python": _python(), "cores": os.cpu_count(), "load": f"{os.getloadavg()[0]:.1f}", "stolen": stolen}
    sizes = {
        "contacts": contacts,
        "slots": claims.SLOTS,
        "few": claims.FEW_SLOTS,
        "measured": claims.MEASURED,
        "turns": claims.TURNS,
        "earlier": claims.EARLIER_CALLS,
    }
    burst = {"slot_slots": slot_refill.SLOTS, "burst": slot_refill.BURST, "warm": claims.WARM_UP}
    http_sizes = {"calls": http.CALLS, "connections": http.CONNECTIONS, "rounds": http.ROUNDS}
    return HOW.format(table=table, seconds=seconds, **facts, **sizes, **burst, **http_sizes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the file of contacts that is imported")
    parser.add_argument("--only", nargs="+", choices=parts(0, 0), help="measure and print these parts, and leave the page as it is")
    given = parser.parse_args()
    begun, ticks = time.perf_counter(), _times()
    table = asyncio.run(measured(given.contacts, given.rows, given.only or tuple(parts(0, 0))))
    stolen = _stolen(ticks)
    print(f"{_python()}; the machine's host gave {stolen} of its processor time to others.")
    if not given.only:
        # What `make bench-voice` has measured stays as it is.
        _, heading, kept = PAGE.read_text(encoding="utf-8").partition(VOICE) if PAGE.exists() else ("", "", "")
        PAGE.write_text(page(table, given.contacts, time.perf_counter() - begun, stolen) + heading + kept, encoding="utf-8")


if __name__ == "__main__":
    main()
