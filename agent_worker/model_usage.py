"""What models have consumed, in the contract's words."""

from collections.abc import Iterable
from typing import Any

from sip_config.contract import ModelUsage


def usage_of(entries: Iterable[Any]) -> tuple[ModelUsage, ...]:
    """Of livekit-agents' usage, one for each model."""
    return tuple(_usage(entry) for entry in entries)


def _usage(entry: Any) -> ModelUsage:
    """The numeric fields differ by kind of model."""
    values = entry.model_dump() if hasattr(entry, "model_dump") else vars(entry)
    numbers = {key: float(value) for key, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    kind = str(values.get("type", "")).removesuffix("_usage")
    return ModelUsage(kind=kind, model=str(values.get("model", "")), quantity={k: v for k, v in numbers.items() if v})
