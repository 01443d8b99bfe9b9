"""People, what they have agreed to, and what is planned for them, from a terminal: one implementation makes all these commands."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import Result

from tests.integration.remote.conftest import KEY, Run

ADA = "+12025550171"
NEIGHBOURS = {"Bob N": "+12025550176", "Cleo N": "+12025550178"}


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture(scope="module")
def assistant(served: str) -> str:
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:
        made = client.post("/assistants", json={"name": "Carer", "system_prompt": "Be kind.", "first_message": "Hello."}).json()
        assert client.post(f"/assistants/{made['id']}/publish").is_success
        assert client.post("/contact-lists", json={"name": "Terminal"}).is_success
    return "Carer"


@pytest.fixture(scope="module")
def ada(served: str, assistant: str) -> dict[str, Any]:
    body = {"name": "Ada T", "phones": [{"e164": ADA}], "time_zone": "America/New_York"}
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as client:
        return client.post("/contacts", json=body).json()


def test_a_contact_is_made_found_changed_and_deleted(run: Run, assistant: str) -> None:
    of = ("--phone", "+12025550172", "--phone", "+12025550173", "--attribute", "visits=3", "--attribute", "note=mind the dog")
    made = run("contacts", "create", "--name", "Bea", "--list", "Terminal", *of)
    assert made.exit_code == 0, made.output
    assert made.output.startswith("Bea is contact ")
    (listed,) = told(run("contacts", "list", "--list", "Terminal", "--json"))
    assert ([phone["e164"] for phone in listed["phones"]], listed["attributes"]) == (
        ["+12025550172", "+12025550173"],
        {"visits": 3, "note": "mind the dog"},
    )
    assert listed["id"] in run("contacts", "list", "--number", "+12025550173").output
    assert run("contacts", "list", "--search", "nobody at all").output.startswith("There is no such contact;")
    for which in (listed["id"], "Bea", "+12025550172"):
        assert told(run("contacts", "show", which, "--json"))["id"] == listed["id"]
    assert "+12025550173" in run("contacts", "show", "Bea").output
    assert run("contacts", "update", "Bea", "--language", "de", "--status", "qualified").output == "Bea is changed.\n"
    now = told(run("contacts", "show", "Bea", "--json"))
    assert (now["language"], now["lead_status"], len(now["phones"])) == ("de", "qualified", 2)
    assert run("contacts", "update", "Bea").exit_code == 2
    assert run("contacts", "create", "--phone", "+12025550174", "--attribute", "visits").exit_code == 2
    assert run("contacts", "timeline", "Bea").output == "Nothing has happened yet.\n"
    assert run("contacts", "delete", "Bea").exit_code == 2, "nobody is here to be asked"
    assert run("contacts", "delete", "Bea", "--yes").output == "Bea is deleted; the calls are kept.\n"
    assert run("contacts", "show", "Bea").exit_code == 1


def test_a_consent_is_written_down_and_taken_back(run: Run) -> None:
    of = ("--number", ADA, "--purpose", "care", "--basis", "oral", "--at", "2026-01-01T00:00:00Z")
    made = told(run("consents", "add", *of, "--text", "Call me.", "--json"))
    assert made["id"] in run("consents", "list", "--number", ADA, "--revoked", "no").output
    assert "Call me." in run("consents", "show", made["id"]).output
    assert run("consents", "revoke", made["id"], "--reason", "by mail").output == f"No further call to {ADA} rests on this consent.\n"
    (revoked,) = told(run("consents", "list", "--number", ADA, "--revoked", "yes", "--purpose", "care", "--json"))
    assert revoked["revoked_reason"] == "by mail"
    assert run("consents", "list", "--revoked", "perhaps").exit_code == 2
    assert run("consents", "add", "--number", ADA).exit_code == 2


def test_an_appointment_is_made_moved_canceled_and_forgotten(run: Run, assistant: str, ada: dict[str, Any]) -> None:
    at = ("--at", "2027-06-01T14:30:00+02:00", "--before", "7200", "--before", "86400", "--zone", "Europe/Berlin")
    made = told(run("appointments", "create", "--contact", "Ada T", "--assistant", assistant, "--title", "Visit", *at, "--json"))
    assert (made["contact_id"], made["reminder_offsets_s"], len(made["reminders"])) == (ada["id"], [86400, 7200], 2)
    assert "Visit" in run("appointments", "list", "--contact", ADA, "--status", "scheduled").output
    moved = run("appointments", "update", made["id"], "--at", "2027-06-02T14:30:00Z")
    assert moved.output.startswith("The appointment at 2027-06-02 14:30:00Z is scheduled; reminders: ")
    assert told(run("appointments", "update", made["id"], "--status", "canceled", "--json"))["status"] == "canceled"
    assert "canceled" in run("appointments", "show", made["id"]).output
    assert run("appointments", "delete", made["id"], "--yes").exit_code == 0
    assert run("appointments", "show", made["id"]).exit_code == 1


def test_a_check_up_is_made_paused_and_ended(run: Run, assistant: str, ada: dict[str, Any]) -> None:
    of = ("--type", "medication", "--frequency", "weekly", "--day", "mon", "--time-of-day", "evening", "--tries", "2", "--every", "600")
    made = told(run("checkups", "create", "--contact", ADA, "--assistant", assistant, *of, "--json"))
    assert (made["tries"], made["try_every_s"], made["day"], made["checkup_type"]) == (2, 600, "mon", "medication")
    assert made["id"] in run("checkups", "list", "--contact", "Ada T").output
    paused = run("checkups", "update", made["id"], "--state", "paused")
    assert paused.output.startswith(f"Check-up {made['id']} is paused: ")
    assert run("checkups", "escalations", made["id"]).output == "It was never missed.\n"
    assert "in_words" in run("checkups", "show", made["id"]).output
    assert run("checkups", "delete", made["id"], "--yes").exit_code == 0


def test_safety_contacts_are_named_with_how_they_agreed(run: Run, assistant: str, ada: dict[str, Any]) -> None:
    first, second = (told(run("contacts", "create", "--name", name, "--phone", number, "--json")) for name, number in NEIGHBOURS.items())
    agreed = ("--safety-contact", "Bob N=Agreed on 3 May = by letter.", "--safety-contact", "+12025550178=On her form.")
    made = told(run("checkups", "create", "--contact", ADA, "--assistant", assistant, *agreed, "--json"))
    assert made["safety_contacts"] == [
        {"contact_id": first["id"], "consent": "Agreed on 3 May = by letter."},
        {"contact_id": second["id"], "consent": "On her form."},
    ]
    for wrong in ("Bob N", "=On her form."):
        assert run("checkups", "update", made["id"], "--safety-contact", wrong).exit_code == 2
    assert run("checkups", "update", made["id"], "--safety-contact", "Nobody At All=On a form.").exit_code == 1
    now = told(run("checkups", "update", made["id"], "--safety-contact", "+12025550178=On her form.", "--json"))
    assert [each["contact_id"] for each in now["safety_contacts"]] == [second["id"]]
    assert run("checkups", "delete", made["id"], "--yes").exit_code == 0


def test_a_follow_up_is_asked_for_and_closed(run: Run, assistant: str, ada: dict[str, Any]) -> None:
    of = ("--contact", "Ada T", "--reason", "Sounded lost", "--assistant", assistant, "--after", "3600", "--priority", "normal")
    made = told(run("follow-ups", "create", *of, "--json"))
    assert [step["after_s"] for step in made["steps"]] == [3600]
    assert "Sounded lost" in run("follow-ups", "list", "--state", "open", "--for", "call").output
    closed = run("follow-ups", "close", made["id"], "--reason", "spoke to her")
    assert closed.output == f"Follow-up {made['id']} is closed, for calls, next none.\n"
    assert told(run("follow-ups", "show", made["id"], "--json"))["closed_reason"] == "spoke to her"
    for_people = told(run("follow-ups", "create", "--contact", ADA, "--reason", "Wants a person", "--for", "operator", "--json"))
    assert for_people["for"] == "operator"


def test_a_program_that_takes_in_a_list_sees_no_bar(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("phone\n+12025550175\n")
    taken = run("suppressions", "import", str(file), "--source", "state", "--date", "2026-06-01", "--json")
    assert told(taken)["added"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("contacts", "show", "+12025550999"), "There is no contact '+12025550999'."),
        (("consents", "show", "Ada T"), "'Ada T' is not the id of a consent."),
        (("appointments", "list", "--status", "gone"), "callwright: "),
        (("follow-ups", "create", "--contact", "Nobody", "--reason", "x"), "There is no contact 'Nobody'."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    refused = run(*arguments)
    assert (refused.exit_code, refused.stdout) == (1, ""), refused.output
    assert sentence in " ".join(refused.output.split())
