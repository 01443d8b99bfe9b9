"""What would happen if the campaign were started now, from the same gate, with nothing stored and nobody called."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from control_plane.db.models import Call, Consent, Enrollment, GateVerdict
from control_plane.explanations import preview
from control_plane.kit.ids import new_id
from tests.fixtures.world import World

PHOENIX, NEW_YORK, LOS_ANGELES, SUPPRESSED = "+16024567890", "+12124567890", "+12134567890", "+12124567891"
NINE_TO_FIVE = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]}
MONDAY_15_UTC = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""10:00 in New York, 08:00 in Phoenix, 07:00 in Los Angeles."""


async def _real(world: World, csv: str, *consents: str, **fields: Any) -> Any:
    number = await world.number("+14155552671", rehearsal=False, synced=True)
    for e164 in consents:
        act = {"purpose": "informational", "basis": "written", "granted_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_by": "api"}
        await world.add(Consent(id=new_id(), workspace_id=world.ours.workspace_id, e164=e164, **act))
    return await world.campaign(csv, number_ids=[number], **fields)


async def _preview(world: World, campaign: Any, **asked: Any) -> Any:
    return await world.ours.post(f"/campaigns/{campaign['id']}/preview", asked, status=200)


async def test_everybody_is_counted_once_and_by_reason_with_examples(world: World) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    csv = f"name,phone\nAda,{NEW_YORK}\nBob,{PHOENIX}\nCarla,{LOS_ANGELES}\nDan,{SUPPRESSED}\nEve,+12124567892\n"
    consents = (NEW_YORK, PHOENIX, LOS_ANGELES, SUPPRESSED)
    campaign = await _real(world, csv, *consents, window=NINE_TO_FIVE, attempts={"max_total": 3})
    await world.ours.post("/suppressions", {"e164": SUPPRESSED, "reason": "asked on paper"})
    told = await _preview(world, campaign, calls_per_minute=3, slots=10, average_call_s=60, expected_attempts=2)
    assert {name: told[name] for name in ("contacts", "now", "later_today", "later", "never")} == {
        "contacts": 5,
        "now": 1,
        "later_today": 2,
        "later": 0,
        "never": 2,
    }
    reasons = {reason["code"]: reason for reason in told["reasons"]}
    assert {code: (r["decision"], r["contacts"]) for code, r in reasons.items()} == {
        "outside_window": ("wait", 2),
        "suppressed": ("never", 1),
        "consent_missing": ("never", 1),
    }
    sentences = {e["name"]: e["sentence"] for e in reasons["outside_window"]["examples"]}
    assert sentences["Bob"] == "08:00 in Phoenix; the window opens 09:00."
    (dan,) = reasons["suppressed"]["examples"]
    assert (dan["name"], dan["sentence"]) == ("Dan", "The number is on the suppression list: asked on paper.")
    assert {(o["time_zone"], o["hour"], o["contacts"]) for o in told["openings"]} == {
        ("America/New_York", "2026-11-23T10:00:00-05:00", 1),
        ("America/Phoenix", "2026-11-23T09:00:00-07:00", 1),
        ("America/Los_Angeles", "2026-11-23T09:00:00-08:00", 1),
    }
    forecast = told["forecast"]
    assert (forecast["calls"], forecast["hours"], forecast["limited_by"]) == (6, 0.03, "calls_per_minute")


async def test_rules_that_close_kinds_of_line_keep_nobody_out_of_a_preview_since_nobody_is_looked_up_for_it(world: World) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    campaign = await _real(world, f"name,phone\nAda,{NEW_YORK}\nBob,{PHOENIX}\n", NEW_YORK, PHOENIX, window=NINE_TO_FIVE)
    closing = {"stricter": {"line_types": [{"closed": ["mobile"]}]}}
    assert (await world.ours.client.put("/api/v1/workspace/rules", json=closing)).status_code == 200
    told = await _preview(world, campaign)
    assert (told["now"], [reason["code"] for reason in told["reasons"]]) == (1, ["outside_window"])


