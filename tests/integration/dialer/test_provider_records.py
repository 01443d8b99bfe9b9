"""A provider's record that comes after the end: what the answer meant is put right, and the call stays over."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.calls.provider_records import ProviderRecord, amend
from control_plane.db.models import Call, CallEventRecord, Trunk
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.ids import new_id
from control_plane.telephony.port import Answered
from sip_config.contract import NetworkResult
from tests.factories import rows
from tests.integration.dialer.conftest import Bench
from tests.integration.dialer.test_ends import BUSY, CONGESTED, ONE, TWO, Ends

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def ends(bench: Bench) -> Ends:
    return Ends(bench)


async def _amend(bench: Bench, call: Call, *, record_id: str = "CA1", workspace_id: uuid.UUID | None = None, **said: Any) -> Call:
    async with bench.dialer.unit() as unit:
        await amend(unit, workspace_id or call.workspace_id, call.id, ProviderRecord(record_id, AT, **said))
    async with bench.dialer.sessions() as session:
        return await session.get_one(Call, call.id)


async def _records(bench: Bench, call: Call) -> list[CallEventRecord]:
    async with bench.dialer.sessions() as session:
        query = select(CallEventRecord).where(CallEventRecord.call_id == call.id, CallEventRecord.source == "provider")
        return list(await session.scalars(query.order_by(CallEventRecord.recorded_at)))


async def _pace(ends: Ends, world: rows.World) -> tuple[Decimal, bool]:
    """The share of the trunk's pace, and whether it was ever throttled."""
    async with ends.bench.dialer.sessions() as session:
        trunk = await session.get_one(Trunk, world.trunk.id)
        return trunk.rate_factor, trunk.throttled_at is not None


async def test_a_number_that_turns_out_not_to_exist_is_dead_and_its_contact_is_not_called_again(ends: Ends) -> None:
    await ends.world(ONE)
    call = await ends.call(CONGESTED)
    assert (await ends.enrollment()).state == "waiting"
    amended = await _amend(ends.bench, call, q850_cause=1)
    assert (amended.state, amended.network_result, amended.ended_at) == ("ended", NetworkResult.INVALID_NUMBER, call.ended_at)
    assert (amended.holds_number, amended.sip_status_code) == (False, 503)
    assert amended.failure.endswith("provider's record: q850_cause 1")
    enrollment = await ends.enrollment()
    assert (enrollment.state, enrollment.closed_reason) == ("exhausted", "the number does not exist")
    assert await ends.phones() == {ONE: "the number does not exist"}
    (event,) = await _records(ends.bench, call)
    assert (event.kind, event.at, event.effect) == ("provider_record", AT, "amended: congestion is invalid_number")
    assert event.data == {"q850_cause": 1, "before": "congestion", "network_result": "invalid_number"}


async def test_a_contact_with_another_number_is_still_called_there(ends: Ends) -> None:
    await ends.world(ONE, TWO)
    await _amend(ends.bench, await ends.call(CONGESTED), q850_cause=1)
    assert (await ends.enrollment()).state == "waiting"
    await ends.let_time_pass()
    assert (await ends.call(BUSY)).to_e164 == TWO


async def test_a_destination_that_the_provider_blocks_is_not_called_again(ends: Ends) -> None:
    await ends.world(ONE)
    amended = await _amend(ends.bench, await ends.call(BUSY), provider_code="32203")
    assert amended.network_result == NetworkResult.BLOCKED_PROVIDER
    assert (await ends.enrollment()).closed_reason == "the provider blocks this destination"


async def test_a_block_that_only_the_record_shows_rests_the_caller(ends: Ends) -> None:
    await ends.world(ONE)
    call = await ends.call(CONGESTED)
    amended = await _amend(ends.bench, call, text="Network Blocked", sip_code=603)
    assert amended.network_result == NetworkResult.BLOCKED_ANALYTICS
    assert (await ends.number(call.from_e164)).health == "resting"
    assert (await ends.enrollment()).state == "waiting"


@pytest.mark.parametrize("said", [{"provider_code": "32001"}, {"provider_code": "32012"}, {"provider_code": "D24"}, {"text": "D1"}])
async def test_throttling_that_only_the_record_shows_halves_the_trunks_pace_once_for_a_burst(ends: Ends, said: dict[str, Any]) -> None:
    world = await ends.world(ONE)
    async with ends.bench.dialer.sessions.begin() as session:
        await rows.enrollment(session, world, TWO)
    first, second = await ends.burst(2, CONGESTED)
    assert await _pace(ends, world) == (Decimal(1), False)
    amended = await _amend(ends.bench, first, **said)
    assert amended.network_result == NetworkResult.THROTTLED
    assert await _pace(ends, world) == (Decimal("0.5"), True)
    await _amend(ends.bench, second, record_id="CA2", **said)
    await _amend(ends.bench, first, **said)
    assert await _pace(ends, world) == (Decimal("0.5"), True)


async def test_a_call_throttled_an_hour_ago_says_nothing_of_todays_pace(ends: Ends) -> None:
    world = await ends.world(ONE)
    call = await ends.call(CONGESTED)
    await ends.let_time_pass()
    assert (await _amend(ends.bench, call, provider_code="32001")).network_result == NetworkResult.THROTTLED
    assert await _pace(ends, world) == (Decimal(1), False)


async def test_a_lost_call_stays_lost_and_keeps_its_number(bench: Bench) -> None:
    await bench.make_world(ONE)
    await bench.ready_call()
    async with bench.dialer.sessions.begin() as session:
        call = (await session.scalars(select(Call))).one()
        call.state, call.network_result, call.dialing_at = "lost", NetworkResult.UNKNOWN, datetime.now(UTC)
    amended = await _amend(bench, call, sip_code=404)
    assert (amended.state, amended.network_result, amended.holds_number) == ("lost", NetworkResult.INVALID_NUMBER, True)


async def test_the_same_record_twice_is_one_amendment(ends: Ends) -> None:
    await ends.world(ONE)
    call = await ends.call(CONGESTED)
    first, second = await _amend(ends.bench, call, q850_cause=17), await _amend(ends.bench, call, q850_cause=17)
    assert (first.network_result, first.failure) == (second.network_result, second.failure)
    assert len(await _records(ends.bench, call)) == 1


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ({"sip_code": 404}, "the record says nothing that is known here"),
        ({"provider_code": "99999"}, "the record says nothing that is known here"),
        ({"q850_cause": 17}, "as it is known already"),
    ],
)
async def test_a_record_that_says_no_more_is_kept_and_changes_nothing(ends: Ends, said: dict[str, Any], effect: str) -> None:
    await ends.world(ONE)
    call = await ends.call(BUSY)
    amended = await _amend(ends.bench, call, **said)
    assert (amended.network_result, amended.failure) == (call.network_result, call.failure)
    assert [event.effect for event in await _records(ends.bench, call)] == [effect]


async def test_an_answered_call_and_one_under_way_are_left_to_their_own_witnesses(ends: Ends) -> None:
    await ends.world(ONE)
    call = await ends.call(Answered())
    assert (await _amend(ends.bench, call, q850_cause=1)).network_result == NetworkResult.ANSWERED
    assert await ends.phones() == {ONE: ""}


async def test_another_workspaces_call_is_not_there_and_a_senseless_record_is_refused(ends: Ends) -> None:
    await ends.world(ONE)
    call = await ends.call(BUSY)
    with pytest.raises(NotFound):
        await _amend(ends.bench, call, workspace_id=new_id(), q850_cause=1)
    with pytest.raises(Invalid):
        ProviderRecord("CA1", AT, q850_cause=128)
