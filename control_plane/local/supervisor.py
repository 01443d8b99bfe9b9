"""Keeps a set of children alive: starts them in order, restarts what crashes, stops them in the reverse order.

Only children that it started are ever ended, and they end with it even when it is killed.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from control_plane.local.processes import Command, LocalError, open_log, tail
from control_plane.local.waiting import Waiting
from control_plane.settings import EXIT_MISCONFIGURED, SettingsError

_POLL_S = 0.1
_SILENT = "it has said nothing yet; on a busy machine, try again"
# A child that lived this long had a working configuration; its next crash starts the back-off from the beginning.
_STABLE_AFTER_S = 60.0
_BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
# Five crashes in a row without a stable minute are no accident; going on would only fill the log.
_CRASH_LIMIT = len(_BACK_OFF_S)

Ready = Callable[[], Awaitable[bool]]


async def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Child:
    """One child to keep. `ready` is asked until it says yes, at most `ready_limit_s` seconds."""

    command: Command
    ready: Ready = _at_once
    ready_limit_s: float = 60.0
    restart: bool = True

    @property
    def name(self) -> str:
        return self.command.name


@dataclass
class _Kept:
    child: Child
    process: asyncio.subprocess.Process
    started_at: float
    crashes: int = 0
    is_wanted: bool = True
    watcher: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """`say` gets one line for each thing that a person should know. `failed` is set when a child cannot be kept alive."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._kept: dict[str, _Kept] = {}
        self.failed = asyncio.Event()
        self.waiting = Waiting()

    async def start(self, child: Child) -> None:
        """Start `child` and wait until it is ready. Raises `LocalError` with the end of its log when it is not."""
        process = await _spawn(child.command)
        kept = self._kept[child.name] = _Kept(child, process, _now())
        try:
            with self.waiting.on(child.name):
                await self._until_ready(kept)
        except (LocalError, SettingsError):
            await self.stop(child.name)
            raise
        kept.watcher = asyncio.create_task(self._watch(kept), name=f"watch {child.name}")

    async def run_once(self, command: Command) -> None:
        """Run a command to its end. Raises `LocalError` when it fails."""
        process = await _spawn(command)
        try:
            with self.waiting.on(command.name):
                code = await process.wait()
        except asyncio.CancelledError:
            await _end(process, command)
            raise
        if code != 0:
            raise _failure(command, code, "failed")

    async def stop(self, name: str, grace_s: float | None = None) -> None:
        """Stop one child in the way its command describes, or with another grace, and forget it."""
        kept = self._kept[name]
        kept.is_wanted = False
        if kept.watcher is not None:
            # First, or it would take the end for a crash, or start anew in the middle of its back-off.
            kept.watcher.cancel()
            await asyncio.gather(kept.watcher, return_exceptions=True)
        await _end(kept.process, kept.child.command, grace_s)
        # Last, so that a stop which is itself cancelled (a drain at shutdown) leaves the child known and to be ended.
        self._kept.pop(name, None)

    async def stop_all(self) -> None:
        """Stop every child, the last started first."""
        for name in reversed(list(self._kept)):
            await self.stop(name)

    async def kill(self, name: str) -> None:
        """SIGKILL a child with all its processes, as a machine would lose it; with `restart` it comes back. For tests."""
        kept = self._kept[name]
        kept.changed.clear()
        _kill_group(kept.process)
        await kept.process.wait()

    async def until_restarted(self, name: str) -> None:
        """Wait until a child that was killed is ready again."""
        await self._kept[name].changed.wait()

    def pid(self, name: str) -> int:
        return self._kept[name].process.pid

    def is_running(self, name: str) -> bool:
        return name in self._kept and self._kept[name].process.returncode is None

    def names(self) -> list[str]:
        """The children in the order of their start."""
        return list(self._kept)

    async def _until_ready(self, kept: _Kept) -> None:
        command, deadline = kept.child.command, _now() + kept.child.ready_limit_s
        while not await kept.child.ready():
            if kept.process.returncode is not None:
                raise _failure(command, kept.process.returncode, "did not start")
            if _now() > deadline:
                said = tail(command.log) or _SILENT
                raise LocalError(f"{command.name} was not ready within {kept.child.ready_limit_s:.0f} s: {said} (log: {command.log})")
            await asyncio.sleep(_POLL_S)

    async def _watch(self, kept: _Kept) -> None:
        while kept.is_wanted:
            code = await kept.process.wait()
            if not kept.is_wanted:
                return
            if not kept.child.restart:
                self._say(f"{kept.child.name} ended ({_how(code)}).")
                return
            kept.crashes = 1 if _now() - kept.started_at > _STABLE_AFTER_S else kept.crashes + 1
            if code == EXIT_MISCONFIGURED:
                # A restart would read the same configuration.
                self._say(f"{kept.child.name} ended: {tail(kept.child.command.log, 1)}")
                self.failed.set()
                return
            if kept.crashes > _CRASH_LIMIT:
                self._say(f"{kept.child.name} crashed {kept.crashes} times in a row and is given up; see {kept.child.command.log}.")
                self.failed.set()
                return
            await self._revive(kept, code)

    async def _revive(self, kept: _Kept, code: int) -> None:
        delay = _BACK_OFF_S[kept.crashes - 1]
        self._say(f"{kept.child.name} ended unexpectedly ({_how(code)}); restarting it in {delay:g} s. Log: {kept.child.command.log}")
        await asyncio.sleep(delay)
        kept.process, kept.started_at = await _spawn(kept.child.command), _now()
        try:
            await self._until_ready(kept)
        except (LocalError, SettingsError) as error:
            self._say(str(error))
            await _end(kept.process, kept.child.command)
            return
        self._say(f"{kept.child.name} is back.")
        kept.changed.set()


async def _spawn(command: Command) -> asyncio.subprocess.Process:
    with open_log(command.log) as log:
        return await asyncio.create_subprocess_exec(*command.argv, **command.options(log))


async def _end(process: asyncio.subprocess.Process, command: Command, grace_s: float | None = None) -> None:
    grace_s = command.grace_s if grace_s is None else grace_s
    waits = [grace_s] if command.insist_after_s is None else [command.insist_after_s, grace_s]
    for wait_s in waits:
        if process.returncode is None:
            process.send_signal(command.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), wait_s)
            return
        except TimeoutError:
            continue
    _kill_group(process)
    await process.wait()


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """The child and what it started: every child leads a process group of its own (`Command.options`)."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _failure(command: Command, code: int, what: str) -> Exception:
    """A child that ends with EX_CONFIG has said its sentence; it is ours then."""
    if code == EXIT_MISCONFIGURED:
        return SettingsError(tail(command.log, 1))
    return LocalError(f"{command.name} {what} ({_how(code)}): {tail(command.log)} (log: {command.log})")


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _now() -> float:
    return asyncio.get_running_loop().time()
