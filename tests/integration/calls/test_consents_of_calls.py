"""The consent that a call rests on is on the call: as it was when it was asked for, and as it is when the phone rings."""

from uuid import UUID

from control_plane.dialer import place
from control_plane.telephony.port import Refused
from sip_config.naming import room_name
from tests.integration.calls.conftest import CALLEE, Stage

CONSENT = {"e164": CALLEE, "purpose": "informational", "basis": "oral", "granted_at": "2026-01-01T00:00:00Z"}
BUSY = Refused(486, "Busy Here", "resource_exhausted")


async def test_the_consent_used_is_on_the_call_and_looked_up_again_before_the_phone_rings(stage: Stage) -> None:
    oral = await stage.post("/consents", CONSENT)
    call, _ = await stage.ready()
    assert call["consent_id"] == oral["id"]
    await stage.post(f"/consents/{oral['id']}/revoke", status=200)
    written = await stage.post("/consents", CONSENT | {"basis": "written"})
    stage.telephony.answer(room_name(call["id"]), BUSY)
    await place.place(stage.dialer, UUID(call["id"]))
    assert len(stage.telephony.sent) == 1
    assert (await stage.get(f"/calls/{call['id']}"))["consent_id"] == written["id"]


async def test_a_call_without_a_consent_on_record_names_none(stage: Stage) -> None:
    await stage.post("/consents", CONSENT | {"purpose": "survey"})
    assert (await stage.call())["consent_id"] is None
