"""How each child of the platform is run, and how one knows that it is ready."""

import sys
from dataclasses import dataclass, replace

from control_plane.local import probes
from control_plane.local.environment import Environments, log_of
from control_plane.local.livekit import REPOSITORY
from control_plane.local.processes import Command
from control_plane.local.supervisor import Child
from control_plane.settings import TASK_WORKER_ENDS_WITHIN_S

API, TASK_WORKER, CARRIER, MODELS = "api", "task-worker", "carrier", "models"
# A call is at most an hour or so; a worker that scaling lets go may finish what it has.
DRAIN_S = 3600.0
# When the whole platform stops, calls get this long to say goodbye.
AGENT_GRACE_S = 20.0
# A request of the control plane may wait a moment; a voice must not.
_CONTROL_PLANE_NICENESS = 5


@dataclass(frozen=True, slots=True)
class ControlPlaneChildren:
    """Builds the children that hold the database."""

    environments: Environments
    database_url: str

    def migrate(self) -> Command:
        return self._cli("migrate")

    def api(self, port: int) -> Child:
        host = self.environments.options.host
        command = self._cli(API, "--host", host, "--port", str(port))
        return Child(command, probes.answers(f"{self.environments.at.api_url}/health/live"))

    def task_worker(self) -> Child:
        return Child(self._cli(TASK_WORKER, grace_s=TASK_WORKER_ENDS_WITHIN_S))

    def _cli(self, *arguments: str, grace_s: float = 10.0) -> Command:
        env = self.environments.control_plane(self.database_url)
        command = _module(self.environments, arguments[0], "control_plane.cli", arguments, env, grace_s)
        return replace(command, niceness=_CONTROL_PLANE_NICENESS)


@dataclass(frozen=True, slots=True)
class VoiceChildren:
    """Builds the children that speak and listen, and need no database for it."""

    environments: Environments

    def carrier(self) -> Child:
        options, at = self.environments.options, self.environments.at
        arguments = ("--ledger", str(options.ledger), "--models-url", at.models_url, "--processes", str(options.carrier_processes))
        command = _module(self.environments, CARRIER, "rehearsal.carrier", arguments, self.environments.carrier())
        return Child(command, probes.carrier_listens(at.livekit_redis_url, options.carrier_processes))

    def models(self, port: int) -> Child:
        command = _module(self.environments, MODELS, "rehearsal.models", ("--port", str(port)), self.environments.models())
        return Child(command, probes.answers(f"{self.environments.at.models_url}/v1/models"))

    def agent_worker(self, name: str, http_port: int) -> Child:
        env = self.environments.agent_worker(http_port)
        command = _module(self.environments, name, "agent_worker.server", (), env, grace_s=AGENT_GRACE_S)
        return Child(command, probes.answers(f"http://127.0.0.1:{http_port}/"))


def _module(
    environments: Environments, name: str, module: str, arguments: tuple[str, ...], env: dict[str, str], grace_s: float = 10.0
) -> Command:
    argv = (sys.executable, "-m", module, *arguments)
    return Command(name, argv, env, REPOSITORY, log_of(environments.options.folder, name), grace_s=grace_s)
