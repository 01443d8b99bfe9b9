"""Whose number, address and list say different places is told apart from those whose hours are closed, with what to do."""

import csv
import io
from datetime import UTC, datetime

from sqlalchemy import select

from control_plane.calls.replay import replay
from control_plane.db.models import Consent, GateVerdict
from control_plane.domain.decision import Never
from control_plane.explanations.tasks import judge_newcomers
from control_plane.kit.ids import new_id
from tests.fixtures.world import World

NEW_YORK, ALSO_NEW_YORK, FREEPHONE = "+12124567890", "+12124567891", "+18002345678"
NINE_TO_FIVE = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]}
CONTRADICT = (
    "The number, the address and the time zone of the contact contradict each other: they stand for Tokyo and New York, and the allowed"
    " hours are never open in all of these at once. Correct what is wrong, or give a number from where the person is."
)


async def test_a_contact_whose_places_contradict_is_told_apart_in_preview_explanation_and_export(world: World) -> None:
    world.clock.advance(datetime(2026, 11, 23, 15, 0, tzinfo=UTC) - world.clock.now())
    caller = await world.number("+14155552671", rehearsal=False, synced=True)
    for e164 in (NEW_YORK, ALSO_NEW_YORK, FREEPHONE):
        act = {"purpose": "informational", "basis": "written", "granted_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_by": "api"}
        await world.add(Consent(id=new_id(), workspace_id=world.ours.workspace_id, e164=e164, **act))
    people = f"name,phone,time_zone\nAda,{NEW_YORK},\nBob,{ALSO_NEW_YORK},Asia/Tokyo\nCy,{FREEPHONE},\n"
    made = await world.campaign(people, number_ids=[caller], window=NINE_TO_FIVE)
    told = await world.ours.post(f"/campaigns/{made['id']}/preview", {}, status=200)
    by_code = {reason["code"]: reason for reason in told["reasons"]}
    assert (told["now"], told["never"], set(by_code)) == (1, 2, {"zones_contradict", "window_never_opens"})
    (bob,) = by_code["zones_contradict"]["examples"]
    assert (bob["name"], bob["sentence"]) == ("Bob", CONTRADICT)
    (cy,) = by_code["window_never_opens"]["examples"]
    assert cy["sentence"].startswith("The number may be in Adak, ")
    assert cy["sentence"].endswith(" Say the contact's time zone or address.")
    await world.ours.post(f"/campaigns/{made['id']}/start", status=200)
    enrolled = {item["contact_name"]: item for item in (await world.ours.get(f"/campaigns/{made['id']}/enrollments"))["items"]}
    explained = await world.ours.get(f"/enrollments/{enrolled['Bob']['id']}/explain")
    assert explained["reasons"] == [{"code": "zones_contradict", "sentence": CONTRADICT}]
    assert {zone["time_zone"] for zone in explained["zones"]} == {"Asia/Tokyo", "America/New_York"}
    await judge_newcomers(world.ctx, made["id"])
    exported = {row["name"]: row for row in csv.DictReader(io.StringIO(await world.ours.get(f"/campaigns/{made['id']}/export.csv")))}
    assert [exported[name]["state"] for name in ("Ada", "Bob", "Cy")] == ["waiting", "exhausted", "exhausted"]
    assert exported["Bob"]["closed_reason"] == CONTRADICT
    async with world.app.state.sessions() as session:
        kept = list(await session.scalars(select(GateVerdict)))
    replayed = [replay(verdict) for verdict in kept]
    codes = [[reason.code for reason in decision.reasons] for decision in replayed if isinstance(decision, Never)]
    assert sorted(codes) == [["window_never_opens"], ["zones_contradict"]]
