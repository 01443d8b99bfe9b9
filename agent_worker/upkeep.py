"""How often LiveKit looks after its processes, idle ones too: often enough to tell, and no oftener, since each look is a process woken."""

from livekit.agents.ipc import supervised_proc
from livekit.agents.telemetry import loop_monitor

LOOP_EVERY_S = 0.125
"""Twice within a standstill that is reported (`settings.STANDSTILL_MS`), so one of 0.375 s is told of for certain. LiveKit looks every
50 ms, by a timer and by a thread: these 40 wakes a second took 0.0055 of a core in each process."""

MEMORY_EVERY_S = 60.0
"""LiveKit walks the page tables of each process every 5 s, to warn of one that has grown beyond 1 GB."""


def look_less_often() -> None:
    """In this process and those that are forked from it."""
    loop_monitor._TICKS_PER_WARN_THRESHOLD = 2
    loop_monitor._MAX_TICK_INTERVAL = LOOP_EVERY_S
    supervised_proc._MEMORY_MONITOR_INTERVAL = MEMORY_EVERY_S
