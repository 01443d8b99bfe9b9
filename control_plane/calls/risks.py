"""What an agent flags as grave is kept and told of at once; who follows it up is decided in `followups`, which the nudge wakes."""

from control_plane.calls.announcing import tell_risk
from control_plane.calls.risk_repository import RiskRepository
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from sip_config.contract import RiskFlag

TAKE_UP = "take_up_risks"
"""The task that makes follow-ups; its cron finds flags whose nudge was lost."""
_LONGEST_KIND, _LONGEST_QUOTE = 100, 2000


async def flag_risk(unit: Unit, call: Call, flag: RiskFlag, *, may_quote: bool) -> None:
    """Said twice it is one flag, as grave as the gravest. `may_quote`: the callee has not refused that words are kept."""
    kind, quote = flag.kind.strip()[:_LONGEST_KIND] or "unknown", flag.quote[:_LONGEST_QUOTE] if may_quote else ""
    if await RiskRepository(unit.session).put(call, kind=kind, level=flag.level, quote=quote, offset_s=flag.offset_s):
        await tell_risk(unit, call, kind, flag.level)
        unit.nudges.add(TAKE_UP)
