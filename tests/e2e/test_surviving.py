"""What the platform promises when more is wanted than it can hold, and when a process dies in the middle."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from control_plane.local.postgres_files import RUNTIME_FOLDER
from rehearsal.scripts import load_scripts
from rehearsal.summary import summary
from tests.e2e.conftest import FINAL, Footprint, Platform, Running, start_campaign

pytestmark = pytest.mark.timeout(900)


async def test_three_times_as_many_calls_as_slots_wait_instead_of_meeting_silence(
    platform: Platform, caller_id: str, tmp_path: Path
) -> None:
    slots = platform.stack.options.slots * platform.stack.options.most_agent_workers
    contacts = {f"+1212555{i:04d}": "" for i in range(120, 120 + 3 * slots)}
    running = await start_campaign(platform, caller_id, contacts, tmp_path)
    most = 0

    async def is_finished() -> bool:
        nonlocal most
        most = max(most, len(await running.live("dispatched", "ready", "dialing", "ringing", "in_progress")))
        return await running.is_finished()

    await platform.until(is_finished)
    records = await running.records()
    figures = summary(records, load_scripts())["first_audio"]["spoke"]
    assert figures["calls"] == len(contacts)
    assert (figures["unheard"], figures["p95_s"] <= 1.0) == (0, True), figures
    assert most <= slots
    assert {call["outcome"] for call in await running.calls()} == {"success"}


async def test_killed_workers_lose_no_contact_and_dial_nobody_twice(platform: Platform, caller_id: str, tmp_path: Path) -> None:
    scripts = ["answers-and-talks", "answers-late", "rings-out", "busy", "not-interested", "answers-and-talks", "callback", "declined"]
    contacts = {f"+1415555{i:04d}": script for i, script in enumerate(scripts, start=130)}
    running = await start_campaign(platform, caller_id, contacts, tmp_path)
    await platform.until(lambda: running.live("ringing", "in_progress"))
    await platform.stack.kill("task-worker")
    await platform.stack.until_restarted("task-worker")
    await platform.until(lambda: running.live("in_progress"))
    (agents,) = platform.stack.agent_workers
    await platform.stack.kill(agents)
    await platform.stack.until_restarted(agents)

    async def is_settled() -> bool:
        unaccounted = await _unaccounted(running)
        return all(e["state"] in FINAL or e["contact_number"] in unaccounted for e in await running.enrollments())

    await platform.until(is_settled)
    await _nobody_lost_or_dialled_twice(running, contacts)


async def _unaccounted(running: Running) -> set[str]:
    """Numbers of calls that were killed between commit and INVITE, or of which nobody saw the end.

    Nothing can prove that their phones are quiet, so they stay reserved for the longest such a call could last, and then are due again.
    """
    return {call["to"] for call in await running.calls() if call["state"] == "lost"}


async def _nobody_lost_or_dialled_twice(running: Running, contacts: dict[str, str]) -> None:
    enrollments, records = await running.enrollments(), await running.records()
    assert {e["contact_number"] for e in enrollments} == set(contacts)
    unaccounted = await _unaccounted(running)
    assert {e["state"] for e in enrollments if e["contact_number"] not in unaccounted} <= FINAL
    # Whoever is unaccounted for is not lost: due again, and never more of them than were on their way to a phone at the kills.
    waiting = [e for e in enrollments if e["state"] not in FINAL]
    assert {e["state"] for e in waiting} <= {"waiting"}
    assert all(e["due_at"] for e in waiting)
    assert len(unaccounted) <= running.platform.stack.options.slots
    dials = Counter(record["call_id"] for record in records if record["event"] == "dialed")
    assert set(dials.values()) == {1}
    for number in contacts:
        assert _never_at_once(records, number), number
    assert all(call["state"] in ("ended", "released", "lost") for call in await running.calls())


def _never_at_once(records: list[dict[str, Any]], number: str) -> bool:
    """Had each call to the number ended at the carrier before the next was dialled?"""
    mine = sorted((r for r in records if r["number"] == number and r["event"] in ("dialed", "ended")), key=lambda r: r["at"])
    return all(a["event"] != b["event"] for a, b in pairwise(mine))


def test_the_machine_is_left_as_it_was_but_for_data_caches_and_one_private_folder(
    platform: Platform, footprint_before: Footprint, tmp_path_factory: pytest.TempPathFactory
) -> None:
    after = Footprint.taken()
    assert after.accounts == footprint_before.accounts
    assert {path: facts for path, facts in after.entries.items() if footprint_before.entries.get(path, facts) != facts} == {}
    ours = {str(RUNTIME_FOLDER), str(Path.home() / ".cache"), str(tmp_path_factory.getbasetemp().parent)}
    new = {path for path in after.entries.keys() - footprint_before.entries.keys() if path not in ours}
    assert new == set()
    if RUNTIME_FOLDER.exists():
        assert RUNTIME_FOLDER.stat().st_mode & 0o777 == 0o700
