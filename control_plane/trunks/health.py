"""Judges how a trunk does. Pure: the figures come in, a verdict and a sentence come out."""

from collections.abc import Mapping, Sequence

from control_plane.db.models import Trunk
from control_plane.domain.counted import counted
from control_plane.trunks.faults import Fault
from control_plane.trunks.schemas import TrunkFault, TrunkHealth

CARRIER_FAULTS = frozenset({"network_error", "congestion", "config_error", "media_error", "blocked_provider"})
"""Results that speak against the trunk and not of the callee."""
# Fewer calls than this say nothing about a carrier.
_ENOUGH_CALLS = 5
_FAILING_SHARE, _DEGRADED_SHARE = 0.5, 0.1


def judge(trunk: Trunk, live_calls: int, results: Mapping[str, int], found: Sequence[Fault] = ()) -> TrunkHealth:
    """`results` counts `network_result` of the last hour's calls, `found` is what their failures speak of."""
    calls = sum(results.values())
    faults = sum(count for result, count in results.items() if result in CARRIER_FAULTS)
    share = faults / calls if calls >= _ENOUGH_CALLS else 0.0
    if trunk.sync_state == "failed":
        verdict = ("failing", trunk.sync_error)
    elif trunk.paused_reason:
        verdict = ("failing", f"Paused: {trunk.paused_reason}")
    elif share >= _FAILING_SHARE:
        verdict = ("failing", f"{faults} of {calls} calls of the last hour failed in the carrier's network.")
    elif trunk.sync_state == "pending":
        verdict = ("degraded", "LiveKit has not been told of the last change yet.")
    elif share >= _DEGRADED_SHARE:
        verdict = ("degraded", f"{faults} of {calls} calls of the last hour failed in the carrier's network.")
    else:
        verdict = ("ok", f"{counted(calls, 'call')} in the last hour, {faults} of them failed in the carrier's network.")
    if found and (found[0].kind != "refused_number" or found[0].calls > 1):
        # One refusal may still be a callee's.
        verdict = (verdict[0] if verdict[0] != "ok" else "degraded", f"{found[0].detail} {verdict[1]}")
    carrier = "simulated" if trunk.is_rehearsal else "real"
    shown = [TrunkFault(fault.kind, fault.detail, fault.calls) for fault in found]
    return TrunkHealth(verdict[0], verdict[1], carrier, trunk.sync_state, live_calls, calls, dict(results), shown)
