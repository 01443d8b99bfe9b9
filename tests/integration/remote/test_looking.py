"""What is looked at and led from a terminal beside campaigns: calls, lists, assistants, suppressions, schedules, trunks, webhooks."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner, Result

from control_plane.cli import app
from tests.integration.remote.conftest import KEY, Run, rehearsal_trunk, until

NAME = "Léa [bold]"
ESCAPE = "\x1b]0;owned\x07"
"""Would name the terminal's window."""


@pytest.fixture(scope="module")
def made(served: str) -> dict[str, Any]:
    """An assistant, a trunk with a number, a list with somebody on it, and a call that waits for an agent."""
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:

        def post(path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
            answer = client.post(path, json=body or {})
            assert answer.is_success, answer.text
            return answer.json()

        assistant = post("/assistants", {"name": "Looker", "system_prompt": "Be brief.", "first_message": "Hello, an AI assistant."})
        trunk = rehearsal_trunk(client)
        post("/numbers", {"e164": "+12025550188", "trunk_id": trunk["id"]})
        people = post("/contact-lists", {"name": "Looked at"})
        contact = post("/contacts", {"name": f"{NAME}{ESCAPE}", "phones": [{"e164": "+12025550189"}]})
        post(f"/contact-lists/{people['id']}/contacts", {"contact_ids": [contact["id"]]})
        until(lambda: client.get(f"/trunks/{trunk['id']}").json()["sync_state"] == "synced")
        call = post("/calls", {"to": "+12025550187", "assistant_id": assistant["id"]})
        return {"assistant": assistant, "trunk": trunk, "people": people, "contact": contact, "call": call}


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_calls_are_listed_shown_explained_and_ended(run: Run, made: dict[str, Any], tmp_path: Path) -> None:
    call = made["call"]["id"]
    assert call in run("calls", "list", "--assistant", "Looker").output
    assert [each["id"] for each in told(run("calls", "list", "--to", "+12025550187", "--json"))] == [call]
    assert run("calls", "list", "--to", "+12025550999").output == "There is no such call.\n"
    assert told(run("calls", "show", call, "--json"))["to"] == "+12025550187"
    assert "+12025550187" in run("calls", "show", call).output
    assert run("calls", "list", "--active").exit_code == 0
    assert run("calls", "transcript", call).output == "Nothing was said.\n"
    explained = run("calls", "explain", call)
    assert explained.exit_code == 0, explained.output
    assert told(run("calls", "explain", call, "--json"))["summary"] in explained.output
    ended = run("calls", "end", call)
    assert ended.exit_code == 0, ended.output
    assert "+12025550187 is " in ended.output
    nothing = run("calls", "recording", call, str(tmp_path / "call.ogg"))
    assert (nothing.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert nothing.output.startswith("callwright: ")


def test_a_list_shows_who_stands_on_it_and_a_name_cannot_steer_the_terminal(run: Run, made: dict[str, Any]) -> None:
    assert "Looked at" in run("lists", "list").output
    shown = run("lists", "show", "Looked at").output
    assert "+12025550189" in shown
    assert NAME in shown
    assert "\x1b" not in shown
    assert told(run("lists", "show", "Looked at", "--json"))[0]["name"] == f"{NAME}{ESCAPE}"
    assert run("lists", "delete", "Looked at").exit_code == 2
    assert "is deleted" in run("lists", "delete", "Looked at", "--yes").output
    assert run("lists", "show", "Looked at").exit_code == 1


def test_an_assistant_is_published(run: Run, made: dict[str, Any]) -> None:
    assert "Looker" in run("assistants", "list").output
    assert "Be brief." in run("assistants", "show", "Looker").output
    before = len(told(run("assistants", "versions", "Looker", "--json")))
    published = run("assistants", "publish", made["assistant"]["id"])
    assert published.exit_code == 0, published.output
    assert "is published as version" in published.output
    assert len(told(run("assistants", "versions", "Looker", "--json"))) >= before


def test_a_number_is_suppressed_checked_and_let_go(run: Run, tmp_path: Path) -> None:
    number = "+12025550186"
    assert run("suppressions", "check", number).output == f"{number} is not suppressed.\n"
    assert run("suppressions", "add", number, "--reason", "asked by mail").output == f"{number} is not called any more.\n"
    checked = run("suppressions", "check", number)
    assert checked.exit_code == 5
    assert "asked by mail" in checked.output
    (there,) = told(run("suppressions", "list", "--number", number, "--json"))
    assert run("suppressions", "remove", there["id"], "--yes").exit_code == 0
    assert run("suppressions", "check", number).exit_code == 0
    file = tmp_path / "list.csv"
    file.write_text("phone\n+12025550184\nnonsense\n")
    taken = run("suppressions", "import", str(file), "--source", "us_national", "--date", "2026-06-01")
    assert taken.exit_code == 0, taken.output
    assert "1 added, 0 duplicates, 1 rejected" in taken.output


def test_a_schedule_is_made_paused_resumed_and_deleted(run: Run, made: dict[str, Any]) -> None:
    cron = ("--cron", "0 14 * * 1", "--zone", "America/New_York")
    created = run("schedules", "create", "Weekly", "--assistant", "Looker", "--to", "+12025550183", *cron)
    assert created.exit_code == 0, created.output
    assert "Weekly calls" in created.output
    listed = run("schedules", "list", "--state", "active").output
    assert "Weekly" in listed
    assert "America/New_York" in listed
    assert run("schedules", "pause", "Weekly").output == "Weekly makes no calls until it is resumed.\n"
    assert told(run("schedules", "resume", "Weekly", "--json"))["state"] == "active"
    assert run("schedules", "run-now", "Weekly").exit_code == 0
    (ran,) = told(run("schedules", "runs", "Weekly", "--json"))
    assert ran["id"] in run("schedules", "runs", "Weekly").output
    assert "next_run_at" in run("schedules", "show", "Weekly").output
    assert run("schedules", "delete", "Weekly", "--yes").exit_code == 0
    assert "Weekly" not in run("schedules", "list").output


def test_trunks_tell_how_they_do(run: Run, made: dict[str, Any]) -> None:
    name = made["trunk"]["name"]
    assert name in run("trunks", "list").output
    assert "+12025550188" in run("trunks", "numbers").output
    health = run("trunks", "health", name)
    (figures,) = told(run("trunks", "health", name, "--json"))
    assert figures["status"] in health.output
    assert "auth_password" not in told(run("trunks", "show", name, "--json"))
    synced = run("trunks", "sync", name)
    assert synced.exit_code == 0, synced.output


def test_usage_is_a_table_with_its_limits(run: Run) -> None:
    shown = run("usage")
    assert shown.exit_code == 0, shown.output
    assert "total" in shown.output
    assert "imit" in shown.output
    assert told(run("usage", "--json"))["total"]["calls"] >= 0
    assert run("usage", "--by", "assistant", "--month", "2026-01").exit_code == 0


def test_webhooks_are_made_tried_and_replayed(run: Run) -> None:
    address = "https://hooks.example.com/callwright"
    created = run("webhooks", "create", address, "--event", "call.ended")
    assert created.exit_code == 0, created.output
    assert "whsec_" in created.output
    assert address in run("webhooks", "list").output
    tried = told(run("webhooks", "test", address, "--json"))
    assert tried["id"] in run("webhooks", "deliveries", "--endpoint", address).output
    assert tried["event_id"] in run("webhooks", "delivery", tried["id"]).output
    replayed = run("webhooks", "replay", tried["id"])
    assert replayed.exit_code in (0, 1), replayed.output
    assert run("webhooks", "replay").exit_code == 2
    assert run("webhooks", "replay", "--failed", "--endpoint", address).exit_code == 0
    rotated = run("webhooks", "rotate-secret", address, "--yes")
    assert "The new secret, shown once: whsec_" in rotated.output
    assert run("webhooks", "delete", address, "--yes").output == f"Nothing more is sent to {address}.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("calls", "show", "../campaigns"), 1, "'../campaigns' is not the id of a call."),
        (("calls", "show", str(uuid4())), 1, "There is no such call."),
        (("lists", "show", "Nobody's"), 1, "There is no contact list with the name"),
        (("webhooks", "test", "https://nobody.example.com/"), 1, "No endpoint has the URL"),
        (("usage", "--month", "June"), 1, "callwright: "),
        (("calls", "list", "--state", "gone"), 1, "callwright: "),
    ],
)
def test_what_cannot_be_done_is_the_apis_own_sentence(run: Run, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    refused = run(*arguments)
    assert refused.exit_code == code, refused.output
    assert sentence in " ".join(refused.output.split())
    assert refused.stdout == ""


def test_names_are_completed_by_what_the_api_lists(served: str, made: dict[str, Any]) -> None:
    told = {"_CALLWRIGHT_COMPLETE": "complete_bash", "COMP_WORDS": "callwright assistants show Loo", "COMP_CWORD": "3"}
    environment = {**told, "CALLWRIGHT_API_URL": served, "CALLWRIGHT_API_KEY": KEY}
    assert "Looker" in CliRunner().invoke(app, [], env=environment, prog_name="callwright").output.split()
    without = CliRunner().invoke(app, [], env={**environment, "CALLWRIGHT_API_KEY": ""}, prog_name="callwright")
    assert "Looker" not in without.output
