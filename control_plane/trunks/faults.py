"""What the failures of a trunk's calls speak of: its password, its host, its codecs, its caller IDs. Pure.

LiveKit gives some of these no SIP code, only words (facts/livekit §1.2), so the words decide there.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["wrong_password", "dead_host", "missing_codec", "refused_number"]

_ASKED_FOR_CREDENTIALS = frozenset({401, 407})
_NO_COMMON_CODEC = frozenset({415, 488, 606})
_CALLER_REFUSED = frozenset({428, 433, 436, 437, 438, 608})
"""Identity missing, refused or wrong, and calls blocked because of who calls."""
_MAY_REFUSE_CALLER = 403
# Twilio's 32200: permission or authentication. The others are the words of LiveKit's bridge and of usual carriers.
_PASSWORD_WORDS = re.compile(r"\b(32200|credentials?|password|unauthori[sz]ed|auth(entication)?|401|407)\b", re.IGNORECASE)
_CODEC_WORDS = re.compile(r"\b(codecs?|sdp|encryption|media|32014)\b", re.IGNORECASE)
_HOST_WORDS = re.compile(
    r"transaction failed to complete|no such host|\b(lookup|dns|resolve|connection refused|unreachable|i/o timeout|dial (udp|tcp|tls))\b",
    re.IGNORECASE,
)
# Twilio's 32100: a trial's caller ID that nobody has verified; 32017, 32018: blocked because of the calling number.
_CALLER_WORDS = re.compile(
    r"\b(32017|32018|32100|21210|caller.?id|calling (party )?number|from number|origination number|not verified|unverified)\b",
    re.IGNORECASE,
)
_SAYS: dict[FaultKind, str] = {
    "wrong_password": "The carrier does not accept the trunk's user name and password.",
    "dead_host": "Nobody answers at the carrier's address; look at host, port and transport.",
    "missing_codec": "The carrier and LiveKit found no common codec or encryption; look at media_encryption and at the carrier's codecs.",
    "refused_number": "The carrier refuses a caller ID of this trunk; it has to be bought or verified there.",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """A call as the network ended it; `text` holds LiveKit's words and the carrier's."""

    network_result: str
    sip_code: int | None
    text: str
    from_number_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    detail: str
    calls: int


def faults_of(calls: Sequence[Ended]) -> list[Fault]:
    """The faults that speak of the trunk and not of the callees, the most frequent first."""
    heard = {call.from_number_id for call in calls if call.network_result == "answered"}
    kinds: dict[FaultKind, int] = {}
    for call in calls:
        kind = _kind(call, is_number_heard=call.from_number_id in heard)
        if kind is not None:
            kinds[kind] = kinds.get(kind, 0) + 1
    return [Fault(kind, _SAYS[kind], count) for kind, count in sorted(kinds.items(), key=lambda each: -each[1])]


def _kind(call: Ended, *, is_number_heard: bool) -> FaultKind | None:
    if call.network_result == "answered":
        return None
    if call.sip_code in _ASKED_FOR_CREDENTIALS:
        return "wrong_password"
    if call.sip_code in _NO_COMMON_CODEC:
        return "missing_codec"
    if call.sip_code in _CALLER_REFUSED or _CALLER_WORDS.search(call.text):
        return "refused_number"
    if call.sip_code is None or call.sip_code == _MAY_REFUSE_CALLER:
        return _by_words(call, is_number_heard=is_number_heard)
    return None


def _by_words(call: Ended, *, is_number_heard: bool) -> FaultKind | None:
    if call.network_result in ("config_error", "rejected") and _PASSWORD_WORDS.search(call.text):
        return "wrong_password"
    if call.sip_code == _MAY_REFUSE_CALLER:
        # A 403 without words is the callee's as often as the carrier's; a number that anybody has picked up for is not refused.
        return None if is_number_heard else "refused_number"
    if _HOST_WORDS.search(call.text):
        return "dead_host"
    return "missing_codec" if call.network_result == "media_error" or _CODEC_WORDS.search(call.text) else None
