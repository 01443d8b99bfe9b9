"""A served API with a task worker, and commands that ask it."""

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from control_plane.cli import app
from control_plane.local.postgres import EmbeddedPostgres
from control_plane.local.processes import Command, free_port, launch
from control_plane.local.redis import EmbeddedRedis
from tests.fixtures import programs
from tests.fixtures.services import LiveKitService

PATIENCE_S = 120.0
KEY = "cw_bootstrap"
Run = Callable[..., Result]


@pytest.fixture(scope="package")
def database(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """URL of the served API's database."""
    return postgres.create_database("remote", migrated_template)


@pytest.fixture(scope="package")
def served(
    database: str,
    redis_server: EmbeddedRedis,
    livekit: LiveKitService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Address of an API whose imports are worked on."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    told = {**livekit.env, "CALLWRIGHT_REDIS_URL": redis_server.url(2), "CALLWRIGHT_BOOTSTRAP_API_KEY": KEY}
    environment = programs.environment(database, folder, **told)
    processes = []
    for name, arguments in {"api": ("api", "--port", str(port)), "task-worker": ("task-worker",)}.items():
        argv = (*programs.CALLWRIGHT, *arguments)
        processes.append(launch(Command(name, argv, environment, programs.ROOT, folder / f"{name}.log", death_signal=signal.SIGKILL)))
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: is_live(url))
        yield url
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(PATIENCE_S)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def is_live(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def run(served: str) -> Run:
    """A command with address and key from the environment."""

    def running(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(
            app, arguments, env={"CALLWRIGHT_API_URL": served, "CALLWRIGHT_API_KEY": KEY, "COLUMNS": "200", **environment}
        )

    return running


@pytest.fixture
def client(served: str) -> Iterator[httpx.Client]:
    """The same API, asked directly."""
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as made:
        yield made


def rehearsal_trunk(client: httpx.Client) -> dict[str, Any]:
    """The rehearsal trunk of the served workspace, made where there is none yet: a workspace has one."""
    there = [each for each in client.get("/trunks").json()["items"] if each["provider"] == "rehearsal"]
    return there[0] if there else client.post("/trunks", json={"name": "Rehearsal", "provider": "rehearsal"}).raise_for_status().json()
