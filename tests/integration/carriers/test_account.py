"""A workspace's account at Twilio over the API: given, asked, and its numbers taken; against the emulator."""

import pytest
from sqlalchemy import select

from control_plane.db.models import AuditEntry
from tests.fakes.twilio import ACCOUNT, TOKEN, TwilioEmulator, descriptions
from tests.integration.carriers.conftest import ONE, TWO, Acme

WANTED = {"account_sid": ACCOUNT, "auth_token_secret": "twilio-token"}


def test_twilios_own_descriptions_judge_the_emulator() -> None:
    if not descriptions().are_here:
        pytest.skip("No OpenAPI descriptions of Twilio's here (CALLWRIGHT_TWILIO_DESCRIPTIONS): nothing judged the exchange")
    wrong = descriptions().faults(
        "trunking.twilio.com", "POST", "/v1/Trunks", {}, {"Secure": "perhaps", "Colour": "red"}, 201, {"sid": "TK1"}
    )
    assert {fault.split(": ")[1] for fault in wrong} == {"form $.Secure", "form $", "answer $.sid"}


async def test_an_account_is_given_by_the_name_of_a_secret_that_twilio_accepts(acme: Acme) -> None:
    await acme.account()
    shown = (await acme.api.manager.get("/carriers/twilio")).json()
    assert (shown["account_sid"], shown["source"], shown["auth_token_secret"]) == (ACCOUNT, "workspace", "twilio-token")
    assert shown["status_callback_url"] == "http://api.test/webhooks/twilio/status"
    async with acme.api.sessions() as session:
        trail = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "carrier_account.given"))).all()
    assert len(trail) == 1
    assert TOKEN not in repr(trail[0].after)
    assert (await acme.api.stranger.get("/carriers/twilio")).status_code == 404
    (secret,) = (await acme.api.owner.get("/secrets")).json()["items"]
    assert secret["used_by"] == ["the Twilio account"]
    assert (await acme.api.owner.delete(f"/secrets/{secret['id']}")).status_code == 409
    assert (await acme.api.owner.delete("/carriers/twilio")).status_code == 204
    assert (await acme.api.owner.delete(f"/secrets/{secret['id']}")).status_code == 204


async def test_a_wrong_token_a_missing_secret_and_a_silent_twilio_are_told_apart(acme: Acme, twilio: TwilioEmulator) -> None:
    absent = await acme.api.owner.put("/carriers/twilio", json=WANTED)
    assert (absent.status_code, absent.json()["errors"][0]["field"]) == (400, "auth_token_secret")
    await acme.api.owner.post("/secrets", json={"name": "twilio-token", "value": "not-the-token"})
    wrong = await acme.api.owner.put("/carriers/twilio", json=WANTED)
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "Twilio does not accept the account SID and auth token.")
    twilio.is_down = True
    assert (await acme.api.owner.put("/carriers/twilio", json=WANTED)).status_code == 503
    assert (await acme.api.manager.get("/carriers/twilio")).status_code == 404


async def test_balance_usage_and_limits_are_shown(acme: Acme, twilio: TwilioEmulator) -> None:
    await acme.account()
    shown = (await acme.api.manager.get("/carriers/twilio/status")).json()
    assert (shown["balance"], shown["currency"], shown["is_trial"]) == ("12.3456", "USD", False)
    assert shown["usage_this_month"] == [{"category": "trunking-termination", "amount": "61", "unit": "minutes", "price": "0.45"}]
    assert (shown["limits"]["calls_per_second"], shown["limits"]["max_concurrent_calls"]) == (1.0, None)
    twilio.account_type = "Trial"
    assert (await acme.api.manager.get("/carriers/twilio/status")).json()["limits"]["max_concurrent_calls"] == 4


async def test_numbers_are_listed_and_taken_once(acme: Acme, twilio: TwilioEmulator) -> None:
    await acme.account()
    trunk = await acme.trunk()
    wanted = {"trunk_id": trunk}
    first = (await acme.api.manager.post("/numbers/import", json=wanted)).json()
    assert ([number["e164"] for number in first["imported"]], first["left"]) == ([ONE, TWO], [])
    again = (await acme.api.manager.post("/numbers/import", json=wanted | {"numbers": [ONE, "+12025550252"]})).json()
    assert again["imported"] == []
    assert [(left["e164"], left["reason"]) for left in again["left"]] == [
        (ONE, "This number is in the workspace already."),
        ("+12025550252", "The Twilio account has no such number."),
    ]
    twilio.add_number("+12025550252", trunk_sid="TK" + "f" * 32)
    listed = (await acme.api.manager.get("/carriers/twilio/numbers")).json()["items"]
    ours = [number["id"] for number in first["imported"]]
    assert [(number["number_id"], number["is_on_another_trunk"]) for number in listed] == [(ours[0], False), (ours[1], False), (None, True)]


async def test_a_twilio_trunk_without_address_needs_an_account(acme: Acme) -> None:
    refused = await acme.api.manager.post("/trunks", json={"name": "Twilio", "provider": "twilio"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "address")
    await acme.account()
    trunk = await acme.trunk(media_encryption="require")
    shown = (await acme.api.manager.get(f"/trunks/{trunk}")).json()
    assert (shown["is_managed"], shown["transport"], shown["has_auth_password"]) == (True, "tls", True)
    assert shown["address"].endswith(".pstn.twilio.com")
    refused = await acme.api.manager.patch(f"/trunks/{trunk}", json={"address": "elsewhere.example.com"})
    assert (refused.status_code, refused.json()["code"]) == (409, "trunk_managed")
    assert (await acme.api.owner.delete("/carriers/twilio")).json()["code"] == "carrier_account_in_use"
