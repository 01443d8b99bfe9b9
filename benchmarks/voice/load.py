"""What processes and the machine use, read from Linux's /proc."""

import asyncio
import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_STILL, _LOOK_S, _STILL_WITHIN_S = 0.4, 2.0, 30.0


def family(pid: int) -> set[int]:
    """The process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def named(pid: int, name: str) -> int:
    """The process whose name begins with `name` among those that descend from `pid`."""
    return next(each for each in family(pid) if _name(each).startswith(name))


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def cpu_s(pid: int) -> float:
    """Core seconds that the family has used."""
    total = 0.0
    for each in family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / _TICKS
        except OSError:
            continue
    return total


def memory_mb(pid: int, calls: int = 1) -> float:
    """Proportional memory of the family's `calls` largest processes, which are those that hold the calls, on the average."""
    return sum(sorted(map(_pss_mb, family(pid)), reverse=True)[:calls]) / calls


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def machine_s() -> tuple[float, float]:
    """Core seconds since the start of the machine: busy (what a host took away counts as such), and all."""
    fields = [int(field) / _TICKS for field in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
    idle_s = fields[3] + fields[4]
    return sum(fields) - idle_s, sum(fields)


async def until_still() -> None:
    """Wait until no process starts any more, or for half a minute."""
    for _ in range(int(_STILL_WITHIN_S / _LOOK_S)):
        busy, total = machine_s()
        await asyncio.sleep(_LOOK_S)
        now_busy, now_total = machine_s()
        if now_busy - busy < _STILL * (now_total - total):
            return
