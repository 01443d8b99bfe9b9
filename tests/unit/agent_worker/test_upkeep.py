"""LiveKit looks after its processes less often, and misses nothing by it."""

import asyncio
import time

import pytest
from livekit.agents.ipc import supervised_proc
from livekit.agents.telemetry import loop_monitor

from agent_worker import upkeep
from agent_worker.settings import STANDSTILL_MS


@pytest.fixture(autouse=True)
def _looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a worker; the other tests keep LiveKit's own."""
    for module, name in (
        (loop_monitor, "_TICKS_PER_WARN_THRESHOLD"),
        (loop_monitor, "_MAX_TICK_INTERVAL"),
        (supervised_proc, "_MEMORY_MONITOR_INTERVAL"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setenv(loop_monitor.ENV_WARN_THRESHOLD_MS, str(STANDSTILL_MS))
    upkeep.look_less_often()


async def test_an_event_loop_that_stood_still_is_reported() -> None:
    loop, reports = asyncio.get_running_loop(), []
    monitor = loop_monitor.start_monitoring(loop)
    assert monitor is not None
    assert monitor._tick == upkeep.LOOP_EVERY_S
    monitor._on_report = reports.append
    try:
        await asyncio.sleep(2 * upkeep.LOOP_EVERY_S)
        time.sleep(STANDSTILL_MS / 1000 + 2 * upkeep.LOOP_EVERY_S)  # noqa: ASYNC251 - what is reported
        await asyncio.sleep(2 * upkeep.LOOP_EVERY_S)
    finally:
        loop_monitor.stop_monitoring(loop)
    assert reports
    assert "test_an_event_loop_that_stood_still" in reports[0].stacks[0]


def test_memory_is_looked_at_each_minute() -> None:
    assert supervised_proc._MEMORY_MONITOR_INTERVAL == upkeep.MEMORY_EVERY_S == 60
