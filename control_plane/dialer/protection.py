"""What the dialer learns from the network's answers: slow down where it throttles, stop where it fails, ask again where it forgot us."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.audit.service import record
from control_plane.campaigns.lifecycle import fail_campaign
from control_plane.db.models import Call, Campaign, Trunk
from control_plane.db.unit import Unit
from control_plane.dialer.protection_repository import ProtectionRepository
from control_plane.dialer.repository import Line
from control_plane.domain.breaker import BreakerRules, Gate, passage, sentence, trips
from control_plane.domain.throttling import share_now
from control_plane.telephony.port import DialResult, Refused
from control_plane.trunks.throttling import slow_down
from control_plane.webhooks.events import emit
from sip_config.causes import counts_for_breaker
from sip_config.contract import NetworkResult

log = get_logger(__name__)


def pace_of(trunk: Trunk | Line, now: datetime) -> float:
    """Calls per second that the trunk may send now: its own pace, less what a throttling carrier has taken of it."""
    return float(trunk.calls_per_second) * share_now(float(trunk.rate_factor), trunk.throttled_at, now)


async def pause_of(session: AsyncSession, trunk: Trunk, now: datetime, rules: BreakerRules) -> str | None:
    """Why a ready call must not be sent over the trunk now, as a sentence; None when it may. Where only one may, the trunk's row is locked,
    so that a second one sees the first."""
    if trunk.livekit_outbound_trunk_id is None:
        return "The trunk is not known to LiveKit yet."
    let = passage(trunk.paused_reason, trunk.paused_at, now, rules.set_by(trunk.breaker))
    if let is Gate.OPEN_TO_ONE:
        trunk = await ProtectionRepository(session).lock_trunk(trunk.id)
        let = passage(trunk.paused_reason, trunk.paused_at, now, rules.set_by(trunk.breaker))
    if let is Gate.OPEN_TO_ALL:
        return None
    if let is Gate.OPEN_TO_ONE and await ProtectionRepository(session).on_trial(trunk.id, trunk.paused_at or now) == 0:
        return None
    return f"The trunk is paused: {trunk.paused_reason}"


async def react_to(unit: Unit, call: Call, result: DialResult, rules: BreakerRules) -> None:
    """Draw the trunk's and the campaign's conclusions from what the network said to this call's dial; `rules` are those of whoever has
    none of its own."""
    if isinstance(result, Refused) and result.not_sent and result.sip_code is None and result.code == "not_found":
        await _forgotten(unit, call)
    elif call.network_result == NetworkResult.THROTTLED:
        await slow_down(unit.session, call.trunk_id, call.dialing_at or unit.now, unit.now)
    await _judge(unit, call, rules)


async def _forgotten(unit: Unit, call: Call) -> None:
    """LiveKit has lost the trunk with its Redis: nothing is sent until the synchronisation has made it known again."""
    trunk = await ProtectionRepository(unit.session).lock_trunk(call.trunk_id)
    trunk.livekit_outbound_trunk_id = None
    trunk.sync_state, trunk.sync_error = "pending", "LiveKit did not know the trunk any more."
    unit.nudges.add("sync_trunk", trunk.id)
    log.warning("trunk_forgotten_by_livekit", trunk_id=str(trunk.id))


async def _judge(unit: Unit, call: Call, rules: BreakerRules) -> None:
    """Trip, try or close the breaker of the trunk; the campaign's own only where the trunk is not to blame."""
    failed = call.network_result is not None and counts_for_breaker(NetworkResult(call.network_result))
    repository = ProtectionRepository(unit.session)
    if not failed and not await repository.paused_reason(call.trunk_id):
        return
    trunk = await repository.lock_trunk(call.trunk_id)
    own = rules.set_by(trunk.breaker)
    if trunk.paused_reason:
        await _end_trial(unit, call, trunk, failed, own)
        return
    since = max(filter(None, (unit.now - own.window, trunk.paused_at)))
    failures = await repository.trunk_failures(trunk, since, own.dials)
    if trips(failures, own):
        await _pause(unit, trunk, sentence(failures, own))
        return
    if call.campaign_id is not None:
        await _judge_campaign(unit, call, trunk.paused_at, rules)


async def _judge_campaign(unit: Unit, call: Call, trunk_paused_at: datetime | None, rules: BreakerRules) -> None:
    campaign = await unit.session.get_one(Campaign, call.campaign_id)
    rules = rules.set_by(campaign.breaker)
    # What failed before the trunk's pause, or before the campaign was resumed or changed, has been dealt with.
    since = max(filter(None, (unit.now - rules.window, trunk_paused_at, campaign.updated_at)))
    failures = await ProtectionRepository(unit.session).campaign_failures(campaign.id, since, rules.dials)
    if trips(failures, rules):
        await fail_campaign(unit, campaign.id, sentence(failures, rules) + " Look at its numbers and trunks, then resume it.")


async def _pause(unit: Unit, trunk: Trunk, reason: str) -> None:
    trunk.paused_reason, trunk.paused_at = reason, unit.now
    record(unit, trunk.workspace_id, "trunk.paused", "trunk", trunk.id, None, {"reason": reason})
    await _announce(unit, trunk, "trunk.paused", reason)
    log.warning("trunk_paused", trunk_id=str(trunk.id), reason=reason)


async def _end_trial(unit: Unit, call: Call, trunk: Trunk, failed: bool, rules: BreakerRules) -> None:
    """A call dialled after the rest was the trial; those dialled before the pause say nothing new."""
    if call.dialing_at is None or trunk.paused_at is None or call.dialing_at < trunk.paused_at + rules.rest or call.network_result is None:
        return
    trunk.paused_at = unit.now
    if not failed:
        record(unit, trunk.workspace_id, "trunk.resumed", "trunk", trunk.id, {"reason": trunk.paused_reason}, None)
        await _announce(unit, trunk, "trunk.resumed", trunk.paused_reason)
        trunk.paused_reason = ""
        unit.nudges.add("tick")


async def _announce(unit: Unit, trunk: Trunk, event_type: str, reason: str) -> None:
    """`reason`: why it was paused; told again when it is over, so that whoever hears only of the end knows of what."""
    data = {"id": trunk.id, "name": trunk.name, "reason": reason, "paused_at": trunk.paused_at if event_type == "trunk.paused" else None}
    url = f"/api/v1/trunks/{trunk.id}"
    await emit(unit, trunk.workspace_id, event_type, data | {"url": url, "health_url": f"{url}/health"})
