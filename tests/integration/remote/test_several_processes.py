"""Two API processes and two task workers over one database are one platform; one of each can die."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from subprocess import Popen

import httpx
import pytest

from control_plane.local.postgres import EmbeddedPostgres
from control_plane.local.processes import Command, free_port, launch
from control_plane.local.redis import EmbeddedRedis
from tests.fixtures import programs
from tests.fixtures.services import LiveKitService
from tests.integration.remote.conftest import KEY, PATIENCE_S, is_live, until

PARALLEL = 24


@dataclass
class Platform:
    apis: list[httpx.Client]
    processes: dict[str, Popen[bytes]]

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait(PATIENCE_S)


@pytest.fixture(scope="module")
def platform(
    postgres: EmbeddedPostgres,
    migrated_template: str,
    redis_server: EmbeddedRedis,
    livekit: LiveKitService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Platform]:
    folder, ports = tmp_path_factory.mktemp("several"), (free_port(), free_port())
    told = {**livekit.env, "CALLWRIGHT_REDIS_URL": redis_server.url(3), "CALLWRIGHT_BOOTSTRAP_API_KEY": KEY}
    environment = programs.environment(postgres.create_database("several", migrated_template), folder, **told)
    started = {f"api-{i}": ("api", "--port", str(port)) for i, port in enumerate(ports)}
    started |= {f"task-worker-{i}": ("task-worker",) for i in range(2)}

    def begun(name: str, arguments: tuple[str, ...]) -> Popen[bytes]:
        argv = (*programs.CALLWRIGHT, *arguments)
        return launch(Command(name, argv, environment, programs.ROOT, folder / f"{name}.log", death_signal=signal.SIGKILL))

    processes = {name: begun(name, arguments) for name, arguments in started.items()}
    headers = {"Authorization": f"Bearer {KEY}"}
    apis = [httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, trust_env=False, timeout=60) for port in ports]
    try:
        until(lambda: all(is_live(f"http://127.0.0.1:{port}") for port in ports))
        yield Platform(apis, processes)
    finally:
        for process in processes.values():
            process.kill()
            process.wait(PATIENCE_S)
        for api in apis:
            api.close()


def test_what_is_asked_of_several_at_once_is_done_once_and_outlives_one_of_each(platform: Platform) -> None:
    one, other = platform.apis
    with ThreadPoolExecutor(PARALLEL) as pool:
        asked = [
            pool.submit(platform.apis[i % 2].post, "/contact-lists", json={"name": "Once"}, headers={"Idempotency-Key": "the-same"})
            for i in range(PARALLEL)
        ]
        answers = [each.result() for each in asked]
    assert {answer.status_code for answer in answers} == {201}
    (people,) = {answer.json()["id"] for answer in answers}
    assert [each["name"] for each in other.get("/contact-lists").json()["items"]] == ["Once"]
    token = one.post("/auth/token").json()["access_token"]
    assert other.get("/workspace", headers={"Authorization": f"Bearer {token}"}).is_success

    def file_of(number: int) -> bytes:
        return b"phone\n" + b"".join(f"+1212{200 + number}{row:04d}\n".encode() for row in range(1000, 1040))

    csv = {"Content-Type": "text/csv"}
    files = [platform.apis[i % 2].post(f"/contact-lists/{people}/imports", content=file_of(i), headers=csv).json()["id"] for i in range(4)]
    until(lambda: all(other.get(f"/imports/{each}").json()["state"] == "completed" for each in files))
    platform.kill("api-0")
    platform.kill("task-worker-0")
    files.append(other.post(f"/contact-lists/{people}/imports", content=file_of(4), headers=csv).json()["id"])
    until(lambda: all(other.get(f"/imports/{each}").json()["state"] == "completed" for each in files))
    assert [other.get(f"/imports/{each}").json()["created"] for each in files] == [40] * 5
    assert other.get(f"/contact-lists/{people}").json()["size"] == 200
