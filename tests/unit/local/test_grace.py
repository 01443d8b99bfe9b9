"""Whoever stops a task worker, `callwright up` or compose, waits as long as its dials may take."""

from pathlib import Path

import yaml

from control_plane.local.children import ControlPlaneChildren
from control_plane.local.environment import Addresses, Environments, keep_secrets
from control_plane.local.settings import LocalOptions, choose
from control_plane.settings import DIALS_MAY_FINISH_S, TASKS_MAY_FINISH_S

COMPOSE = Path(__file__).parents[3] / "docker-compose.yml"
NEEDED_S = TASKS_MAY_FINISH_S + DIALS_MAY_FINISH_S


def test_callwright_up_waits_for_the_dials_of_its_task_worker(tmp_path: Path) -> None:
    options = LocalOptions(data_dir=tmp_path, environ={"PATH": "/bin"})
    choice = choose(options)
    at = Addresses("redis://r", "ws://l", "redis://lr", "http://127.0.0.1:8000", "http://127.0.0.1:8089")
    made = ControlPlaneChildren(Environments(options, choice, keep_secrets(options, choice), at), "postgresql+psycopg://d")
    assert made.task_worker().command.grace_s > NEEDED_S


def test_compose_waits_for_the_dials_of_its_task_worker() -> None:
    grace = yaml.safe_load(COMPOSE.read_text())["services"]["task-worker"]["stop_grace_period"]
    assert grace.endswith("m")
    assert int(grace[:-1]) * 60 > NEEDED_S
