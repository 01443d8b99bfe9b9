"""Agent workers follow the wanted number: started when calls wait, drained when they are not needed any more.

The API says how many are wanted in the metric `callwright_wanted_agent_workers`; in a cluster an autoscaler reads the same one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx

from control_plane.local.probes import loopback_client
from control_plane.local.processes import LocalError
from control_plane.settings import SettingsError

METRIC = "callwright_wanted_agent_workers"
_LOOK_EVERY_S = 2.0
# A start costs seconds of processor time, an idle worker little: fewer are kept only after a quiet minute.
_QUIET_BEFORE_DRAIN_S = 60.0


def wanted_in(metrics: str) -> int | None:
    """The wanted number in a Prometheus text page, summed over label sets; None when the page does not say."""
    values = [line.rsplit(" ", 1)[1] for line in metrics.splitlines() if line.split("{")[0].split(" ")[0] == METRIC]
    return round(sum(map(float, values))) if values else None


@dataclass
class WorkerPolicy:
    """How many workers to run, given how many are wanted. Knows only what it was told; times are seconds of one clock."""

    minimum: int
    maximum: int
    quiet_before_drain_s: float = _QUIET_BEFORE_DRAIN_S
    _fewer_since: float | None = field(default=None, init=False)

    def decide(self, running: int, wanted: int, now: float) -> int:
        """The number to run from now on: more at once, fewer only after they were not wanted for a while."""
        target = max(self.minimum, min(self.maximum, wanted))
        if target >= running:
            self._fewer_since = None
            return target
        if self._fewer_since is None:
            self._fewer_since = now
        return target if now - self._fewer_since >= self.quiet_before_drain_s else running


@dataclass
class AgentPool:
    """Carries the policy's decisions out. `start` and `drain` act on one worker by name; `read` fetches the metrics page."""

    policy: WorkerPolicy
    start: Callable[[str], Awaitable[None]]
    drain: Callable[[str], Coroutine[Any, Any, None]]
    read: Callable[[], Awaitable[str]]
    say: Callable[[str], None]
    names: list[str] = field(default_factory=list)
    _numbers: int = 0
    _draining: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Follow the wanted number until cancelled."""
        while True:
            wanted = wanted_in(await self.read())
            if wanted is not None:
                await self._follow(self.policy.decide(len(self.names), wanted, asyncio.get_running_loop().time()))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _follow(self, count: int) -> None:
        try:
            await self.resize(count)
        except (LocalError, SettingsError) as error:
            # The workers that run go on; the next look tries again.
            self.say(str(error))

    async def resize(self, count: int) -> None:
        """Start or drain workers until `count` take calls; drained ones finish theirs in the background, the newest go first."""
        while len(self.names) < count:
            self._numbers += 1
            name = f"agent-worker-{self._numbers}"
            self.names.append(name)
            try:
                await self.start(name)
            except (LocalError, SettingsError):
                self.names.remove(name)
                raise
            if self._numbers > self.policy.minimum:
                self.say(f"{name} started: calls are waiting for an agent.")
        while len(self.names) > count:
            name = self.names.pop()
            self.say(f"{name} takes no more calls and ends with its last one.")
            task = asyncio.create_task(self.drain(name), name=f"drain {name}")
            self._draining.add(task)
            task.add_done_callback(self._draining.discard)

    async def stop_draining(self) -> None:
        """Stop waiting for workers that drain; whoever stops the platform ends them."""
        for task in self._draining:
            task.cancel()
        await asyncio.gather(*self._draining, return_exceptions=True)


def metrics_at(url: str, key: str) -> Callable[[], Awaitable[str]]:
    """Reads the metrics page of the API at `url`; "" while it does not answer."""

    async def read() -> str:
        try:
            async with loopback_client(5) as client:
                answer = await client.get(f"{url}/metrics", headers={"Authorization": f"Bearer {key}"})
                return answer.text if answer.status_code == 200 else ""
        except httpx.TransportError:
            return ""

    return read
