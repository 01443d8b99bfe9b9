"""`callwright rules`: what is in force on a day, what a pack says with its sources, and whether a file can be used."""

import json
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from control_plane.rules.commands import app
from control_plane.rules.registry import PACKS


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_packs_in_force_on_a_day_are_listed_with_what_is_closed():
    listed = run("list", "--day", "2026-11-22")
    assert listed.exit_code == 0
    by_label = {line.split()[0]: line for line in listed.output.splitlines()}
    assert {"us@2026-11-1", "us-fl@2026-11-1", "rehearsal@2026-11-2"} <= by_label.keys()
    assert [label for label, line in by_label.items() if line.endswith("  closed")] == ["in@2026-11-1"]
    # The FCC's ruling about voices of an AI came on 8 February 2024.
    assert "us@2026-11-1" not in run("list", "--day", "2024-02-07").output


def test_the_list_is_there_for_programs_too():
    packs = {pack["name"]: pack for pack in json.loads(run("list", "--day", "2026-11-22", "--json").output)}
    assert (packs["us"]["effective_from"], packs["us"]["jurisdictions"], packs["in"]["is_closed"]) == ("2024-02-08", ["US"], True)


def test_a_pack_is_shown_with_its_rules_and_how_certain_their_sources_are():
    shown = run("show", "us-fl")
    assert shown.exit_code == 0
    first, *rules = shown.output.splitlines()
    assert first == "us-fl@2026-11-1  Florida (US-FL); sourced"
    assert any(line.startswith("  limit: count 3; per contact; hours 24;") for line in rules)
    assert any(line.startswith("  [sourced] Fla. Stat. 501.616(6)(b): at most three commercial calls") for line in rules)
    (as_json,) = json.loads(run("show", "us-fl", "--json").output)
    assert (as_json["recording"], as_json["limits"][0]["count"]) == ("notify_and_affirm", 3)


def test_a_pack_that_is_not_there_is_an_error_that_says_where_to_look():
    missing = run("show", "us-xx")
    assert (missing.exit_code, missing.output) == (1, "There is no rule pack 'us-xx'; `callwright rules list` shows all.\n")


def test_a_file_is_checked_before_it_is_used(tmp_path: Path):
    assert run("check", str(PACKS / "us-fl.yaml")).output == "us-fl.yaml can be used: us-fl@2026-11-1.\n"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((PACKS / "us-fl.yaml").read_text().replace("start: 08:00", "start: 25:00").replace("per: contact", "per: house"))
    checked = run("check", str(wrong))
    assert checked.exit_code == 1
    assert [line.split(": ")[0] for line in checked.output.splitlines()] == [
        "versions[0].hours[0].weekly[0].start",
        "versions[0].limits[0].per",
    ]
    told = run("check", str(wrong), "--json")
    assert (told.exit_code, json.loads(told.output)) == (1, {"packs": [], "mistakes": checked.output.splitlines()})
    assert json.loads(run("check", str(PACKS / "us-fl.yaml"), "--json").output) == {"packs": ["us-fl@2026-11-1"], "mistakes": []}
