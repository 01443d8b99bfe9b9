"""The demonstration's own campaign, made and watched through the public API and nothing else."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from control_plane.local.processes import LocalError

CONTACTS = Path(__file__).with_name("demo_contacts.csv")
# From the fictional range, like every number of a rehearsal.
_CALLER_ID = "+12025550199"
_FINAL = {"done", "exhausted", "suppressed", "skipped"}
_IMPORT_LIMIT_S = 60.0
_CONNECT_LIMIT_S = 60.0
_LOOK_EVERY_S = 0.5
# What a person would configure; the words are the assistant's whole character.
_ASSISTANT = {
    "name": "Clinic reminder",
    "calls_for": "Riverside Dental",
    "system_prompt": "You call for Riverside Dental to confirm an appointment. Be brief and friendly. Stop at once when asked to.",
    "first_message": "Hello, this is the AI assistant of Riverside Dental. Does your appointment still suit you?",
    "language": "en",
    "voice": {"speed": 1.4},
}
# Who is busy or throttled and who asks for a callback is called twice. Nobody else, so that there is less to wait for.
_CALLED_ONCE = ("silence", "no_answer", "voicemail", "rejected", "unreachable", "hung_up_early", "network")
_ATTEMPTS = {"max_total": 2, "ladder": {result: {"delays_s": []} for result in _CALLED_ONCE}}
# The least that the API takes, so that the callee who never answers does not hold the others up.
_RING_TIMEOUT_S = 15


class Api:
    """The public API as one workspace's owner."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return _checked(await self._client.post(f"/api/v1{path}", json=body)).json()

    async def upload(self, path: str, file: Path) -> dict[str, Any]:
        content = await asyncio.to_thread(file.read_bytes)
        return _checked(await self._client.post(f"/api/v1{path}", files={"file": (file.name, content, "text/csv")})).json()

    async def get(self, path: str, **query: str | int) -> dict[str, Any]:
        return _checked(await self._client.get(f"/api/v1{path}", params=query)).json()

    async def content(self, path: str) -> bytes:
        return _checked(await self._client.get(path)).content

    async def items(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        page = await self.get(path, limit=200, **query)
        while True:
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            page = await self.get(path, limit=200, cursor=page["next_cursor"], **query)


def open_api(url: str, key: str) -> httpx.AsyncClient:
    """A client for `Api`; the caller closes it."""
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False)


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A started campaign and what it should reach."""

    api: Api
    id: str
    contacts: int

    @classmethod
    async def start(cls, api: Api, max_concurrent_calls: int) -> "DemoCampaign":
        """Make assistant, trunk, number, list and campaign; import the contacts; start."""
        assistant = await api.post("/assistants", _ASSISTANT)
        contact_list = await api.post("/contact-lists", {"name": "Patients of next week"})
        number_id, contacts = await asyncio.gather(
            rehearsal_number(api, _CALLER_ID, name="Simulated carrier"), _import(api, contact_list["id"])
        )
        campaign = await api.post(
            "/campaigns",
            {
                "name": "Appointment reminders",
                "assistant_id": assistant["id"],
                "contact_list_ids": [contact_list["id"]],
                "number_ids": [number_id],
                "prompt": "Confirm the visit on {appointment}.",
                "attempts": _ATTEMPTS,
                "ring_timeout_s": _RING_TIMEOUT_S,
                "max_concurrent_calls": max_concurrent_calls,
            },
        )
        await api.post(f"/campaigns/{campaign['id']}/start")
        return cls(api, campaign["id"], contacts)

    async def enrollments(self) -> list[dict[str, Any]]:
        """Every contact of the campaign as the API shows it, in the order of the list."""
        return sorted(await self.api.items(f"/campaigns/{self.id}/enrollments"), key=lambda enrollment: enrollment["id"])

    async def calls(self) -> list[dict[str, Any]]:
        """Every call of the campaign, oldest first."""
        return sorted(await self.api.items(f"/campaigns/{self.id}/calls"), key=lambda call: call["created_at"])

    def is_finished(self, enrollments: list[dict[str, Any]]) -> bool:
        return len(enrollments) >= self.contacts and all(enrollment["state"] in _FINAL for enrollment in enrollments)


async def rehearsal_number(api: Api, e164: str, **trunk: Any) -> str:
    """Make a trunk of the simulated carrier and a number on it; returns the number's id as soon as LiveKit knows both.

    `trunk` are further fields of the trunk. Raises `LocalError` when LiveKit refuses it or does not answer.
    """
    made = await api.post("/trunks", {"provider": "rehearsal", "calls_per_second": 5, **trunk})
    number = await api.post("/numbers", {"e164": e164, "trunk_id": made["id"]})
    try:
        async with asyncio.timeout(_CONNECT_LIMIT_S):
            while made["sync_state"] == "pending":
                await look_again()
                made = await api.get(f"/trunks/{made['id']}")
    except TimeoutError:
        raise LocalError(f"The trunk {made['name']} was not connected to LiveKit within {_CONNECT_LIMIT_S:.0f} s.") from None
    if made["sync_state"] == "failed":
        raise LocalError(f"LiveKit refused the trunk {made['name']}: {made['sync_error']}")
    return number["id"]


async def look_again() -> None:
    """The pause between two looks at the campaign."""
    await asyncio.sleep(_LOOK_EVERY_S)


async def _import(api: Api, list_id: str) -> int:
    """Import the contacts; returns how many there are. Raises `LocalError` when a row is refused."""
    done = await api.upload(f"/contact-lists/{list_id}/imports", CONTACTS)
    async with asyncio.timeout(_IMPORT_LIMIT_S):
        while done["state"] not in ("completed", "failed"):
            await look_again()
            done = await api.get(f"/imports/{done['id']}")
    if done["state"] == "failed" or done["rejected"]:
        raise LocalError(f"The import of the demonstration's contacts went wrong: {done['error'] or done['rejected']}.")
    return done["created"]


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise LocalError(f"The API refused {answer.request.method} {answer.request.url.path} ({answer.status_code}): {answer.text}")
    return answer
