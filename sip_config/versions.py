"""What older peers know of the contract, so that a rolling upgrade loses no call and sends none out half understood.

An agent names its version when it asks for its order (`VERSION_HEADER`; version 1 names none), and the order is written for it. The order
names the version that both speak, and the agent writes events and report for that one. So:

* newer agent, older control plane: the order lacks what came later, which has defaults; what the control plane would refuse is left out.
* older agent, newer control plane: what the agent would refuse is left out where it says nothing or changes nothing. Anything else makes
  the order impossible (`ContractError`): the agent is told that the call is not for it, and leaves before anybody is dialled.

Therefore agent workers are upgraded first (docs/operations.md).
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from sip_config.codec import ContractError, encode
from sip_config.contract import CONTRACT_VERSION, EventKind

VERSION_HEADER = "Callwright-Contract"

_VERSION_1 = {
    "CallOrder": "call_id generation room_name callee_identity to purpose system_prompt opening_line language campaign_prompt agenda"
    " custom_prompt initial_mood contact_name contact_facts tools outcome_labels models voice voicemail ringing_timeout_s max_duration_s"
    " record_audio heartbeat_every_s version",
    "VoiceOrder": "provider voice_id speed",
    "ModelsOrder": "llm stt tts",
    "VoicemailOrder": "mode message",
    "CallReport": "call_id generation answered answered_by outcome end_cause outcome_label outcome_note turns answered_at ended_at"
    " first_audio_after_due_s recording usage errors version",
    "Turn": "seq speaker text started_at_s ended_at_s interrupted latency",
    "ModelUsage": "kind model quantity",
    "EventKind": "ready ringing answered first_audio screened turn tool_called outcome_set callee_left hanging_up heartbeat failed",
}
KNOWN: Mapping[int, Mapping[str, frozenset[str]]] = {1: {name: frozenset(words.split()) for name, words in _VERSION_1.items()}}
"""Fields and values of every version that was ever released, but for the current one. A name that is missing here is as it is today."""

CHANGES_NOTHING = frozenset({"trace_context"})
"""Parts of an order without which an agent makes the very same call."""


def version_of(text: str | None) -> int:
    """The version to speak with a peer that names `text`: its own, at most ours; 1 for one that names none or nonsense."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 4:
        return 1
    return max(1, min(int(text), CONTRACT_VERSION))


def encode_order(order: Any, version: int) -> str:
    """The order as an agent of `version` reads it. Raises `ContractError` when it would not make the same call."""
    return _encode(order, version, strict=True)


def encode_report(report: Any, version: int) -> str:
    """The report as a control plane of `version` takes it; what that has no place for is left out."""
    return _encode(report, version, strict=False)


def knows_event(kind: EventKind, version: int) -> bool:
    return version >= CONTRACT_VERSION or kind.value in KNOWN[version]["EventKind"]


def _encode(message: Any, version: int, *, strict: bool) -> str:
    if version >= CONTRACT_VERSION:
        return encode(message)
    raw = json.loads(encode(dataclasses.replace(message, version=version)))
    return json.dumps(_trimmed(message, raw, KNOWN[version], strict), separators=(",", ":"))


def _trimmed(value: Any, raw: Any, known: Mapping[str, frozenset[str]], strict: bool) -> Any:
    if isinstance(value, list | tuple):
        return [_trimmed(item, plain, known, strict) for item, plain in zip(value, raw, strict=True)]
    if not dataclasses.is_dataclass(value):
        return raw
    kept, fields = {}, {field.name: field for field in dataclasses.fields(value)}
    for name, plain in raw.items():
        part = getattr(value, name)
        if name in known.get(type(value).__name__, fields):
            kept[name] = _trimmed(part, plain, known, strict)
        elif strict and name not in CHANGES_NOTHING and part != _default(fields[name]):
            raise ContractError(f"{type(value).__name__}.{name}: an older agent does not know it")
    return kept


def _default(field: "dataclasses.Field[Any]") -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
