"""The rules over HTTP, and what they do to calls to real numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.calls.gate import Answer, Question, ask, verdict_of
from control_plane.calls.replay import replay
from control_plane.calls.repository import CallRepository
from control_plane.db.models import AssistantVersion, AuditEntry, Call, Campaign, Contact, GateVerdict, Trunk, Workspace
from control_plane.domain.decision import Dial, Never, Wait
from control_plane.kit.ids import new_id
from tests.fixtures.world import World

REASON = "Counsel has confirmed that the exemption applies."
FLORIDA, ALABAMA = "+13052345678", "+12052345678"
AFTERNOON = datetime(2026, 11, 18, 20, tzinfo=UTC)  # Wednesday, 15:00 in Miami and 14:00 in Birmingham
SUNDAY = datetime(2026, 11, 22, 20, tzinfo=UTC)


async def test_the_packs_in_force_are_listed_by_name(world: World) -> None:
    found = {pack["name"]: pack for pack in (await world.ours.get("/rules"))["items"]}
    assert {"us", "us-fl", "gb", "eu", "ca", "au", "in", "default", "rehearsal"} <= found.keys()
    assert found["in"]["is_closed"]
    assert found["us-fl"]["jurisdictions"] == ["US-FL"]
    earlier = {pack["name"] for pack in (await world.ours.get("/rules", day="2024-01-01"))["items"]}
    assert "us" not in earlier


async def test_a_pack_is_shown_with_its_sources_and_how_certain_they_are(world: World) -> None:
    pack = await world.ours.get("/rules/us-fl")
    (version,) = pack["versions"]
    assert (pack["title"], version["certainty"], version["recording"]) == ("Florida", "sourced", "notify_and_affirm")
    assert "501.616" in str(version["citations"])
    assert version["hours"][0]["weekly"] == [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "hours": ["08:00–20:00"]}]
    assert (await world.ours.get("/rules/us-zz", 404))["code"] == "rule_pack_not_found"


async def put(world: World, body: dict[str, Any], status: int = 200) -> Any:
    answer = await world.ours.client.put("/api/v1/workspace/rules", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_workspace_is_stricter_freely_and_laxer_for_a_stated_reason_that_is_audited(world: World) -> None:
    assert await world.ours.get("/workspace/rules") == {"stricter": None, "waivers": [], "version": 0, "updated_at": None}
    stricter = {"limits": [{"count": 1, "days": 7, "per": "contact"}]}
    waiver = {"pack": "us-al", "rule": "hours", "reason": REASON, "purposes": ["survey"]}
    changed = await put(world, {"stricter": stricter, "waivers": [waiver]})
    assert (changed["stricter"], changed["waivers"], changed["version"]) == (stricter, [waiver], 1)
    assert await world.ours.get("/workspace/rules") == changed
    assert (await world.theirs.get("/workspace/rules"))["version"] == 0
    async with world.app.state.sessions() as session:
        (entry,) = await session.scalars(select(AuditEntry).where(AuditEntry.action == "workspace.rules_change"))
    assert entry.after == {"stricter": stricter, "waivers": [waiver]}
    assert entry.actor.startswith("key:")
    assert (await put(world, {}))["version"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"waivers": [{"pack": "us-al", "rule": "hours"}]}, "waivers[0].reason"),
        ({"waivers": [{"pack": "us-al", "rule": "hours", "reason": ""}]}, "waivers[0].reason"),
        ({"waivers": [{"pack": "us-al", "rule": "duties", "reason": REASON}]}, "waivers[0].rule"),
        ({"waivers": [{"pack": "us-zz", "rule": "hours", "reason": REASON}]}, "waivers[0].pack"),
        ({"stricter": {"min_ring_s": 3}}, "stricter.min_ring_s"),
        ({"stricter": {"hours": [{"weekly": []}]}}, "stricter.hours[0].weekly"),
        ({"stricter": {"hours": [{"weekly": [{"days": ["mon"], "start": "07:00", "end": "23:00"}] * 51}]}}, "stricter.hours[0].weekly"),
        ({"laxer": {}}, "laxer"),
    ],
)
async def test_wrong_rules_are_named_by_their_place_and_change_nothing(world: World, body: dict[str, Any], field: str) -> None:
    problem = await put(world, body, 400)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (await world.ours.get("/workspace/rules"))["version"] == 0


class Gate:
    """Asks about a real number on a real trunk of our workspace, in a campaign."""

    def __init__(self, world: World, campaign: Any, trunk_id: Any) -> None:
        self.world, self._campaign, self._trunk_id = world, campaign, trunk_id

    async def asks(self, e164: str, now: datetime, contact_id: Any = None, keep: bool = False) -> Any:
        async with self.world.app.state.sessions.begin() as session:
            workspace = await session.get_one(Workspace, self.world.ours.workspace_id)
            trunk, campaign = await session.get_one(Trunk, self._trunk_id), await session.get_one(Campaign, self._campaign["id"])
            campaign.execution_status = "running"
            contact = await session.get_one(Contact, contact_id) if contact_id else None
            question = Question(workspace, trunk, e164, contact, campaign, 28, caller_id_owned=True)
            decision, facts = await ask(session, question, now)
            if keep:
                await CallRepository(session).add_verdict(verdict_of(Answer(question, facts, decision), now))
            return decision


@pytest.fixture
async def gate(world: World) -> Gate:
    number = await world.number("+12122345670", rehearsal=False)
    campaign = await world.campaign(number_ids=[number])
    return Gate(world, campaign, await world._trunk_of(number))


async def agree(world: World, e164: str, purpose: str = "informational", basis: str = "oral") -> Any:
    body = {"e164": e164, "purpose": purpose, "basis": basis, "granted_at": "2026-01-01T00:00:00Z", "source": "till"}
    return await world.ours.post("/consents", body)


async def test_a_real_number_is_not_called_without_consent_and_with_it_on_that_consent(world: World, gate: Gate) -> None:
    refused = await gate.asks(FLORIDA, AFTERNOON)
    assert isinstance(refused, Never)
    assert [reason.code for reason in refused.reasons] == ["consent_missing"]
    consent = await agree(world, FLORIDA)
    assert await gate.asks(FLORIDA, AFTERNOON) == Dial(consent["id"])
    assert isinstance(await gate.asks(FLORIDA, datetime(2026, 11, 19, 2, tzinfo=UTC)), Wait)


async def test_earlier_calls_of_any_campaign_count_towards_the_states_limit(world: World, gate: Gate) -> None:
    await agree(world, FLORIDA)
    trunk_id = gate._trunk_id
    for hours in (16, 17, 18):
        call = Call(
            id=new_id(),
            workspace_id=world.ours.workspace_id,
            purpose="single",
            assistant_id=gate._campaign["assistant_id"],
            assistant_version_id=await _version(world),
            trunk_id=trunk_id,
            is_rehearsal=False,
            from_e164="+12122345670",
            to_e164=FLORIDA,
            due_at=AFTERNOON,
            dialing_at=AFTERNOON - timedelta(hours=hours),
            ringing_timeout_s=28,
            max_duration_s=600,
            state="ended",
        )
        await world.add(call)
    decision = await gate.asks(FLORIDA, AFTERNOON)
    assert isinstance(decision, Wait)
    assert {reason.code for reason in decision.reasons} == {"limit_reached", "attempts_24h"}
    # The limit ends at nine in the evening in Miami; calls begin at eight in the morning.
    assert decision.until == (AFTERNOON + timedelta(days=1)).replace(hour=13)


async def _version(world: World) -> Any:
    async with world.app.state.sessions() as session:
        return await session.scalar(select(AssistantVersion.id))


async def test_a_waiver_opens_what_the_pack_closes_and_its_end_closes_it_again(world: World, gate: Gate) -> None:
    await agree(world, ALABAMA)
    assert isinstance(await gate.asks(ALABAMA, SUNDAY), Wait)
    await put(world, {"waivers": [{"pack": "us-al", "rule": "hours", "reason": REASON}]})
    assert isinstance(await gate.asks(ALABAMA, SUNDAY), Dial)
    await put(world, {})
    assert isinstance(await gate.asks(ALABAMA, SUNDAY), Wait)


async def test_the_address_of_a_contact_brings_the_rules_of_its_state(world: World, gate: Gate) -> None:
    await agree(world, FLORIDA)
    body = {"name": "Bea", "phones": [{"e164": FLORIDA}], "attributes": {"state": "Rhode Island"}}
    bea = await world.ours.post("/contacts", body)
    evening = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)  # 18:30: Florida is open, Rhode Island is not
    assert isinstance(await gate.asks(FLORIDA, evening), Dial)
    assert isinstance(await gate.asks(FLORIDA, evening, bea["id"]), Wait)


async def test_stored_verdicts_give_the_same_answer_again_and_name_packs_but_no_number(world: World, gate: Gate) -> None:
    await put(world, {"stricter": {"hours": [{"weekly": [{"days": ["wed"], "start": "10:00", "end": "18:00"}], "holidays": "US"}]}})
    said = [await gate.asks(e164, now, keep=True) for e164 in (FLORIDA, ALABAMA, "+919876543210") for now in (AFTERNOON, SUNDAY)]
    await agree(world, FLORIDA)
    said += [await gate.asks(FLORIDA, now, keep=True) for now in (AFTERNOON, SUNDAY)]
    async with world.app.state.sessions() as session:
        verdicts = (await session.scalars(select(GateVerdict).order_by(GateVerdict.id))).all()
    assert {type(decision) for decision in said} == {Dial, Wait, Never}
    assert [replay(verdict) for verdict in verdicts] == said
    assert verdicts[0].pack == "us@2026-11-1+us-fl@2026-11-1"
    assert FLORIDA[1:] not in repr([verdict.inputs for verdict in verdicts])
    assert len(verdicts[0].inputs["number_hash"]) == 64
