"""A campaign as a file: what is shown comes true, and a second time there is nothing to do."""

import json
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from control_plane.remote.campaign_file import read
from control_plane.remote.client import RemoteError
from tests.integration.remote.conftest import Run

NUMBER = "+12025550177"
YAML = """
assistant:
  name: Clara
  system_prompt: Remind people of their visit.
  first_message: Hello {{first_name}}, this is Clara, an AI assistant.
  voice:
    speed: 1.1
contacts:
  list: July visits
  file: people.csv
  country: US
  mapping: {{Kunde: name, Telefon: phone}}
campaign:
  name: July reminders
  numbers: ["{number}"]
  prompt: {prompt}
  budget: 250
  window:
    weekly:
      - {{days: [mon, tue], start: 09:00, end: 17:00}}
  starts_at: 2026-07-01T09:00:00+02:00
start: {start}
"""
PEOPLE = "Kunde;Telefon;Tag\nZoë;202 555 0161;Monday\nBob;202 555 0162;Friday\nCem;202 555 0163;Monday\nEve;12;\n"
LATER = "Kunde;Telefon;Tag\nZoë;202 555 0161;Tuesday\nBob;202 555 0162;Friday\nDan;202 555 0164;Monday\n"


@pytest.fixture(scope="module")
def number(served: str) -> str:
    with httpx.Client(base_url=f"{served}/api/v1", headers={"Authorization": "Bearer cw_bootstrap"}, trust_env=False) as client:
        trunk = client.post("/trunks", json={"name": "For files", "provider": "rehearsal"})
        trunk_id = trunk.json()["id"] if trunk.is_success else client.get("/trunks").json()["items"][0]["id"]
        assert client.post("/numbers", json={"e164": NUMBER, "trunk_id": trunk_id}).is_success
    return NUMBER


def written(folder: Path, people: str = PEOPLE, prompt: str = "Confirm the day.", start: str = "false") -> str:
    (folder / "people.csv").write_text(people, encoding="utf-8")
    file = folder / "campaign.yaml"
    file.write_text(YAML.format(number=NUMBER, prompt=prompt, start=start), encoding="utf-8")
    return str(file)


def members(client: httpx.Client) -> dict[str, Any]:
    (people,) = [one for one in client.get("/contact-lists").json()["items"] if one["name"] == "July visits"]
    return {one["name"]: one for one in client.get("/contacts", params={"contact_list_id": people["id"]}).json()["items"]}


def being_called(database: str, name: str, *, now: bool) -> None:
    """As the dialer claims somebody, and gives them back."""
    change = "update enrollment set state = %s, due_at = case when %s then null else now() end"
    theirs = "from contact where contact_id = contact.id and contact.name = %s"
    with psycopg.connect(database.replace("+psycopg", "", 1)) as connection:
        assert connection.execute(f"{change} {theirs}", ("claimed" if now else "waiting", now, name)).rowcount == 1


def trail(client: httpx.Client) -> str:
    """The newest line of the audit trail."""
    return client.get("/audit", params={"limit": 1}).json()["items"][0]["id"]


def test_a_file_is_planned_and_applied_and_applied_again_and_changed(
    run: Run, client: httpx.Client, number: str, database: str, tmp_path: Path
) -> None:
    file = written(tmp_path)
    before = trail(client)
    shown = run("plan", file)
    assert shown.exit_code == 0, shown.output
    for line in ("+ assistant Clara", "+ contact list July visits", "3 come, 0 change, 0 go", "+ Zoë +12025550161", "row 4 is refused"):
        assert line in shown.output
    for line in ("+ campaign July reminders", "3 contacts:", "Expected cost"):
        assert line in shown.output
    assert trail(client) == before
    assert run("plan", file, "--check").exit_code == 4
    assert run("apply", file).exit_code == 2

    done = run("apply", file, "--yes")
    assert done.exit_code == 0, done.output
    assert sorted(members(client)) == ["Bob", "Cem", "Zoë"]
    (campaign,) = [one for one in client.get("/campaigns").json()["items"] if one["name"] == "July reminders"]
    assert (campaign["budget"], campaign["window"]["weekly"][0]["end"], campaign["execution_status"]) == ("250.0000", "17:00", "idle")

    after = trail(client)
    again = run("apply", file, "--yes", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.output)["has_changes"] is False
    assert "Nothing to do" in run("plan", file, "--check").output
    assert trail(client) == after

    file = written(tmp_path, LATER, prompt="Ask whether the day suits.", start="true")
    changed = json.loads(run("plan", file, "--json").output)
    assert changed["contact_list"]["contacts"] == {"added": 1, "changed": 1, "removed": 1, "kept": 1, "rejected": 0, "consents": 0}
    assert changed["campaign"]["changes"] == [{"field": "prompt", "before": "Confirm the day.", "after": "Ask whether the day suits."}]
    assert (changed["campaign"]["starts"], changed["preview"]["contacts"]) == (True, 3)
    done = run("apply", file, "--yes")
    assert done.exit_code == 0, done.output
    people = members(client)
    assert sorted(people) == ["Bob", "Dan", "Zoë"]
    assert people["Zoë"]["attributes"] == {"tag": "Tuesday"}
    assert client.get(f"/campaigns/{campaign['id']}").json()["execution_status"] == "running"
    assert "Nothing to do" in run("plan", file).output

    # Whoever leaves the file of a campaign under way is not called either.
    file = written(tmp_path, "Kunde;Telefon;Tag\nZoë;202 555 0161;Tuesday\nBob;202 555 0162;Friday\n", "Ask whether the day suits.", "true")
    assert "- Dan +12025550164" in run("plan", file).output
    client.post(f"/campaigns/{campaign['id']}/pause")
    being_called(database, "Dan", now=True)
    held = run("apply", file, "--yes")
    assert held.exit_code == 0, held.output
    assert "0 contacts are taken off the list" in held.output
    assert "1 contact is being called right now and stays on the list" in held.output
    told = json.loads(run("apply", file, "--yes", "--json").output)
    assert told["stayed_on_list"] == [members(client)["Dan"]["id"]]
    being_called(database, "Dan", now=False)
    assert "- Dan +12025550164" in run("plan", file).output
    assert "1 contact is taken off the list; 1 of them waited for a call and is skipped." in run("apply", file, "--yes").output
    assert sorted(members(client)) == ["Bob", "Zoë"]
    assert json.loads(run("apply", file, "--yes", "--json").output)["stayed_on_list"] == []
    skipped = client.get(f"/campaigns/{campaign['id']}/enrollments", params={"state": "skipped"}).json()["items"]
    assert [one["contact_name"] for one in skipped] == ["Dan"]
    client.post(f"/campaigns/{campaign['id']}/stop")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("assistant: Ada\ncontacts: {list: June}\ncampaign: {name: x}\n", "campaign: 'numbers' is a required property."),
        ("assistant: Ada\ncontacts: {list: J, fil: x}\ncampaign: {name: x, numbers: ['+12025550100']}\n", "'fil' was unexpected"),
        (
            "assistant: Ada\ncontacts: {list: J, file: x}\ncampaign: {name: x, numbers: ['+12025550100']}\n",
            "there is no file 'x' beside",
        ),
        ("assistant: Ada\ncontacts: {list: J}\ncampaign: {name: x, numbers: ['+12025550100'], weight: 0}\n", "campaign.weight: 0 is less"),
        ("a: [", "is not YAML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(text)
    with pytest.raises(RemoteError) as refused:
        read(file)
    assert sentence in str(refused.value)
