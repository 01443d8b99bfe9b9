"""The commands over the API, against a served API and a task worker: what a person sees, and what a program reads."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from control_plane.health.service_findings import HEARTBEAT
from control_plane.local.processes import Command, launch
from control_plane.local.redis import EmbeddedRedis
from control_plane.worker import HEARTBEAT_S
from tests.fixtures import programs
from tests.integration.remote.conftest import KEY, PATIENCE_S, Run, rehearsal_trunk, until


@pytest.fixture(scope="module")
def made(served: str) -> dict[str, Any]:
    """An assistant, a trunk with a number, and a campaign that has not begun."""
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:

        def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = client.post(path, json=body)
            assert answer.is_success, answer.text
            return answer.json()

        assistant = post(
            "/assistants", {"name": "Ada", "system_prompt": "Be brief.", "first_message": "Hello, this is Ada, an AI assistant."}
        )
        trunk = rehearsal_trunk(client)
        number = post("/numbers", {"e164": "+12025550100", "trunk_id": trunk["id"]})
        people = post("/contact-lists", {"name": "June"})
        campaign = {"name": "Reminders", "assistant_id": assistant["id"], "contact_list_ids": [people["id"]], "number_ids": [number["id"]]}
        return {"assistant": assistant, "campaign": post("/campaigns", campaign)}


def test_a_file_is_imported_and_what_was_refused_is_shown(run: Run, made: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Kunde;Telefon\nZoë;202 555 0123\nBob;12\n")
    told = run("import", str(file), "--list", "June", "--country", "US", "--map", "Kunde=name", "--map", "Telefon=phone")
    assert told.exit_code == 0, told.output
    assert "2 rows: 1 created, 0 updated, 0 duplicates, 1 rejected." in told.output
    assert "Bob" in told.output
    again = json.loads(
        run("import", str(file), "--list", "June", "--country", "US", "--map", "Kunde=name", "--map", "Telefon=phone", "--json").output
    )
    assert (again["state"], again["created"]) == ("completed", 0)


def test_a_name_that_is_new_makes_a_list(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,phone\nAda,+12025550124\n")
    first = json.loads(run("import", str(file), "--list", "July", "--json").output)
    second = json.loads(run("import", str(file), "--list", "July", "--json").output)
    assert first["contact_list_id"] == second["contact_list_id"]


def test_a_campaign_is_looked_at_and_led(run: Run, made: dict[str, Any]) -> None:
    assert made["campaign"]["id"] in run("campaign", "list").output
    preview = run("campaign", "preview", "Reminders", "--calls-per-minute", "30")
    assert preview.exit_code == 0, preview.output
    assert re.match(r"(1 contact|\d+ contacts): ", preview.output)
    assert "Expected cost" in preview.output
    assert run("campaign", "start", "Reminders").output == "Reminders is running.\n"
    assert "running" in run("campaign", "status", "Reminders").output
    assert run("campaign", "pause", made["campaign"]["id"]).output == "Reminders is paused; live calls go on.\n"
    refused = run("campaign", "start", "Reminders")
    assert refused.exit_code == 1
    assert refused.output.startswith("callwright: ")
    assert json.loads(run("campaign", "resume", "Reminders", "--json").output)["execution_status"] == "running"
    assert run("campaign", "stop", "Reminders").exit_code == 0
    followed = run("campaign", "status", "Reminders", "--follow")
    assert "stopped" in followed.output


def test_a_task_worker_says_that_it_is_at_work(served: str, redis_server: EmbeddedRedis) -> None:
    with Redis.from_url(redis_server.url(2)) as client:
        until(lambda: bool(client.exists(HEARTBEAT)))
        assert 0 < client.pttl(HEARTBEAT) <= (HEARTBEAT_S + 1) * 1000


def test_a_call_is_made_and_one_that_must_not_be_is_explained(run: Run, made: dict[str, Any]) -> None:
    told = json.loads(run("call", "+12025550125", "--assistant", "Ada", "--agenda", "Say hello.", "--no-wait", "--json").output)
    assert (told["to"], told["status"]) == ("+12025550125", "pending")
    foreign = run("call", "+4930123456", "--assistant", "Ada", "--no-wait")
    assert foreign.exit_code == 1
    assert foreign.output.startswith("callwright: ")


def test_a_call_that_waits_says_why_and_one_without_an_answer_ends_with_3(served: str, made: dict[str, Any], tmp_path: Path) -> None:
    # No agent worker is here, so it waits until somebody ends it.
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:
        before = {item["id"] for item in client.get("/calls").json()["items"]}
        waiting = launch(
            Command(
                "call",
                (sys.executable, "-m", "control_plane.cli", "call", "+12025550126", "--assistant", "Ada"),
                {"PATH": os.environ["PATH"], "CALLWRIGHT_API_URL": served, "CALLWRIGHT_API_KEY": KEY},
                programs.ROOT,
                log := tmp_path / "call.log",
            )
        )
        until(lambda: bool({item["id"] for item in client.get("/calls").json()["items"]} - before))
        (new,) = {item["id"] for item in client.get("/calls").json()["items"]} - before
        until(lambda: "The call is queued. It is due at " in log.read_text())
        assert client.post(f"/calls/{new}/end").is_success
        assert waiting.wait(PATIENCE_S) == 3


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "sentence"),
    [
        (("campaign", "list"), {"CALLWRIGHT_API_KEY": ""}, 2, "give an API key by --key or CALLWRIGHT_API_KEY"),
        (("campaign", "list"), {"CALLWRIGHT_API_KEY": "cw_nobody"}, 1, "callwright: "),
        (("campaign", "list"), {"CALLWRIGHT_API_URL": "http://127.0.0.1:1"}, 1, "cannot be reached"),
        (("campaign", "status", "Nobody's"), {}, 1, 'There is no campaign with the name "Nobody\'s".'),
        (("call", "+12025550125", "--assistant", "Nobody"), {}, 1, "There is no assistant with the name 'Nobody'."),
        (("call", "+12025550125", "--assistant", "Ada", "--var", "name"), {}, 2, "is not name=value"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, made: dict[str, Any], arguments: tuple[str, ...], environment: dict[str, str], code: int, sentence: str
) -> None:
    told = run(*arguments, **environment)
    assert told.exit_code == code
    assert sentence in " ".join(told.output.split())
