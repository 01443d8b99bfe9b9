"""Pause, and the kill switches of workspace and installation, as faults: pulled from outside while everything else goes wrong, and let go.

A stop counts from the moment its answer has come: then it is committed. It counts as kept up to the moment somebody first asked to let
it go, and only if the database says at that moment that it still holds and that nobody has let it go meanwhile: the requests of an API
that is stopped are carried out when it goes on, those that nobody waits for any more included.
"""

import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from tests.chaos.evidence import Database, Halt
from tests.chaos.forks import Fork
from tests.chaos.plan import Kind

ANSWER_S = 2.0
SHELL_S = 30.0
PULL_PATIENCE_S = 12.0
LET_GO_PATIENCE_S = 240.0
AGAIN_S = 0.4
ACTIONS = {
    Kind.PAUSE: ("campaign.paused", "campaign.resumed", "select execution_status = 'paused' from campaign where id = %(campaign)s"),
    Kind.HALT_WORKSPACE: ("workspace.halted", "workspace.resumed", "select is_halted from workspace"),
    Kind.HALT_INSTALLATION: ("installation.halted", "installation.resumed", "select is_halted from installation"),
}


@dataclass(frozen=True, slots=True)
class Handles:
    """Where stops are pulled."""

    api_url: str
    owner_key: str
    campaign_id: str
    environment: Mapping[str, str]
    """Of the shell."""
    log: Path


class Halts:
    """One stop at a time, in a thread of its own, because every step may have to be repeated for long. `finish` waits for it."""

    def __init__(self, handles: Handles, database: Database) -> None:
        self._handles, self._database = handles, database
        self._wanted: queue.Queue[tuple[Kind, float] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.kept: list[Halt] = []
        self._thread.start()

    def pull(self, kind: Kind, for_s: float) -> None:
        self._wanted.put((kind, for_s))

    def finish(self, tend: Callable[[], None]) -> None:
        """Wait until everything is let go, what late requests have stopped once more included; meanwhile `tend` to the platform."""
        self._wanted.put(None)
        while self._thread.is_alive():
            tend()
            self._thread.join(0.2)

    def _work(self) -> None:
        self._pull_and_let_go()
        time.sleep(1)
        for kind in ACTIONS:
            self._let_go(kind)

    def _pull_and_let_go(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            kind, for_s = wanted
            confirmed_at = _insist(lambda kind=kind: self._do(kind, "pull"), PULL_PATIENCE_S)
            if confirmed_at is not None:
                time.sleep(for_s)
            until = time.time()
            if confirmed_at is not None and self._holds(kind, confirmed_at):
                self.kept.append(Halt(kind, confirmed_at, until, self._handles.campaign_id if kind is Kind.PAUSE else None))
            self._let_go(kind)

    def _let_go(self, kind: Kind) -> None:
        _insist(lambda: self._do(kind, "let go"), LET_GO_PATIENCE_S)

    def _do(self, kind: Kind, what: str) -> bool:
        """Ask once. True when the answer says that it is done, or that there is nothing left to stop."""
        if kind is Kind.HALT_INSTALLATION:
            return self._shell("halt" if what == "pull" else "resume")
        if kind is Kind.PAUSE:
            action = "pause" if what == "pull" else "resume"
            return self._post(f"/campaigns/{self._handles.campaign_id}/{action}", None, done=(200, 409))
        return self._post(f"/workspace/{'halt' if what == 'pull' else 'resume'}", {"reason": "chaos"}, done=(200,))

    def _post(self, path: str, body: Mapping[str, str] | None, done: tuple[int, ...]) -> bool:
        headers = {"Authorization": f"Bearer {self._handles.owner_key}"}
        try:
            answer = httpx.post(f"{self._handles.api_url}/api/v1{path}", json=body, headers=headers, timeout=ANSWER_S)
        except httpx.HTTPError:
            return False
        return answer.status_code in done

    def _shell(self, command: str) -> bool:
        shell = Fork("control_plane.cli", (command, "--reason", "chaos"), self._handles.environment, self._handles.log)
        if shell.wait(SHELL_S) is None:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
        return shell.poll() == 0

    def _holds(self, kind: Kind, since: float) -> bool:
        """The stop holds now, and nobody has let it go since; False when the database cannot be asked."""
        _, let_go, state = ACTIONS[kind]
        query = f"select ({state}) and not exists (select from audit_entry where action = %(go)s and at >= to_timestamp(%(at)s)) as holds"
        try:
            (row,) = self._database.rows(query, {"go": let_go, "at": since, "campaign": self._handles.campaign_id})
        except psycopg.OperationalError:
            return False
        return bool(row["holds"])


def _insist(act: Callable[[], bool], patience_s: float) -> float | None:
    """When it was done; None when it could not be within `patience_s`."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if act():
            return time.time()
        time.sleep(AGAIN_S)
    return None
