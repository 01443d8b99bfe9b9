"""One of everything that a workspace can have, made over the API."""

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select, update

from control_plane.calls.promises import take_promise
from control_plane.campaigns.enrollments import Enrollments
from control_plane.db.models import Call, Campaign, ContactImport, Enrollment, Trunk
from control_plane.db.models import Promise as LedgerPromise
from control_plane.db.unit import open_unit
from sip_config.contract import Promise
from tests.fixtures.api import Api

PHONE = "+12025550101"
CONSENT = {"purpose": "care", "basis": "oral", "granted_at": "2026-01-01T00:00:00Z"}

EVERY_DAY = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "24:00"}]


@dataclass(frozen=True)
class Belongings:
    """One of each resource of a workspace, by the name of the parameter that takes its id, and a body for each operation."""

    ids: dict[str, str]
    bodies: dict[tuple[str, str], Any]

    def path(self, path: str) -> str:
        return path.format(**self.ids, pack="us-fl")


async def belongings(api: Api, client: httpx.AsyncClient) -> Belongings:
    """Make one of each over the API."""

    async def made(path: str, body: Any, status: int = 201) -> str:
        answer = await client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()["id"]

    assistant = await made("/assistants", {"name": "Ann", "system_prompt": "Be kind."})
    trunk = await made("/trunks", {"name": "R", "provider": "rehearsal"})
    number = await made("/numbers", {"e164": "+12025550199", "trunk_id": trunk})
    await _known_to_livekit(api)
    people = await made("/contact-lists", {"name": "People"})
    contact = await made("/contacts", {"name": "Ada", "phones": [{"e164": PHONE}], "contact_list_ids": [people]})
    campaign = {"name": "C", "assistant_id": assistant, "contact_list_ids": [people], "number_ids": [number]}
    campaign_id = await made("/campaigns", campaign)
    upload = await client.post(f"/contact-lists/{people}/imports", content=b"phone\n", headers={"Content-Type": "text/csv"})
    await _imported(api)
    calendar = await made("/calendars", {"name": "Visits", "assistant_id": assistant, "time_zone": "UTC", "weekly": EVERY_DAY})
    endpoint = await made("/webhook-endpoints", {"url": "https://hooks.example.com/", "assistant_id": assistant})
    ids = {
        "secret_id": await made("/secrets", {"name": "models", "value": "sk-of-theirs"}),
        "tool_id": await made("/tools", {"name": "weather", "description": "The weather.", "url": "https://weather.example.com/now"}),
        "endpoint_id": endpoint,
        "delivery_id": await made(f"/webhook-endpoints/{endpoint}/test", None, 202),
        "assistant_id": assistant,
        "trunk_id": trunk,
        "number_id": number,
        "list_id": people,
        "contact_id": contact,
        "campaign_id": campaign_id,
        "enrollment_id": await _enrolled(api, campaign_id),
        "import_id": upload.json()["id"],
        "schedule_id": await made("/schedules", {"name": "S", "assistant_id": assistant, "contact_id": contact, "cron": "0 14 * * 1"}),
        "appointment_id": await made(
            "/appointments", {"contact_id": contact, "assistant_id": assistant, "starts_at": "2026-12-24T14:30:00Z"}
        ),
        "feed_id": await made("/appointment-feeds", {"name": "F", "url": "https://calendar.example.com/f.ics", "assistant_id": assistant}),
        "operator_id": await made("/operators", {"name": "Desk", "e164": "+12025550150"}),
        "calendar_id": calendar,
        "booking_id": await made("/bookings", {"calendar_id": calendar, "starts_at": "2026-11-24T14:00:00Z", "contact_id": contact}),
        "suppression_id": await made("/suppressions", {"e164": "+12025550102", "reason": "asked"}),
        "call_id": await made("/calls", {"assistant_id": assistant, "to": PHONE}, 202),
        "key_id": await made("/api-keys", {"name": "k", "role": "viewer"}),
        "consent_id": await made("/consents", CONSENT | {"e164": PHONE}),
        "number_import_id": (await _listed(client)).json()["id"],
        "hold_id": await made("/legal-holds", {"e164": "+12025550109", "reason": "Case 7"}),
        "follow_up_id": await made("/follow-ups", {"contact_id": contact, "assistant_id": assistant, "reason": "Sounded lost"}),
        "checkup_id": await made("/checkups", {"contact_id": contact, "assistant_id": assistant}),
        "erasure_id": await made("/erasures", {"e164": "+12025550108"}, 202),
    }
    ids["knowledge_id"] = await made("/knowledge", {"name": "Prices"})
    ids["document_id"] = await _documented(client, ids["knowledge_id"])
    ids["promise_id"] = await _promised(api, ids["call_id"])
    bodies: dict[tuple[str, str], Any] = {
        ("POST", "/campaigns/{campaign_id}/contacts"): {"contact_ids": [contact]},
        ("POST", "/contact-lists/{list_id}/contacts"): {"contact_ids": [contact]},
        ("POST", "/campaigns/{campaign_id}/preview"): {},
        ("POST", "/contact-lists/{list_id}/consents"): CONSENT,
        ("POST", "/tools/{tool_id}/test"): {},
        ("POST", "/assistants/{assistant_id}/try"): {},
        ("POST", "/calls/{call_id}/transfer"): {"destination": "Desk"},
        ("PUT", "/calls/{call_id}/outcome"): {"outcome": "do_not_call"},
        ("PUT", "/contacts/{contact_id}/memory"): {"facts": []},
        ("PUT", "/contacts/{contact_id}/quiet-times"): {"ranges": []},
        ("PUT", "/contacts/{contact_id}/confirmed-zone"): {"time_zone": "Asia/Tokyo", "evidence": "Said so."},
        ("PUT", "/numbers/{number_id}/assistant"): {"assistant_id": assistant},
        ("PUT", "/numbers/{number_id}/routing"): {"outside": {"assistant_id": assistant}},
    }
    return Belongings(ids, bodies)


