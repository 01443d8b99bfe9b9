"""A callee's network that refuses a call as unwanted (607) says no for the number's owner, to whatever else might call it."""

import pytest
from sqlalchemy import select

from control_plane.calls.provider_records import ProviderRecord, amend
from control_plane.db.models import Suppression
from control_plane.kit.queue import Nudge
from control_plane.telephony.port import DialResult, Refused
from tests.factories.rows import NOW
from tests.integration.dialer.conftest import bench
from tests.integration.dialer.test_claim import add_campaign, add_single
from tests.integration.dialer.test_ends import BLOCKED, BUSY, ONE, TWO, Ends, ends

__all__ = ["bench", "ends"]

UNWANTED = Refused(607, "Unwanted", "permission_denied")
RANG_OUT = Refused(None, "", "canceled")
DECLINED = Refused(603, "Decline", "permission_denied")
BLOCKED_BY_ANALYTICS = Refused(608, "Rejected", "permission_denied")


async def _suppressions(ends: Ends) -> list[Suppression]:
    async with ends.bench.dialer.sessions() as session:
        return list(await session.scalars(select(Suppression)))


async def test_nothing_else_calls_the_number_from_then_on(ends: Ends) -> None:
    world = await ends.world(ONE)
    call = await ends.call(UNWANTED)
    (row,) = await _suppressions(ends)
    assert (row.e164, row.scope, row.source, row.call_id) == (ONE, "workspace", "call", call.id)
    assert (row.reason, row.evidence) == ("the callee's network marked a call as unwanted", "permission_denied: Unwanted")
    assert Nudge("stop_suppressed", str(row.id)) in ends.bench.queue.sent
    await add_campaign(ends.bench, world, [ONE, TWO])
    await add_single(ends.bench, world, ONE)
    assert await ends.bench.tick() == 1
    assert [(c.state, c.to_e164) for c in await ends.bench.calls()][1:] == [("released", ONE), ("queued", TWO)]
    assert [e.state for e in await ends.bench.enrollments()] == ["suppressed", "suppressed", "claimed"]


async def test_what_only_the_providers_record_says_holds_too(ends: Ends) -> None:
    await ends.world(ONE)
    call = await ends.call(RANG_OUT)
    assert await _suppressions(ends) == []
    for _ in range(2):
        async with ends.bench.dialer.unit() as unit:
            await amend(unit, call.workspace_id, call.id, ProviderRecord("CA1", NOW, sip_code=607))
    assert [(row.e164, row.call_id) for row in await _suppressions(ends)] == [(ONE, call.id)]
    assert (await ends.enrollment()).state == "suppressed"


@pytest.mark.parametrize("result", [BUSY, DECLINED, BLOCKED, BLOCKED_BY_ANALYTICS], ids=lambda result: result.text)
async def test_who_is_busy_declines_once_or_was_kept_from_a_call_by_analytics_has_not_said_no(ends: Ends, result: DialResult) -> None:
    await ends.world(ONE)
    await ends.call(result)
    assert await _suppressions(ends) == []
