"""That the claim keeps limits and budgets, also when many claim at once, and that fraud is stopped where it leads."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from control_plane.calls.gate import Question, ask
from control_plane.db.models import Call, Campaign, CampaignSpend, Trunk, UsageAccount, Workspace
from control_plane.domain.allowance import month_of
from control_plane.domain.decision import Never, Wait
from control_plane.kit.ids import new_id
from control_plane.usage.charging import charge
from control_plane.usage.repository import UsageRepository, Used
from tests.factories import rows
from tests.integration.dialer.conftest import Bench

PEOPLE = [f"+12025550{n}" for n in range(101, 109)]
DOMINICAN = "+18095551234"


async def limit(bench: Bench, world: rows.World, **columns: Any) -> None:
    """The workspace's account as of this month."""
    month = month_of(datetime.now(UTC).astimezone(ZoneInfo(world.workspace.time_zone)).date())
    async with bench.dialer.sessions.begin() as session:
        await session.merge(UsageAccount(workspace_id=world.workspace.id, month=month, **columns))


async def campaign(bench: Bench, world: rows.World) -> Campaign:
    async with bench.dialer.sessions() as session:
        return await session.get_one(Campaign, world.campaign.id)


async def end(bench: Bench, world: rows.World) -> None:
    """All calls under way are over, were answered for a minute, and are billed."""
    async with bench.dialer.unit() as unit:
        for call in await unit.session.scalars(select(Call).where(Call.holds_number)):
            call.dialing_at = call.answered_at = unit.now - timedelta(seconds=60)
            call.ended_at, call.state, call.holds_number, call.holds_slot, call.lease_until = unit.now, "ended", False, False, None
            await charge(unit, call)


async def test_claims_at_once_begin_no_more_calls_than_the_month_has_left(bench: Bench) -> None:
    world = await bench.make_world(*PEOPLE, slots=8)
    await limit(bench, world, max_calls=10, calls=7)
    assert sum(await asyncio.gather(*(bench.tick() for _ in range(4)))) == 3
    assert await bench.tick() == 0
    assert (await campaign(bench, world)).execution_status == "running"


async def test_a_campaign_pauses_with_the_reason_once_the_calls_have_ended(bench: Bench) -> None:
    world = await bench.make_world(*PEOPLE, slots=8)
    await limit(bench, world, max_calls=3)
    assert await bench.tick() == 3
    await end(bench, world)
    assert await bench.tick() == 0
    paused = await campaign(bench, world)
    assert (paused.execution_status, paused.status_reason) == ("paused", "The workspace's limit of 3 calls a month is used up.")


async def test_a_new_month_begins_at_naught(bench: Bench) -> None:
    world = await bench.make_world(*PEOPLE[:2], slots=8)
    await limit(bench, world, max_calls=3, calls=3)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(UsageAccount).values(month=datetime(2020, 1, 1, tzinfo=UTC).date()))
    assert await bench.tick() == 2
    await end(bench, world)
    async with bench.dialer.sessions() as session:
        assert (await session.get_one(UsageAccount, world.workspace.id)).calls == 2


async def test_spending_beyond_a_budget_stops_at_the_calls_in_the_air(bench: Bench) -> None:
    world = await bench.make_world(*PEOPLE, slots=2)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(budget=Decimal("0.03"), updated_at=Campaign.updated_at))
    claimed = 0
    for _ in range(6):
        claimed += await bench.tick()
        await end(bench, world)
    assert claimed == 4
    paused = await campaign(bench, world)
    assert paused.execution_status == "paused"
    assert paused.status_reason == "The campaign's budget of 0.03 is used up: its calls have cost 0.0560."
    async with bench.dialer.sessions() as session:
        assert await session.scalar(select(CampaignSpend.cost)) == Decimal("0.0560")


async def test_what_was_spent_in_another_currency_says_nothing_of_a_budget(bench: Bench) -> None:
    world = await bench.make_world(*PEOPLE[:2], slots=2)
    spent = CampaignSpend(campaign_id=world.campaign.id, workspace_id=world.workspace.id, cost=Decimal(5), currency="EUR")
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Campaign).values(budget=Decimal("0.03"), updated_at=Campaign.updated_at))
        session.add(spent)
    assert await bench.tick() == 2