async def _listed(client: httpx.AsyncClient) -> httpx.Response:
    """A do-not-call list, uploaded."""
    query = {"source": "us_national", "list_date": "2026-11-01"}
    return await client.post("/suppressions/imports", content=b"+12025550107\n", headers={"Content-Type": "text/csv"}, params=query)


async def _documented(client: httpx.AsyncClient, knowledge_id: str) -> str:
    answer = await client.post(f"/knowledge/{knowledge_id}/documents", content=b"Gold is dear.", headers={"Content-Type": "text/plain"})
    return answer.json()["id"]


async def _promised(api: Api, call_id: str) -> str:
    """As the agent of the call would have said."""
    async with open_unit(api.app.state.sessions, api.queue, api.clock, actor="system") as unit:
        call = await unit.session.get_one(Call, call_id)
        await take_promise(unit, call, Promise(1, "Send the price list."), may_quote=True)
        return str(await unit.session.scalar(select(LedgerPromise.id).where(LedgerPromise.call_id == call.id)))


async def _imported(api: Api) -> None:
    """As the task that reads files would have noted: whoever listens to an import is let go at its end."""
    async with open_unit(api.app.state.sessions, api.queue, api.clock, actor="system") as unit:
        await unit.session.execute(update(ContactImport).values(state="completed"))


async def _known_to_livekit(api: Api) -> None:
    """As the task that applies trunks to LiveKit would have noted."""
    async with open_unit(api.app.state.sessions, api.queue, api.clock, actor="system") as unit:
        await unit.session.execute(update(Trunk).values(livekit_outbound_trunk_id="ST_test", sync_state="synced"))


async def _enrolled(api: Api, campaign_id: str) -> str:
    async with open_unit(api.app.state.sessions, api.queue, api.clock, actor="system") as unit:
        campaign = await unit.session.get_one(Campaign, campaign_id)
        await Enrollments(unit).enroll(campaign)
        return str(await unit.session.scalar(select(Enrollment.id).where(Enrollment.campaign_id == campaign.id)))
