"""Trying an assistant on the whole platform: the command, the API, a real agent worker and the stand-in model; no phone, no sound."""

import asyncio
import os
import sys
from pathlib import Path

from control_plane.remote.terminal import EXIT_NOT_IN_ORDER
from tests.e2e.conftest import Platform

SCENARIOS = Path(__file__).parents[2] / "scenarios"
LIMIT_S = 300


async def callwright(platform: Platform, *arguments: str, typed: str = "") -> tuple[int, str]:
    env = {"PATH": os.defpath, "CALLWRIGHT_API_URL": str(platform.client.base_url), "CALLWRIGHT_API_KEY": key(platform)}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "control_plane.cli",
        *arguments,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(child.communicate(typed.encode()), LIMIT_S)
    return child.returncode or 0, output.decode()


def key(platform: Platform) -> str:
    return platform.client.headers["Authorization"].removeprefix("Bearer ")


async def test_a_terminal_talks_to_an_assistant_and_a_scenario_judges_one(platform: Platform) -> None:
    await platform.api.post("/assistants", {"name": "Tried", "system_prompt": "You sell nothing.", "first_message": "Good morning."})
    status, output = await callwright(platform, "try", "Tried", "--to", "+12025550101", typed="Who is this?\nNever call me again.\n")
    assert status == 0, output
    assert "Good morning." in output
    assert "This is the automated assistant of a rehearsal." in output
    assert "outcome do_not_call" in output
    first, second = SCENARIOS / "interested-in-english.yaml", SCENARIOS / "nobody-speaks.yaml"
    status, output = await callwright(platform, "try", "--scenario", str(first), "--scenario", str(second))
    assert status == 0, output
    assert output.count("holds") == 2
    status, output = await callwright(platform, "try", "Tried", "--scenario", str(SCENARIOS / "wrong-number.yaml"), "--json")
    assert status == 0, output
    status, output = await callwright(platform, "try", "Tried", "--scenario", str(SCENARIOS / "interested-in-english.yaml"))
    assert status == EXIT_NOT_IN_ORDER, output
    assert "it should say 'the City Library'" in output
