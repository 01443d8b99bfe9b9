"""`callwright demo`: the whole platform, one campaign from a CSV file to outcomes, and a verdict on every contact."""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from control_plane.kit.printing import print_json
from control_plane.local.demo_campaign import Api, DemoCampaign, look_again, open_api
from control_plane.local.demo_verdict import Verdict, first_audio_line, judge, report
from control_plane.local.demo_view import CampaignView, table
from control_plane.local.livekit import REPOSITORY
from control_plane.local.ports import Ports
from control_plane.local.processes import LocalError
from control_plane.local.settings import LocalOptions
from control_plane.local.stack import LocalStack, forget_data
from control_plane.local.up import EXIT_FAILED, carrier_line, models_line, stop_on_signals, unless
from control_plane.settings import EXIT_MISCONFIGURED, SettingsError

# Twice what the slowest run on two busy cores took; a campaign that hangs has to end as a failure.
_LIMIT_S = 420.0


def demo(options: LocalOptions, *, as_json: bool) -> int:
    """Run the demonstration; 0 only when every contact ended as its callee script says. Never rings a phone."""
    console = Console(stderr=as_json)
    base = options.folder
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=base))
    say = lambda line: console.print(line, highlight=False, soft_wrap=True, markup=False)  # noqa: E731
    mine = replace(
        options,
        data_dir=folder,
        ports=Ports.free(),
        stand_ins_only=True,
        host="127.0.0.1",
        carrier_processes=1,
        say=say,
    )
    try:
        return asyncio.run(_demo(mine, console, as_json=as_json))
    except SettingsError as error:
        say(str(error))
        return EXIT_MISCONFIGURED
    except LocalError as error:
        say(str(error))
        return EXIT_FAILED
    finally:
        # What is worth reading was written out.
        forget_data(mine)


async def _demo(options: LocalOptions, console: Console, *, as_json: bool) -> int:
    asked = asyncio.Event()
    stop_on_signals(asked)
    options.say("Starting the platform …")
    stack = await unless(asyncio.create_task(LocalStack(options).__aenter__()), asked)
    if stack is None:
        return EXIT_FAILED
    try:
        options.say(f"Carrier  {carrier_line(stack)}\nModels   {models_line(stack)}\nAPI      {stack.api_url}/api/v1\n")
        campaign = asyncio.create_task(_campaign(stack, console, as_json=as_json))
        asking = asyncio.create_task(asked.wait())
        await asyncio.wait({campaign, asking}, return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
        if not campaign.done():
            campaign.cancel()
            await asyncio.gather(campaign, return_exceptions=True)
            options.say("Stopped before the campaign was finished.")
            return EXIT_FAILED
        return await campaign
    finally:
        await stack.__aexit__(None, None, None)


async def _campaign(stack: LocalStack, console: Console, *, as_json: bool) -> int:
    async with open_api(stack.api_url, stack.owner_key) as client:
        api = Api(client)
        campaign = await DemoCampaign.start(api, stack.options.slots * stack.options.most_agent_workers)
        is_finished = await _watch(campaign, console)
        enrollments, calls = await campaign.enrollments(), await campaign.calls()
        seen = await _carrier_summary(stack.options.ledger)
        verdicts = judge(enrollments, calls, seen["callees"])
        await _keep(api, calls, enrollments, stack.options.folder)
    _show_summary(stack, console, calls, verdicts, seen)
    if as_json:
        print_json(report(verdicts, calls, stack.options.folder))
    return 0 if is_finished and all(verdict.is_as_scripted for verdict in verdicts) else EXIT_FAILED


async def _watch(campaign: DemoCampaign, console: Console) -> bool:
    """Show the campaign until every contact is finished; False when the time is over first."""
    try:
        with CampaignView(console) as view:
            async with asyncio.timeout(_LIMIT_S):
                while True:
                    enrollments = await campaign.enrollments()
                    view.show(enrollments)
                    if campaign.is_finished(enrollments):
                        return True
                    await look_again()
    except TimeoutError:
        console.print(f"Not every contact was finished within {_LIMIT_S:.0f} s.", style="red")
        return False


async def _carrier_summary(ledger: Path) -> dict[str, Any]:
    """What the carrier saw; asked of its own program, since this package never imports it."""
    argv = (sys.executable, "-m", "rehearsal.summary", str(ledger))
    process = await asyncio.create_subprocess_exec(*argv, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode:
        raise LocalError("The carrier's ledger could not be read.")
    return json.loads(output)


async def _keep(api: Api, calls: list[dict[str, Any]], enrollments: list[dict[str, Any]], folder: Path) -> None:
    """Write transcripts and recordings of the answered calls where they can be read after the platform is gone."""
    names = {enrollment["id"]: enrollment["contact_name"] for enrollment in enrollments}
    for call in calls:
        if call["answered_at"] is None:
            continue
        stem = f"{names[call['enrollment_id']].lower().replace(' ', '-')}-{call['attempt']}"
        turns = (await api.get(f"/calls/{call['id']}/transcript"))["turns"]
        text = "".join(f"[{turn['started_at_s']:6.1f} s] {turn['speaker']}: {turn['text']}\n" for turn in turns)
        _write(folder / "transcripts" / f"{stem}.txt", text.encode())
        if call["recording_url"]:
            _write(folder / "recordings" / f"{stem}.ogg", await api.content(call["recording_url"]))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def _show_summary(stack: LocalStack, console: Console, calls: list[dict[str, Any]], verdicts: list[Verdict], seen: dict[str, Any]) -> None:
    say, folder = stack.options.say, stack.options.folder
    rows = [(v.contact, v.script, "done" if v.is_as_scripted else "differs", "; ".join(v.differences) or v.about) for v in verdicts]
    console.print(table(rows, "Every contact against its callee script", ("Contact", "Script", "Verdict", "")))
    outcomes = Counter(call["outcome"] for call in calls if call["outcome"])
    say(f"Outcomes     {', '.join(f'{count} × {name}' for name, count in outcomes.most_common())}")
    dialled = sum(call["started_at"] is not None and call["state"] != "released" for call in calls)
    say(f"Dials        {seen['dials']} at the carrier, for {dialled} calls on record")
    say("First audio  " + first_audio_line("after the callee's first words", seen["first_audio"]["spoke"]))
    say("             " + first_audio_line("when nothing is said", seen["first_audio"]["silent"]))
    say(f"Transcripts  {folder / 'transcripts'}")
    say(f"Recordings   {folder / 'recordings'}")
    say(f"Ledger, logs {stack.options.ledger}, {folder / 'logs'}")
    say(f"Carrier      {carrier_line(stack)}\nModels       {models_line(stack)}")
    as_scripted = sum(verdict.is_as_scripted for verdict in verdicts)
    say(f"{as_scripted} of {len(verdicts)} contacts ended as scripted.")
