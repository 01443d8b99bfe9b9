"""The whole platform on this machine, started once: real servers, the simulated carrier, the stand-in models."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from control_plane.local.demo_campaign import Api, open_api, rehearsal_number
from control_plane.local.ports import Ports
from control_plane.local.settings import LocalOptions
from control_plane.local.stack import LocalStack, forget_data
from rehearsal import ledger

LIMIT_S = 600.0
LOOK_EVERY_S = 0.5
"""Each look costs the API processor time that the calls under test are in need of."""
FINAL = {"done", "exhausted", "suppressed", "skipped"}


@dataclass(frozen=True, slots=True)
class Platform:
    stack: LocalStack
    client: httpx.AsyncClient

    @property
    def api(self) -> Api:
        return Api(self.client)

    def records(self, call_ids: Iterable[str]) -> list[dict[str, Any]]:
        """What the carrier wrote down about these calls."""
        wanted = set(call_ids)
        return [record for record in ledger.read(self.stack.options.ledger) if record["call_id"] in wanted]

    async def until(self, holds: Any, limit_s: float = LIMIT_S) -> Any:
        """What the coroutine function `holds` returns as soon as it is truthy."""
        async with asyncio.timeout(limit_s):
            while not (result := await holds()):
                await asyncio.sleep(LOOK_EVERY_S)
            return result


@dataclass(frozen=True, slots=True)
class Running:
    """One campaign on the platform."""

    platform: Platform
    id: str

    async def enrollments(self) -> list[dict[str, Any]]:
        return await self.platform.api.items(f"/campaigns/{self.id}/enrollments")

    async def calls(self) -> list[dict[str, Any]]:
        return sorted(await self.platform.api.items(f"/campaigns/{self.id}/calls"), key=lambda call: call["created_at"])

    async def is_finished(self) -> bool:
        return all(enrollment["state"] in FINAL for enrollment in await self.enrollments())

    async def live(self, *states: str) -> list[dict[str, Any]]:
        return [call for call in await self.calls() if call["state"] in states]

    async def records(self) -> list[dict[str, Any]]:
        return self.platform.records([call["id"] for call in await self.calls()])


@dataclass(frozen=True, slots=True)
class Footprint:
    """Owner, group and mode of what lies in the folders of this machine where a careless program leaves traces."""

    entries: dict[str, tuple[int, int, int]]
    accounts: str

    @classmethod
    def taken(cls) -> "Footprint":
        folders = [Path(name) for name in ("/", "/etc", "/var", "/var/lib", "/var/tmp", "/opt", "/srv", "/tmp", "/home")]
        paths = [path for folder in [*folders, Path.home()] if os.access(folder, os.R_OK) for path in [folder, *folder.iterdir()]]
        return cls({str(path): _facts(path) for path in paths if path.exists()}, Path("/etc/passwd").read_text())


def _facts(path: Path) -> tuple[int, int, int]:
    facts = path.lstat()
    return facts.st_uid, facts.st_gid, facts.st_mode


@pytest.fixture(scope="session")
def footprint_before() -> Footprint:
    return Footprint.taken()


@pytest.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory, footprint_before: Footprint) -> AsyncIterator[Platform]:
    options = LocalOptions(data_dir=tmp_path_factory.mktemp("platform"), ports=Ports.free(), stand_ins_only=True, durable=False)
    stack = LocalStack(options)
    await stack.__aenter__()
    try:
        async with open_api(stack.api_url, stack.owner_key) as client:
            yield Platform(stack, client)
    finally:
        await stack.__aexit__(None, None, None)
        forget_data(options)


@pytest.fixture(scope="session")
async def caller_id(platform: Platform) -> str:
    """Id of a number on a rehearsal trunk."""
    return await rehearsal_number(platform.api, "+12025550198", name="Tests", max_concurrent_calls=50)


async def start_campaign(platform: Platform, caller_id: str, contacts: dict[str, str], folder: Path, **settings: Any) -> Running:
    """Import `contacts` (number → callee script, empty for the number's own) and start a campaign over them."""
    api = platform.api
    rows = "".join(f"Contact {i},{number},{script}\n" for i, (number, script) in enumerate(contacts.items()))
    file = folder / "contacts.csv"
    file.write_text(f"name,phone,rehearsal_script\n{rows}")
    assistant = await api.post(
        "/assistants", {"name": "Robin", "system_prompt": "Ask whether the appointment suits.", "first_message": OPENING}
    )
    members = await api.post("/contact-lists", {"name": "Tests"})
    done = await api.upload(f"/contact-lists/{members['id']}/imports", file)

    async def imported() -> bool:
        return (await api.get(f"/imports/{done['id']}"))["state"] == "completed"

    await platform.until(imported)
    body = {"assistant_id": assistant["id"], "contact_list_ids": [members["id"]], "number_ids": [caller_id], "ring_timeout_s": 15}
    campaign = await api.post("/campaigns", {"name": "Tests", "attempts": {"max_total": 2}, **body, **settings})
    await api.post(f"/campaigns/{campaign['id']}/start")
    return Running(platform, campaign["id"])


OPENING = "Hello, this is the AI assistant of Riverside Dental. Does your appointment suit you?"
