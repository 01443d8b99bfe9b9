"""Whose model does what for an assistant, as its configuration says it."""

from collections.abc import Mapping
from typing import Any

from sip_config.vendors import OPENAI, default_model


def model_of(config: Mapping[str, Any], kind: str) -> tuple[str, str]:
    """The vendor and the name of a kind of model (llm, stt, tts). A choice is a name or an object; who speaks is the voice's."""
    said = (config.get("models") or {}).get(kind)
    choice = said if isinstance(said, Mapping) else {"model": said}
    vendor = ((config.get("voice") or {}) if kind == "tts" else choice).get("provider") or OPENAI
    return vendor, choice.get("model") or default_model(vendor, kind)
