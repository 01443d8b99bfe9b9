"""One way to launch a child: its own log file, its own process group, and an end with its parent.

Every server that we start goes through here, so that none outlives a parent that was killed and none is ended by a guess at its name.
"""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from control_plane.kit.parent import end_with


class LocalError(RuntimeError):
    """Something about this machine stands in the way; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and how to end it.

    `env` is the whole environment; `uid` is the user to run as, None for our own. After `insist_after_s` the stop signal is sent once more,
    for programs that read the first one as "when you like"; after `grace_s` the child is killed. `niceness` above 0 lets the
    other children go first, which is how calls being held stay in time on a machine that does everything.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    uid: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    insist_after_s: float | None = None
    grace_s: float = 10.0
    death_signal: signal.Signals = signal.SIGTERM
    niceness: int = 0

    def _before_exec(self, parent: int) -> Callable[[], None]:
        def before_exec() -> None:
            end_with(parent, self.death_signal)
            if self.niceness:
                _give_way(self.niceness)

        return before_exec

    def options(self, log: Any) -> dict[str, Any]:
        """Keyword arguments for `subprocess.Popen`, or for asyncio's `create_subprocess_exec`."""
        switch = {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}
        return {
            "env": dict(self.env),
            "cwd": self.cwd,
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": subprocess.STDOUT,
            # Ctrl-C reaches the whole foreground group; children are stopped by us, in order.
            "start_new_session": True,
            "preexec_fn": self._before_exec(os.getpid()),
            **switch,
        }


def launch(command: Command) -> subprocess.Popen[bytes]:
    """Start `command` now; its output is appended to its log file, which only we can read."""
    with open_log(command.log) as log:
        return subprocess.Popen[bytes](command.argv, **command.options(log))


def open_log(path: Path) -> Any:
    """The log file of a child, made with its folder when missing, opened for appending bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def stop(process: subprocess.Popen[bytes], command: Command) -> int:
    """End a child of ours in the way its command describes. Returns its exit code."""
    waits = [command.grace_s] if command.insist_after_s is None else [command.insist_after_s, command.grace_s]
    for wait_s in waits:
        if process.poll() is None:
            process.send_signal(command.stop_signal)
        try:
            return process.wait(wait_s)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    return process.wait()


def tail(path: Path, lines: int = 3) -> str:
    """The last lines of a log on one line, for a sentence about why a child did not start."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        return " | ".join(file.read().decode(errors="replace").strip().splitlines()[-lines:])


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A loopback port that nobody holds at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_port_free(port: int, kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> bool:
    """Whether a server could bind `port` on `host` now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # As servers do: a connection of the last run in TIME_WAIT does not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _give_way(niceness: int) -> None:
    os.nice(niceness)
    # Where Linux weighs sessions against each other first, niceness counts only within a session, and each child leads one of its own.
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as autogroup:
        autogroup.write(str(niceness))
