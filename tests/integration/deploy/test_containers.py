"""The images and the compose file by a container engine. It takes minutes and base images from the internet, so somebody has to want it:
`CALLWRIGHT_TRY_CONTAINERS=1`, where `docker` has an engine. What needs none is always asked, in `local/test_deployment_files.py`.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from control_plane.local.secrets_file import random_encryption_key
from tests.fixtures import outside
from tests.fixtures.programs import ROOT

Done = subprocess.CompletedProcess[str]
Docker = Callable[..., Done]
BUILD_S = 1500
NOBODY_SPECIAL = "10001"
MISCONFIGURED = 78


@pytest.fixture(scope="module")
def docker() -> Docker:
    """`docker` with these arguments."""
    outside.given("a container engine", "CALLWRIGHT_TRY_CONTAINERS")

    def running(*arguments: str) -> Done:
        return subprocess.run(["docker", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=BUILD_S, check=False)

    if shutil.which("docker") is None or running("info").returncode != 0:
        pytest.skip("not tried with a container engine: no `docker` here that has one")
    return running


@pytest.fixture(scope="module", params=["control-plane", "agent-worker"])
def image(request: pytest.FixtureRequest, docker: Docker) -> Iterator[str]:
    """One of our two images, built for these tests."""
    name = f"callwright-tried/{request.param}"
    built = docker("build", "--file", "deploy/Dockerfile", "--target", request.param, "--tag", name, ".")
    assert built.returncode == 0, built.stderr[-3000:]
    yield name
    docker("image", "rm", "--force", name)


def test_compose_takes_the_file_with_all_that_env_example_asks_for(docker: Docker, tmp_path: Path) -> None:
    if docker("compose", "version").returncode != 0:
        pytest.skip("not tried with compose: this `docker` has no such plugin")
    asked = [line for line in (ROOT / "deploy" / "env.example").read_text().splitlines() if line.endswith("=") and not line.startswith("#")]
    filled = tmp_path / "env"
    filled.write_text("".join(f"{line}{random_encryption_key()}\n" for line in asked))
    shown = docker("compose", "--env-file", str(filled), "config", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert json.loads(shown.stdout)["services"].keys() == services.keys()


@pytest.mark.timeout(BUILD_S)
def test_an_image_runs_as_nobody_special_and_says_what_it_lacks(docker: Docker, image: str) -> None:
    assert docker("run", "--rm", image, "id", "-u").stdout.strip() == NOBODY_SPECIAL
    program = ("python", "-m", "agent_worker.server") if image.endswith("agent-worker") else ("callwright", "api")
    started = docker("run", "--rm", image, *program)
    assert started.returncode == MISCONFIGURED, started.stderr
    assert " is not set" in started.stderr


@pytest.mark.timeout(BUILD_S)
@pytest.mark.parametrize("image", ["control-plane"], indirect=True)
def test_the_command_line_has_all_that_it_imports(docker: Docker, image: str) -> None:
    # The list of commands imports each of them.
    asked = docker("run", "--rm", image, "callwright", "--help")
    assert asked.returncode == 0, asked.stderr
    assert "doctor" in asked.stdout


def test_hadolint_finds_nothing_to_warn_of() -> None:
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not here; the rules that can be broken are asked in local/test_deployment_files.py")
    linted = subprocess.run(
        ["hadolint", "--failure-threshold", "warning", "deploy/Dockerfile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout
