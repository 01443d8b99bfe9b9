"""Look-ups of numbers as inputs of the gate: off unless switched on with their price said, asked once, believed for a while, and paid for
within a limit. Twilio is the emulator, which Twilio's own description judges."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from control_plane.calls.replay import replay
from control_plane.carriers.lookup_tasks import PAUSES, WISHED_WITHIN, look_up_numbers
from control_plane.db.models import AuditEntry, GateVerdict, Trunk
from tests.fakes.twilio import TwilioEmulator
from tests.integration.carriers.conftest import Acme

ANN, BOB = "+12124567890", "+12124567891"
PRICES = {"line_type": "0.008", "reassigned_number": "0.02", "currency": "USD"}
BOTH = {"line_type": True, "reassigned_number": True, "prices": PRICES, "monthly_limit": "1.00"}
NO_MOBILES = {"stricter": {"line_types": [{"closed": ["mobile"]}]}}


class Office:
    """A workspace that may call real numbers of people who have agreed to it in 2025."""

    def __init__(self, acme: Acme) -> None:
        self.acme, self.owner = acme, acme.api.owner

    async def opened(self) -> "Office":
        await self.acme.account()
        self.number = await self.acme.number(await self.acme.trunk())
        self.assistant = await self.acme.assistant()
        assert (await self.owner.post(f"/assistants/{self.assistant}/publish")).status_code < 300
        async with self.acme.api.sessions.begin() as session:
            await session.execute(update(Trunk).values(livekit_outbound_trunk_id="ST_test", sync_state="synced"))
        for e164 in (ANN, BOB):
            await self.agrees(e164, "2025-03-01T12:00:00Z")
        return self

    async def agrees(self, e164: str, at: str) -> None:
        said = {"e164": e164, "purpose": "informational", "basis": "oral", "granted_at": at}
        assert (await self.owner.post("/consents", json=said)).status_code == 201

    async def settings(self, **wanted: Any) -> dict[str, Any]:
        answer = await self.owner.put("/number-lookups/settings", json=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def call(self, to: str = ANN, **more: Any) -> httpx.Response:
        return await self.owner.post("/calls", json={"assistant_id": self.assistant, "from_number_id": self.number, "to": to} | more)

    async def wait_of(self, to: str = ANN) -> timedelta:
        """How long a call that is asked for now would wait."""
        answer = await self.call(to)
        assert answer.status_code == 202, answer.text
        async with self.acme.api.sessions() as session:
            verdict = await session.scalar(select(GateVerdict).where(GateVerdict.call_id == answer.json()["id"]))
        assert verdict is not None
        assert type(replay(verdict)).__name__.lower() == verdict.decision
        return timedelta(0) if verdict.decision == "dial" else timedelta(minutes=1)

    async def refusal(self, to: str = ANN) -> str:
        answer = await self.call(to)
        assert answer.status_code == 409, answer.text
        return answer.json()["detail"]

    async def look_up(self) -> None:
        await look_up_numbers(self.acme.ctx)

    async def known(self, e164: str) -> dict[str, Any]:
        (found,) = (await self.owner.get("/number-lookups", params={"e164": e164})).json()["items"]
        return found


@pytest.fixture
async def office(acme: Acme) -> Office:
    return await Office(acme).opened()


SOON, NOW = timedelta(minutes=1), timedelta(0)


async def test_nothing_is_looked_up_unless_it_is_switched_on_with_its_price(office: Office, twilio: TwilioEmulator) -> None:
    assert await office.wait_of() == NOW
    for wanted, field in (({"line_type": True}, "prices"), ({"reassigned_number": True, "prices": PRICES}, "monthly_limit")):
        refused = await office.owner.put("/number-lookups/settings", json=wanted)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    without = await office.acme.api.stranger.put("/number-lookups/settings", json=BOTH)
    assert (without.status_code, without.json()["code"]) == (409, "carrier_account_missing")
    shown = await office.settings(**BOTH | {"campaign_ids": []})
    assert (shown["prices"], shown["monthly_limit"], shown["this_month"]["lookups"]) == (PRICES, "1.00", 0)
    assert await office.wait_of() == NOW, "switched on for other calls only"
    await office.look_up()
    assert twilio.looked_up == []
    async with office.acme.api.sessions() as session:
        trail = await session.scalar(select(AuditEntry).where(AuditEntry.action == "number_lookups.change"))
    assert trail is not None
    assert (trail.before, (trail.after or {})["monthly_limit"]) == ({}, "1.00")


async def test_a_number_that_has_come_to_somebody_else_since_the_consent_is_not_called(office: Office, twilio: TwilioEmulator) -> None:
    twilio.lookups[ANN] = {"reassigned_on": "20250601"}
    await office.settings(**BOTH)
    assert await office.wait_of() == SOON
    assert await office.wait_of() == SOON, "still not known"
    await office.look_up()
    assert twilio.looked_up == [(ANN, "reassigned_number", "20250301")], "no rule asks for kinds of line, and one look-up serves both"
    assert "has come to somebody else since the consent of 2025-03-01" in await office.refusal()
    await office.agrees(ANN, "2026-02-01T12:00:00Z")
    assert await office.wait_of() == SOON, "a later consent is asked about anew"
    await office.look_up()
    assert twilio.looked_up[1:] == [(ANN, "reassigned_number", "20260201")]
    assert await office.wait_of() == NOW
    told = await office.known(ANN)
    assert (told["reassigned_since"], told["unchanged_since"], told["lookups"], told["cost"]) == ("2025-03-01", "2026-02-01", 2, "0.0400")
    office.acme.api.clock.advance(timedelta(days=28))
    assert await office.wait_of() == NOW
    office.acme.api.clock.advance(timedelta(days=7))
    assert await office.wait_of() == SOON, "the answer has grown old"


async def test_closed_kinds_of_line_are_looked_up_within_the_limit_of_a_month(office: Office, twilio: TwilioEmulator) -> None:
    twilio.lookups |= {ANN: {"line_type": "mobile"}, BOB: {"line_type": "nonFixedVoip"}}
    assert (await office.owner.put("/workspace/rules", json=NO_MOBILES)).status_code == 200
    unknown = await office.call()
    assert unknown.status_code == 202, "it waits until somebody switches look-ups on"
    await office.look_up()
    assert twilio.looked_up == []
    await office.settings(line_type=True, prices=PRICES, monthly_limit="0.0100")
    assert await office.wait_of() == SOON
    await office.look_up()
    assert "on a line of the kind mobile" in await office.refusal()
    assert await office.wait_of(BOB) == SOON
    await office.look_up()
    assert [asked[0] for asked in twilio.looked_up] == [ANN], "the second would cost more than the month may"
    shown = (await office.owner.get("/number-lookups/settings")).json()
    assert (shown["this_month"], shown["waiting"]) == ({"month": "2026-11-01", "lookups": 1, "cost": "0.0080", "currency": "USD"}, 1)
    assert shown["trouble"] == "Look-ups of this month have cost what they may (0.0100 USD)."
    await office.settings(line_type=True, prices=PRICES, monthly_limit="5")
    await office.look_up()
    assert (await office.known(BOB))["line_type"] == "non_fixed_voip"
    assert await office.wait_of(BOB) == NOW
    await office.settings()
    assert (await office.owner.get("/number-lookups/settings")).json()["prices"] is None


async def test_a_silent_twilio_costs_nothing_and_what_was_learned_goes_with_the_person(office: Office, twilio: TwilioEmulator) -> None:
    await office.settings(reassigned_number=True, prices=PRICES, monthly_limit="1")
    assert await office.wait_of() == SOON
    twilio.is_down = True
    await office.look_up()
    shown = (await office.owner.get("/number-lookups/settings")).json()
    assert (shown["this_month"]["cost"], shown["waiting"], shown["trouble"]) == ("0.0000", 1, "Twilio cannot answer now (status 503).")
    twilio.is_down = False
    office.acme.api.clock.advance(timedelta(minutes=1))
    twilio.lookups[ANN] = {"reassigned_on": "unknown"}
    await office.look_up()
    assert await office.wait_of() == NOW, "that nothing is known closes nothing"
    assert (await office.acme.api.stranger.get("/number-lookups")).json()["items"] == []
    exported = (await office.owner.get("/exports/person", params={"e164": ANN})).json()
    assert [(each["e164"], each["unchanged_since"]) for each in exported["number_lookups"]] == [(ANN, "2025-03-01")]
    assert (await office.owner.post("/erasures", json={"e164": ANN})).status_code == 202
    assert (await office.owner.get("/number-lookups")).json()["items"] == []


async def test_nothing_is_bought_for_calls_that_nobody_waits_for_any_more(office: Office, twilio: TwilioEmulator) -> None:
    await office.settings(**BOTH)
    assert await office.wait_of() == SOON
    assert await office.wait_of(BOB) == SOON
    twilio.is_down = True
    await office.look_up()
    twilio.is_down = False
    for _ in range(2):
        office.acme.api.clock.advance(WISHED_WITHIN / 2)
        assert await office.wait_of(BOB) == SOON, "the newest wish counts"
    await office.look_up()
    assert [asked[0] for asked in twilio.looked_up] == [BOB]
    assert (await office.owner.get("/number-lookups/settings")).json()["waiting"] == 0
    assert await office.wait_of() == SOON
    await office.look_up()
    assert [asked[0] for asked in twilio.looked_up] == [BOB, ANN], "somebody waits for it again"


async def test_an_answer_that_was_lost_stays_counted_and_one_that_was_never_asked_for_does_not(
    office: Office, twilio: TwilioEmulator
) -> None:
    await office.settings(**BOTH)
    assert await office.wait_of() == SOON
    away, twilio.url = twilio.url, "http://127.0.0.1:1"
    await office.look_up()
    shown = (await office.owner.get("/number-lookups/settings")).json()
    assert (shown["this_month"]["cost"], shown["trouble"]) == ("0.0000", "Twilio cannot be reached (ConnectionError).")
    twilio.url, twilio.loses_answers = away, True
    office.acme.api.clock.advance(timedelta(minutes=1))
    await office.look_up()
    shown = (await office.owner.get("/number-lookups/settings")).json()
    assert (shown["this_month"]["lookups"], shown["this_month"]["cost"]) == (1, "0.0200"), "Twilio may bill it"
    assert shown["trouble"] == "Twilio's answer was lost (ConnectionError)."
    twilio.loses_answers = False
    office.acme.api.clock.advance(timedelta(minutes=5))
    await office.look_up()
    told = await office.known(ANN)
    assert (told["lookups"], told["cost"]) == (1, "0.0200"), "those that were answered"
    assert (await office.owner.get("/number-lookups/settings")).json()["this_month"]["cost"] == "0.0400"


async def test_a_month_has_one_currency(office: Office, twilio: TwilioEmulator) -> None:
    euros = BOTH | {"prices": PRICES | {"currency": "EUR"}}
    await office.settings(**BOTH)
    await office.settings(**euros)
    await office.settings(**BOTH)
    assert await office.wait_of() == SOON
    await office.look_up()
    refused = await office.owner.put("/number-lookups/settings", json=euros)
    assert (refused.status_code, refused.json()["code"]) == (409, "currency_in_use")
    assert refused.json()["detail"] == (
        "Look-ups of this month have cost 0.0200 USD, to which no EUR can be added; change the currency of the prices in the next month."
    )
    await office.settings()
    assert (await office.owner.put("/number-lookups/settings", json=euros)).status_code == 409, "switching it off forgets nothing"
    office.acme.api.clock.advance(timedelta(days=31))
    assert (await office.settings(**euros))["this_month"] == {"month": "2026-12-01", "lookups": 0, "cost": "0", "currency": ""}


async def test_what_is_said_beside_what_is_not_is_learned_once(office: Office, twilio: TwilioEmulator) -> None:
    twilio.lookups[ANN] = {"line_type": "landline", "reassigned_on": "refused"}
    assert (await office.owner.put("/workspace/rules", json=NO_MOBILES)).status_code == 200
    await office.settings(**BOTH)
    assert await office.wait_of() == SOON
    await office.look_up()
    shown = (await office.owner.get("/number-lookups/settings")).json()
    assert (shown["this_month"]["lookups"], shown["this_month"]["cost"], shown["waiting"]) == (1, "0.0080", 1)
    assert shown["trouble"] == "Twilio does not say whether the number has come to somebody else (Twilio's error 60600)."
    told = await office.known(ANN)
    assert (told["line_type"], told["cost"]) == ("landline", "0.0080")
    office.acme.api.clock.advance(PAUSES[-1] / 2)
    assert await office.wait_of() == SOON
    office.acme.api.clock.advance(PAUSES[-1] / 2)
    await office.look_up()
    assert [asked[1:-1] for asked in twilio.looked_up] == [("line_type_intelligence", "reassigned_number"), ("reassigned_number",)]
    assert (await office.owner.get("/number-lookups/settings")).json()["this_month"]["cost"] == "0.0080"


async def test_a_call_for_later_is_looked_up_for_when_its_time_has_come(office: Office, twilio: TwilioEmulator) -> None:
    await office.settings(**BOTH)
    later = office.acme.api.clock.now() + timedelta(hours=2)
    answer = await office.call(schedule_at=later.isoformat())
    assert (answer.status_code, answer.json()["due_at"][:16]) == (202, f"{later + SOON:%Y-%m-%dT%H:%M}")
    assert (await office.owner.get("/number-lookups")).json()["items"] == []
    office.acme.api.clock.advance(timedelta(hours=2))
    await office.look_up()
    assert twilio.looked_up == [], "it may have been called off meanwhile"