async def test_calls_that_end_at_once_are_all_counted(bench: Bench) -> None:
    world = await bench.make_world(*PEOPLE, slots=8)
    await bench.claim_all()

    async def over(call_id: uuid.UUID) -> None:
        async with bench.dialer.unit() as unit:
            call = await unit.session.get_one(Call, call_id)
            call.dialing_at = call.answered_at = unit.now - timedelta(seconds=60)
            call.ended_at, call.state = unit.now, "ended"
            await charge(unit, call)

    calls = [call.id for call in await bench.calls()]
    await asyncio.gather(*(over(call_id) for call_id in calls))
    async with bench.dialer.sessions() as session:
        account = await session.get_one(UsageAccount, world.workspace.id)
    assert (account.calls, account.seconds, account.cost) == (8, 480, 8 * Decimal("0.0140"))


async def real_trunk(bench: Bench, world: rows.World) -> Trunk:
    trunk = Trunk(
        id=new_id(), workspace_id=world.workspace.id, name="real", provider="generic", is_rehearsal=False, address="sip.example.com"
    )
    async with bench.dialer.sessions.begin() as session:
        session.add(trunk)
    return trunk


async def ended_abroad(bench: Bench, world: rows.World, trunk: Trunk) -> None:
    """A billed call of ten minutes to the Dominican Republic."""
    async with bench.dialer.unit() as unit:
        began = unit.now - timedelta(minutes=10)
        call = Call(
            id=new_id(),
            workspace_id=world.workspace.id,
            purpose="single",
            assistant_id=world.assistant.id,
            assistant_version_id=world.version.id,
            trunk_id=trunk.id,
            is_rehearsal=False,
            from_e164="+12025550999",
            to_e164=DOMINICAN,
            state="ended",
            due_at=began,
            dialing_at=began,
            answered_at=began,
            ended_at=unit.now,
            ringing_timeout_s=28,
            max_duration_s=600,
        )
        unit.session.add(call)
        await unit.session.flush()
        await charge(unit, call)


async def asked(bench: Bench, world: rows.World, trunk: Trunk, e164: str) -> Any:
    async with bench.dialer.unit() as unit:
        workspace = await unit.session.get_one(Workspace, world.workspace.id)
        return (await ask(unit.session, Question(workspace, trunk, e164, None, None, 28, caller_id_owned=True), unit.now))[0]


async def test_too_much_money_to_one_destination_pauses_it_and_no_other(bench: Bench) -> None:
    world = await bench.make_world()
    trunk = await real_trunk(bench, world)
    await limit(bench, world, cost_per_hour=Decimal("2.00"))
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Workspace).values(allowed_countries=["DO", "US", "MX"]))
    for _ in range(2):
        await ended_abroad(bench, world, trunk)
    assert not any(r.code.startswith("destination") for r in getattr(await asked(bench, world, trunk, DOMINICAN), "reasons", ()))
    await ended_abroad(bench, world, trunk)
    decision = await asked(bench, world, trunk, DOMINICAN)
    assert isinstance(decision, Wait)
    (reason,) = [reason for reason in decision.reasons if reason.code == "destination_paused"]
    words = "Calls to +1809 are paused: they cost 2.40 USD (the limit is 2.00 USD) within an hour."
    assert reason.sentence == f"{words} Look whether they are wanted, then resume them."
    other = await asked(bench, world, trunk, "+525512345678")
    assert "destination_paused" not in [r.code for r in getattr(other, "reasons", ())]


async def test_money_of_another_currency_is_not_added_to_what_a_destination_cost(bench: Bench) -> None:
    world = await bench.make_world()
    hour, now = timedelta(hours=1), datetime.now(UTC)

    async def spent(cost: str, currency: str) -> tuple[int, Decimal]:
        used = Used(world.workspace.id, now.date().replace(day=1), 60, 1, Decimal(cost), currency, is_rehearsal=False)
        async with bench.dialer.sessions.begin() as session:
            return await UsageRepository(session).meter(world.workspace.id, "+1809", now, used, hour)

    assert [await spent("1.50", "USD"), await spent("0.25", "USD"), await spent("3", "EUR")] == [
        (1, Decimal("1.50")),
        (2, Decimal("1.75")),
        (3, Decimal(3)),
    ]


async def test_a_workspace_that_said_nothing_calls_its_own_country_only(bench: Bench) -> None:
    world = await bench.make_world()
    trunk = await real_trunk(bench, world)
    decision = await asked(bench, world, trunk, DOMINICAN)
    assert isinstance(decision, Never)
    assert decision.reasons[0].sentence == "The number is in DO; this workspace may call US only."
    assert "country_not_allowed" not in [r.code for r in getattr(await asked(bench, world, trunk, "+14155552671"), "reasons", ())]
    premium = await asked(bench, world, trunk, "+19005551234")
    assert isinstance(premium, Never)
    assert premium.reasons[0].sentence == "The number is a premium-rate number; such numbers are never called."