async def test_whoever_may_be_called_only_after_the_end_is_never_called(world: World) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    csv = f"name,phone\nAda,{NEW_YORK}\nBob,{PHOENIX}\n"
    campaign = await _real(world, csv, NEW_YORK, PHOENIX, window=NINE_TO_FIVE, ends_at="2026-11-23T16:00:00Z")
    told = await _preview(world, campaign)
    assert (told["now"], told["later_today"], told["never"]) == (1, 0, 1)
    (over, _) = sorted(told["reasons"], key=lambda reason: reason["code"])
    (bob,) = over["examples"]
    assert (over["decision"], over["code"], bob["name"]) == ("never", "campaign_over", "Bob")
    assert bob["sentence"] == "The campaign ends 2026-11-23 16:00 UTC, before they may be called."


async def test_weeks_ahead_of_its_dates_a_campaign_opens_on_them(world: World) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    window = NINE_TO_FIVE | {"dates": ["2026-12-21"]}
    campaign = await _real(world, f"name,phone\nBob,{PHOENIX}\n", PHOENIX, window=window)
    told = await _preview(world, campaign)
    assert (told["later"], told["never"], [o["hour"] for o in told["openings"]]) == (1, 0, ["2026-12-21T09:00:00-07:00"])


async def test_a_preview_tells_what_those_who_can_be_called_are_expected_to_cost(world: World) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    csv = f"name,phone\nAda,{NEW_YORK}\nBob,{PHOENIX}\nDan,{SUPPRESSED}\nEve,+12124567892\n"
    campaign = await _real(world, csv, NEW_YORK, PHOENIX, SUPPRESSED, window=NINE_TO_FIVE)
    await world.ours.post("/suppressions", {"e164": SUPPRESSED, "reason": "asked on paper"})
    asked = {"calls_per_minute": 3, "slots": 10, "average_call_s": 90, "expected_attempts": 2, "answered_share": 0.25}
    cost = (await _preview(world, campaign, **asked))["cost"]
    # Two people, two calls each, a quarter of them answered: one call of two billed minutes at 0.0140.
    assert (cost["expected"], cost["currency"], cost["price_list"], cost["calls"]) == ("0.0280", "USD", "reference@2026-11", 4)
    assert cost["by_destination"] == [{"prefix": "+1", "contacts": 2, "calls": 4, "per_minute": "0.0140", "cost": "0.0280"}]
    assert "25% are answered, as was asked, and last 90 s, billed as 120 s" in cost["how"]
    own = {"destinations": {"+1": "0.01", "+1602": "1"}}
    assert (await world.ours.client.put("/api/v1/usage/prices", json=own)).status_code == 200
    dearer = (await _preview(world, campaign, **asked))["cost"]
    assert [(each["prefix"], each["contacts"], each["cost"]) for each in dearer["by_destination"]] == [
        ("+1602", 1, "1.0000"),
        ("+1", 1, "0.0100"),
    ]
    assert (dearer["expected"], dearer["price_list"]) == ("1.0100", "own-1@reference@2026-11")


async def test_who_has_had_as_many_attempts_as_a_changed_campaign_allows_is_not_counted_as_callable(world: World) -> None:
    campaign = await world.campaign("name,phone\nAda,+12025550101\nBob,+12025550102\nCarla,+12025550103\n", attempts={"max_total": 3})
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    async with world.app.state.sessions.begin() as session:
        for attempts, enrollment in enumerate(await session.scalars(select(Enrollment).order_by(Enrollment.contact_id))):
            enrollment.attempts = attempts
    before = await _preview(world, campaign)
    await world.ours.patch(f"/campaigns/{campaign['id']}", {"attempts": {"max_total": 2}})
    after = await _preview(world, campaign)
    assert [(told["contacts"], told["now"], told["never"]) for told in (before, after)] == [(3, 3, 0), (3, 2, 1)]
    (reason,) = after["reasons"]
    assert (reason["code"], reason["decision"], [each["sentence"] for each in reason["examples"]]) == (
        *("exhausted", "never"),
        ["All 2 attempts are used."],
    )
    assert sum(each["contacts"] for each in after["cost"]["by_destination"]) in (0, 2)


