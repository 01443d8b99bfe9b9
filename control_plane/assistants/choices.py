"""Whose model does what for an assistant, as its configuration says it."""

from collections.abc import Mapping
from typing import Any

from control_plane.domain.errors import FieldError
from control_plane.secrets.credentials import credentials_named
from sip_config.vendors import OPENAI, VENDORS, default_model


def model_of(config: Mapping[str, Any], kind: str) -> tuple[str, str]:
    """The vendor and the name of a kind of model (llm, stt, tts). A choice is a name or an object; who speaks is the voice's."""
    said = (config.get("models") or {}).get(kind)
    choice = said if isinstance(said, Mapping) else {"model": said}
    vendor = ((config.get("voice") or {}) if kind == "tts" else choice).get("provider") or OPENAI
    return vendor, choice.get("model") or default_model(vendor, kind)


def left_behind(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldError]:
    """Credentials that stayed where the vendor beside them changed: one vendor's key is never sent to another."""
    had, errors = credentials_named(before.get("models") or {}), []
    for kind, name in credentials_named(after.get("models") or {}).items():
        former, vendor = model_of(before, kind)[0], model_of(after, kind)[0]
        if had.get(kind) == name and former != vendor:
            given = f"The secret {name!r} was given for {VENDORS[former].title}, and {VENDORS[vendor].title} is to be asked now"
            errors.append(FieldError(f"models.{kind}.credential", f"{given}: name a secret with its key, or null for the installation's."))
    return errors
