"""The run as a page: what was injected, what the ledgers hold, which promises held."""

from collections import Counter

from tests.chaos.run import Result

HEAD = """\
# Chaos report

Written by `make chaos`; each run replaces its part. The plan of faults follows from the seed alone; what a fault hits at its moment depends
on the machine, so a run can be repeated, but not bit for bit.
"""
NETWORK, LIVEKIT = "On a simulated telephone network", "On a real livekit-server"
WHAT = {
    NETWORK: """\
The suite (`tests/chaos`) starts the real API, several real task workers, agents as processes that speak the internal API with the product's
own client, PostgreSQL and Redis, and in place of LiveKit a telephone network in a process of its own (`tests/fakes/telephony_server.py`),
which keeps the carrier's ledger.
""",
    LIVEKIT: """\
The same, with livekit-server itself: the task workers use the product's own LiveKit port, the agents take their jobs over LiveKit's agent
protocol and join its rooms, and the rehearsal's carrier stands in for LiveKit's SIP service and keeps the ledger.
""",
}


def page_with(page: str, title: str, part: str) -> str:
    """The page with `part` in the place of the part of this title."""
    parts = {name: _part_of(page, name) for name in WHAT} | {title: part}
    return "\n".join([HEAD, *(f"## {name}\n\n{words}" for name, words in parts.items() if words)])


def _part_of(page: str, title: str) -> str:
    _, found, rest = page.partition(f"## {title}\n\n")
    ends = [at for name in WHAT if (at := rest.find(f"\n## {name}\n")) >= 0]
    return rest[: min(ends, default=len(rest))] if found else ""


def words_of(result: Result, title: str, command: str) -> str:
    """One run as a part of the page, in Markdown."""
    shape = result.shape
    verdict = "Every promise held." if not result.broken else f"**{len(result.broken)} promises were broken.**"
    parts = [
        WHAT[title],
        f"`{command}`\n",
        f"Seed {result.seed} · {shape.contacts} contacts · {shape.task_workers} task workers · {shape.agents} agent workers, {shape.slots} "
        f"slots · {shape.calls_per_second} calls per second · faults for {shape.lasts_s:.0f} s, in which {result.under_fire} INVITEs were "
        f"sent; then {result.peace_s:.0f} s of peace · {result.took_s:.0f} s altogether.\n\n{verdict}\n",
        _table("promise | held | figures", [f"{f.promise} | {'yes' if f.holds else 'NO'} | {f.figure}" for f in result.findings]),
        "".join(f"* {finding.promise}: {case}\n" for finding in result.broken for case in finding.broken[:10]),
        "### What was injected\n",
        _table("fault | times", [f"{name} | {n}" for name, n in sorted(result.injected.items())]),
        "### What the calls came to\n",
        _table("network result | calls", [f"{name or '–'} | {n}" for name, n in _results(result)]),
        _unheard(result),
        _reservations(result),
    ]
    return "\n".join(part for part in parts if part)


def _unheard(result: Result) -> str:
    if result.shape.is_on_livekit:
        return ""
    unheard = Counter(line["event"] for line in result.evidence.lines)["dispatch_unheard"]
    return f"{unheard} dispatches were accepted while no agent worker was free, and never ran.\n"


def _reservations(result: Result) -> str:
    lost = sum(1 for call in result.evidence.calls if call["state"] == "lost")
    how = (
        f"{result.shortened} of these reservations were ended early by the run, and only where the network had nobody on the line."
        if result.shortened
        else "The run waited for these reservations in real time."
    )
    what = f"{lost} calls were lost: nobody could say what became of the dial."
    return f"{what} The number stayed reserved for ringing time, longest call and care reserve together. {how}\n"


def _results(result: Result) -> list[tuple[str | None, int]]:
    return Counter(call["network_result"] for call in result.evidence.calls).most_common()


def _table(head: str, lines: list[str]) -> str:
    columns = head.count("|") + 1
    return "\n".join([f"| {head} |", "|" + "---|" * columns, *(f"| {line} |" for line in lines)]) + "\n"
