"""What models have consumed for a call, as it is kept with it (`Call.usage`)."""

from collections.abc import Sequence
from typing import Any

from sip_config.contract import ModelUsage

OF_TRANSCRIPTION, OF_ANALYSIS = "transcription", "analysis"
"""Name the version of what has consumed it after the call; what the call's own agent did has neither."""
_AFTERWARDS = {OF_TRANSCRIPTION, OF_ANALYSIS}


def consumed(usage: Sequence[ModelUsage], **whose: int) -> list[dict[str, Any]]:
    """One for each model; `whose` says whom it was for, unless it was the call's own agent."""
    return [{"kind": used.kind, "model": used.model, **used.quantity, **whose} for used in usage]


def with_report(before: Sequence[dict[str, Any]], usage: Sequence[ModelUsage]) -> list[dict[str, Any]]:
    """What the call's own agent reports in place of what it has reported before, if it did."""
    return consumed(usage) + [used for used in before if _AFTERWARDS & used.keys()]
