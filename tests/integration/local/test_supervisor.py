"""Children are started in order, brought back after a crash, and stopped in the reverse order."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from control_plane.local.ports import PortUse, check_free
from control_plane.local.processes import Command, LocalError, is_port_free
from control_plane.local.supervisor import Child, Supervisor
from control_plane.settings import SettingsError

# Says when it starts and when it is asked to end, in a file that all children of a test share.
_TALKER = """
import signal, sys, time
name, diary = sys.argv[1:3]
def note(what):
    with open(diary, "a") as file:
        file.write(f"{name} {what}\\n")
def end(*_):
    note("stop")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("start")
while True:
    time.sleep(0.05)
"""


def _command(tmp_path: Path, name: str, *argv: str, **more: object) -> Command:
    return Command(name, (sys.executable, "-c", *argv), dict(os.environ), tmp_path, tmp_path / f"{name}.log", **more)  # type: ignore[arg-type]


def _talker(tmp_path: Path, name: str) -> Child:
    diary = tmp_path / "diary"
    return Child(_command(tmp_path, name, _TALKER, name, str(diary)), _has(diary, f"{name} start"))


def _has(file: Path, text: str) -> Callable[[], Awaitable[bool]]:
    async def probe() -> bool:
        return await asyncio.to_thread(lambda: file.exists() and text in file.read_text())

    return probe


async def test_children_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    supervisor = Supervisor(print)
    for name in ("database", "api", "worker"):
        await supervisor.start(_talker(tmp_path, name))
    await supervisor.stop_all()
    started, stopped = ["database start", "api start", "worker start"], ["worker stop", "api stop", "database stop"]
    assert (tmp_path / "diary").read_text().splitlines() == started + stopped


async def test_a_child_may_be_told_to_give_way_to_the_others(tmp_path: Path) -> None:
    await Supervisor(print).run_once(_command(tmp_path, "patient", "import os; print(os.nice(0))", niceness=5))
    assert (tmp_path / "patient.log").read_text().strip() == str(min(os.nice(0) + 5, 19))


async def test_what_is_not_there_yet_is_known_by_its_name(tmp_path: Path) -> None:
    supervisor, go_on = Supervisor(print), asyncio.Event()

    async def is_there() -> bool:
        seen.append(supervisor.waiting.names)
        return go_on.is_set()

    seen: list[object] = []
    starting = asyncio.create_task(supervisor.start(Child(_command(tmp_path, "api", "import time; time.sleep(600)"), is_there)))
    try:
        while not seen:
            await asyncio.sleep(0.01)
        go_on.set()
        await starting
        assert seen[0] == ("api",)
        assert supervisor.waiting.names == ()
    finally:
        await supervisor.stop_all()


async def test_a_child_that_is_killed_is_shown_and_comes_back(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    await supervisor.start(_talker(tmp_path, "api"))
    first = supervisor.pid("api")
    await supervisor.kill("api")
    await supervisor.until_restarted("api")
    assert supervisor.pid("api") != first
    await supervisor.stop_all()
    assert "api ended unexpectedly (signal 9)" in said[0]
    assert said[1] == "api is back."


async def test_a_child_that_does_not_start_is_a_sentence_with_the_end_of_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(print)
    with pytest.raises(LocalError, match=r"api did not start \(exit code 3\): the disk is full"):
        await supervisor.start(Child(_command(tmp_path, "api", "print('the disk is full'); raise SystemExit(3)"), _never))
    with pytest.raises(SettingsError, match=r"^LIVEKIT_URL is not set.$"):
        await supervisor.run_once(_command(tmp_path, "migrate", "print('LIVEKIT_URL is not set.'); raise SystemExit(78)"))
    assert supervisor.names() == []


async def _never() -> bool:
    return False


async def test_a_child_that_keeps_crashing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.local.supervisor._BACK_OFF_S", (0.0,) * 5)
    said: list[str] = []
    supervisor = Supervisor(said.append)
    await supervisor.start(Child(_command(tmp_path, "worker", "raise SystemExit(1)")))
    await asyncio.wait_for(supervisor.failed.wait(), 30)
    await supervisor.stop_all()
    assert "crashed 6 times in a row and is given up" in said[-1]


async def test_a_child_that_ignores_its_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    deaf = "import signal, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path('deaf').touch(); time.sleep(600)"
    supervisor = Supervisor(print)
    await supervisor.start(Child(_command(tmp_path, "deaf", deaf, grace_s=0.2), _has(tmp_path / "deaf", "")))
    started = time.monotonic()
    await supervisor.stop("deaf")
    assert 0.2 <= time.monotonic() - started < 60


def test_children_die_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = (
        "import os, sys, time; from pathlib import Path; from control_plane.local.processes import Command, launch\n"
        "child = launch(Command('c', (sys.executable, '-c', 'import time; time.sleep(600)'), dict(os.environ), Path('.'), Path('c.log')))\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, "-c", parent], cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while _is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_port_already_taken_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"^Port {port} \(API\) is taken by another program: choose another one with --port\.$"):
            check_free([PortUse(port, "API", "--port")])
    assert is_port_free(port)
