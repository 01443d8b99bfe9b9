"""The run as a page: what was injected, what the ledgers hold, which promises held."""

from collections import Counter

from tests.chaos.run import Result

HEAD = """\
# Chaos report

Written by `make chaos`; each run replaces it. The suite (`tests/chaos`) starts the real API, several real task workers, agents as processes
that speak the internal API with the product's own client, PostgreSQL and Redis, and in place of LiveKit a telephone network in a process of
its own (`tests/fakes/telephony_server.py`), which keeps the carrier's ledger. The plan of faults follows from the seed alone; what a fault
hits at its moment depends on the machine, so a run can be repeated, but not bit for bit.
"""


def words_of(result: Result, command: str) -> str:
    """The page in Markdown."""
    shape, evidence = result.shape, result.evidence
    verdict = "Every promise held." if not result.broken else f"**{len(result.broken)} promises were broken.**"
    parts = [
        HEAD,
        f"`{command}`\n",
        f"Seed {result.seed} · {shape.contacts} contacts · {shape.task_workers} task workers · {shape.agents} agent workers, {shape.slots} "
        f"slots · {shape.calls_per_second} calls per second · faults for {shape.lasts_s:.0f} s, then {result.peace_s:.0f} s of peace · "
        f"{result.took_s:.0f} s altogether.\n\n{verdict}\n",
        _table("promise | held | figures", [f"{f.promise} | {'yes' if f.holds else 'NO'} | {f.figure}" for f in result.findings]),
        "".join(f"* {finding.promise}: {case}\n" for finding in result.broken for case in finding.broken[:10]),
        "## What was injected\n",
        _table("fault | times", [f"{name} | {n}" for name, n in sorted(result.injected.items())]),
        "## What the calls came to\n",
        _table("network result | calls", [f"{name or '–'} | {n}" for name, n in _results(result)]),
        f"{Counter(line['event'] for line in evidence.lines)['dispatch_unheard']} dispatches were accepted while no agent worker was free, "
        "and never ran.\n",
        _reservations(result),
    ]
    return "\n".join(part for part in parts if part)


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