async def test_a_preview_agrees_with_the_explanations_once_the_campaign_runs(world: World) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    csv = f"name,phone\nAda,{NEW_YORK}\nBob,{PHOENIX}\nEve,+12124567892\n"
    campaign = await _real(world, csv, NEW_YORK, PHOENIX, window=NINE_TO_FIVE)
    told = await _preview(world, campaign)
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    found: dict[str, int] = {"dial": 0, "wait": 0, "never": 0}
    for enrollment in (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"]:
        found[(await world.ours.get(f"/enrollments/{enrollment['id']}/explain"))["decision"]] += 1
    assert (told["now"], told["later_today"] + told["later"], told["never"]) == (found["dial"], found["wait"], found["never"])
    assert (await _preview(world, campaign))["now"] == told["now"]


async def test_missing_variables_are_told_per_row(world: World) -> None:
    csv = "name,phone,visit\nAda,+12025550101,Monday\nBob,+12025550102,\n,+12025550103,\n"
    campaign = await world.campaign(csv, prompt="Remind {first_name} of {visit}.")
    variables = (await _preview(world, campaign))["variables"]
    assert (variables["required"], variables["contacts_lacking"]) == (["first_name", "visit"], 2)
    assert variables["by_variable"] == {"first_name": 1, "visit": 2}
    assert sorted(example["missing"] for example in variables["examples"]) == [["first_name", "visit"], ["visit"]]
    assert variables["not_named"] == 0
    bounded = (await _preview(world, campaign, name_lacking=1))["variables"]
    assert (bounded["contacts_lacking"], bounded["by_variable"], bounded["not_named"]) == (2, {"first_name": 1, "visit": 2}, 1)
    assert len(bounded["examples"]) == 1


async def test_a_campaign_without_contacts_is_told_so(world: World) -> None:
    told = await _preview(world, await world.campaign("name,phone\n"))
    assert (told["contacts"], told["now"], told["reasons"], told["openings"]) == (0, 0, [], [])
    assert "There is nobody to call: the campaign's contact lists are empty or all called." in told["obstacles"]
    assert (told["forecast"]["calls"], told["forecast"]["hours"]) == (0, 0)


async def test_people_come_once_however_many_lists_and_chunks_there_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "CHUNK", 3)
    csv = "name,phone\n" + "".join(f"P{i},+120255501{i:02d}\n" for i in range(10))
    lists = [await world.contact_list(csv), await world.contact_list(csv)]
    campaign = await world.campaign(contact_list_ids=lists)
    told = await _preview(world, campaign)
    assert (told["contacts"], told["now"], len(told["reasons"])) == (10, 10, 0)
    await world.ours.post(f"/campaigns/{campaign['id']}/start", status=200)
    first = (await world.ours.get(f"/campaigns/{campaign['id']}/enrollments"))["items"][0]
    await world.ours.post(f"/enrollments/{first['id']}/skip", status=200)
    assert (await _preview(world, campaign))["contacts"] == 9


async def test_a_previewed_night_of_the_clock_change_opens_at_the_right_hour(world: World) -> None:
    world.clock.advance(datetime(2026, 10, 31, 23, 30, tzinfo=UTC) - world.clock.now())
    window = {"weekly": [{"days": ["sun"], "start": "10:00", "end": "12:00"}]}
    campaign = await _real(world, f"name,phone\nAda,{LOS_ANGELES}\n", LOS_ANGELES, window=window)
    (opening,) = (await _preview(world, campaign))["openings"]
    assert opening["hour"] == "2026-11-01T10:00:00-08:00"


async def test_a_preview_writes_nothing(world: World) -> None:
    campaign = await world.campaign()
    await _preview(world, campaign)
    async with world.app.state.sessions() as session:
        counts = [await session.scalar(select(func.count()).select_from(kind)) for kind in (GateVerdict, Call, Enrollment)]
    assert counts == [0, 0, 0]
    assert (await world.ours.get(f"/campaigns/{campaign['id']}"))["execution_status"] == "idle"


async def test_a_campaign_of_another_workspace_is_not_there_and_odd_paces_are_refused(world: World) -> None:
    campaign = await world.campaign()
    path = f"/campaigns/{campaign['id']}/preview"
    assert (await world.theirs.post(path, {}, status=404))["code"] == "campaign_not_found"
    assert (await world.ours.post(f"/campaigns/{uuid.uuid4()}/preview", {}, status=404))["code"] == "campaign_not_found"
    for odd in ({"slots": 0}, {"calls_per_minute": -1}, {"average_call_s": 1e9}, {"expected_attempts": 0}, {"pace": 1}):
        await world.ours.post(path, odd, status=400)
