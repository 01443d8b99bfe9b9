"""What the network said, as a meaning: SIP code, reason text, LiveKit error or disconnect reason → `NetworkResult`.

Read in the order of trust (facts/dialer §3.1): provider code in the text, then a Q.850 cause in it, then its words, then the SIP code,
then LiveKit's own error, then what a witness saw of the leg. Tables only, so that a carrier's oddity is a row and not a branch.

Through LiveKit the text is the reason phrase; the body is shown for some codes and never for a 503 (facts/voice §5). A carrier that says
"CPS limit exceeded" only in the body of a 503 therefore stays a congestion, and no table can help.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sip_config.contract import NetworkResult as R

BY_SIP_CODE: Mapping[int, R] = {
    301: R.NUMBER_CHANGED,
    302: R.NUMBER_CHANGED,
    400: R.CONFIG_ERROR,
    401: R.CONFIG_ERROR,
    402: R.CONFIG_ERROR,
    403: R.REJECTED,
    404: R.INVALID_NUMBER,
    405: R.CONFIG_ERROR,
    406: R.CONFIG_ERROR,
    407: R.CONFIG_ERROR,
    408: R.UNREACHABLE,
    410: R.NUMBER_CHANGED,
    413: R.CONFIG_ERROR,
    415: R.CONFIG_ERROR,
    420: R.CONFIG_ERROR,
    428: R.CONFIG_ERROR,
    429: R.THROTTLED,
    433: R.CONFIG_ERROR,
    436: R.CONFIG_ERROR,
    437: R.CONFIG_ERROR,
    438: R.CONFIG_ERROR,
    480: R.UNREACHABLE,
    481: R.NETWORK_ERROR,
    482: R.NETWORK_ERROR,
    483: R.NETWORK_ERROR,
    484: R.INVALID_NUMBER,
    485: R.INVALID_NUMBER,
    486: R.BUSY,
    487: R.CANCELED,
    488: R.MEDIA_ERROR,
    491: R.NETWORK_ERROR,
    500: R.NETWORK_ERROR,
    501: R.CONFIG_ERROR,
    502: R.NETWORK_ERROR,
    503: R.CONGESTION,
    504: R.NETWORK_ERROR,
    505: R.CONFIG_ERROR,
    513: R.CONFIG_ERROR,
    580: R.CONFIG_ERROR,
    600: R.BUSY,
    603: R.REJECTED,
    604: R.INVALID_NUMBER,
    606: R.MEDIA_ERROR,
    607: R.UNWANTED,
    608: R.BLOCKED_ANALYTICS,
}
"""facts/dialer §3.1, the final responses; 403, 404 and 5xx are told apart further by the text."""

_BY_CLASS: Mapping[int, R] = {4: R.CONFIG_ERROR, 5: R.NETWORK_ERROR, 6: R.REJECTED}


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text that overrides the code: `pattern` in the text of an answer whose code is in `codes` (empty: any)."""

    pattern: re.Pattern[str]
    result: R
    codes: frozenset[int] = frozenset()


def _row(pattern: str, result: R, *codes: int) -> TextRow:
    return TextRow(re.compile(pattern, re.IGNORECASE | re.DOTALL), result, frozenset(codes))


BY_PROVIDER_CODE: tuple[TextRow, ...] = (
    # 603+ (facts/dialer §0.5): a visible Reason header must say v=analytics1 beside the phrase; LiveKit shows the phrase alone.
    _row(r"(?=.*network blocked).*v=analytics1", R.BLOCKED_ANALYTICS, 603),
    _row(r"^(?!.*cause=603;\s*text=).*network blocked", R.BLOCKED_ANALYTICS, 603),
    # Twilio (facts/dialer §3.2). Rows marked [mem] there are marked here.
    _row(r"\b(32203|32224|13227)\b", R.BLOCKED_PROVIDER),  # fraud or regulation, forwarded call, geographic permission [mem]
    _row(r"\b32017\b", R.BLOCKED_ANALYTICS),  # blocked because of the calling number [mem]
    _row(r"\b(32001|32012|32013|10004)\b", R.THROTTLED),  # calls per second of trunk, account, interface; calls at once
    _row(r"\b(32009|32010|32011|32018|32020|32100|32200)\b", R.CONFIG_ERROR),  # registration, route, DNO [mem], PASSporT, trial, permission
    _row(r"\b(21211|13224)\b", R.INVALID_NUMBER),  # [mem]
    _row(r"\b32014\b", R.MEDIA_ERROR),  # no RTP received [mem]
    _row(r"\b32219\b", R.NETWORK_ERROR),  # the redirection failed
    _row(r"\b31486\b", R.BUSY),
    _row(r"\b34003\b", R.NO_ANSWER),
    # Telnyx: its codes come as 403 or 404, which would otherwise speak of the callee.
    _row(r"\bD(1|2|3|22|24)\b", R.THROTTLED),  # channels of account, profile, connection; rate
    _row(r"\bD(1[0-9]|2[5-9]|3[01])\b", R.CONFIG_ERROR, 403, 404),  # profile, connection or account disabled
)

BY_Q850: Mapping[int, R] = {
    1: R.INVALID_NUMBER,
    2: R.NETWORK_ERROR,  # no route to the transit network
    3: R.NETWORK_ERROR,  # no route to the destination: another trunk may have one
    17: R.BUSY,
    18: R.UNREACHABLE,
    19: R.NO_ANSWER,
    20: R.UNREACHABLE,
    21: R.REJECTED,
    22: R.NUMBER_CHANGED,
    26: R.NETWORK_ERROR,
    28: R.INVALID_NUMBER,
    29: R.CONFIG_ERROR,
    34: R.CONGESTION,
    42: R.CONGESTION,
    44: R.CONGESTION,
    47: R.CONGESTION,
    50: R.CONFIG_ERROR,
    57: R.CONFIG_ERROR,
    58: R.CONGESTION,
    65: R.MEDIA_ERROR,
    88: R.MEDIA_ERROR,
    102: R.NETWORK_ERROR,
}
"""facts/dialer §3.1 (RFC 3398 §7.2.4.1). Left out: causes that say less than the code (16, 27, 31, 38, 41, 79, 111, 127)."""

_Q850 = re.compile(r"q\.?850\s*;\s*cause\s*=\s*(\d{1,3})", re.IGNORECASE)

BY_TEXT: tuple[TextRow, ...] = (
    _row(r"\b(cps|calls? per second|concurrent calls?|(user )?channel|call rate|rate) limit( was| is)? (exceeded|reached)", R.THROTTLED),
    _row(r"\b(cps|concurrent)-limit-exceeded\b|too many (requests|calls|concurrent)", R.THROTTLED),  # LiveKit's terms; Vonage
    _row(r"geo.?permission|international permissions", R.BLOCKED_PROVIDER, 403),
    _row(r"\bno route\b", R.NETWORK_ERROR, 404),
)


def of_sip_answer(code: int, text: str = "") -> R:
    """The meaning of a final SIP response with its reason phrase, or with as much of reason, headers and body as is known."""
    return _of_rows(BY_PROVIDER_CODE, code, text) or _of_q850(text) or _of_rows(BY_TEXT, code, text) or _of_code(code)


def _of_rows(rows: tuple[TextRow, ...], code: int | None, text: str) -> R | None:
    """The first row that fits; with no SIP code known, rows fit whatever codes they name."""
    fitting = (row for row in rows if not row.codes or code is None or code in row.codes)
    return next((row.result for row in fitting if row.pattern.search(text)), None)


def _of_q850(text: str) -> R | None:
    found = _Q850.search(text)
    return BY_Q850.get(int(found[1])) if found else None


def _of_code(code: int) -> R:
    return BY_SIP_CODE.get(code) or _BY_CLASS.get(code // 100, R.UNKNOWN)


def of_provider_record(provider_code: str, q850_cause: int | None, text: str, sip_code: int | None) -> R | None:
    """The meaning of what a provider's own record of a call says beyond the SIP code, which it often does not name; None for nothing.

    In the same order of trust as an answer. Where the record names no SIP code, a row's words stand for themselves.
    """
    known = _of_rows(BY_PROVIDER_CODE, sip_code, provider_code) or _of_rows(BY_PROVIDER_CODE, sip_code, text)
    if known is None and q850_cause is not None:
        known = BY_Q850.get(q850_cause)
    return known or _of_q850(text) or _of_rows(BY_TEXT, sip_code, text)


def of_refusal(sip_code: int | None, text: str, code: str, *, rang: bool, canceled_by_us: bool) -> R:
    """The meaning of a dial that was not answered, from all that is known: the carrier's answer, else LiveKit's error.

    A 487 ends a ring that somebody cancelled. If it was not us, the carrier gave up ringing by its own limit.
    """
    if sip_code is None:
        return of_livekit_error(code, text, rang=rang, canceled_by_us=canceled_by_us)
    meaning = of_sip_answer(sip_code, text)
    return R.NO_ANSWER if meaning is R.CANCELED and rang and not canceled_by_us else meaning


def of_livekit_error(code: str, message: str, *, rang: bool, canceled_by_us: bool) -> R:
    """The meaning of a LiveKit error without a SIP code.

    The API gives one and the same error for a phone that rang out, a dead carrier and our own removal of the leg (facts/voice §5), so
    the caller says whether ringing was ever seen and whether it removed the leg itself.
    """
    if code == "canceled" and canceled_by_us:
        return R.CANCELED
    row = next((row.result for row in _BY_LIVEKIT_TEXT if row.pattern.search(message)), None)
    if row is not None:
        return row
    if code == "canceled":
        return R.NO_ANSWER if rang else R.UNREACHABLE
    return _BY_LIVEKIT_CODE.get(code, R.UNKNOWN)


_BY_LIVEKIT_TEXT: tuple[TextRow, ...] = (
    # No 1xx within 32 s, or none after it: the carrier is dead, which says nothing about the person (facts/livekit §1.2).
    _row(r"transaction failed to complete", R.NETWORK_ERROR),
    _row(r"already closed", R.CANCELED),
    _row(r"cpu exhausted", R.CONGESTION),  # our own bridge is full
    _row(r"\b(codec|encryption|sdp|media)\b", R.MEDIA_ERROR),
)

_BY_LIVEKIT_CODE: Mapping[str, R] = {
    "failed_precondition": R.CONFIG_ERROR,  # credentials refused before any final SIP answer
    "invalid_argument": R.CONFIG_ERROR,  # address or number that LiveKit itself refuses
    "not_found": R.CONFIG_ERROR,  # the trunk is not known to LiveKit
    "unauthenticated": R.CONFIG_ERROR,
    "permission_denied": R.CONFIG_ERROR,
    "unavailable": R.NETWORK_ERROR,  # no SIP service answered
    "internal": R.NETWORK_ERROR,
}

FINAL_CODES = frozenset({"canceled", "failed_precondition"}) | {
    "invalid_argument",
    "not_found",
    "unauthenticated",
    "permission_denied",
    "unavailable",
}
"""Errors without a SIP code after which no phone rings (facts/livekit §1.2). Any other may have left an INVITE behind."""

NOT_SENT_CODES = frozenset({"invalid_argument", "not_found", "unauthenticated", "permission_denied", "unavailable"})
"""Without a SIP code, these say that the INVITE never left."""


def of_departure(last_status: str, reason: str) -> R:
    """The meaning of a leg that left before the answer, as a witness saw it (facts/livekit §3.3).

    The fallback for a dial whose own answer is missing.
    """
    if reason in ("PARTICIPANT_REMOVED", "ROOM_DELETED"):
        return R.CANCELED
    if reason == "USER_UNAVAILABLE":
        return R.NO_ANSWER if last_status == "ringing" else R.UNREACHABLE
    if reason == "USER_REJECTED":
        return R.REJECTED
    return R.NETWORK_ERROR


_CUT_OFF = ("SIGNAL_CLOSE", "CONNECTION_TIMEOUT", "STATE_MISMATCH", "SERVER_SHUTDOWN", "JOIN_FAILURE", "MEDIA_FAILURE", "MIGRATION")
"""Reasons that speak of a connection to LiveKit and not of the phone: the SIP service cut off from its room tries to come back."""


def is_phone_gone(last_status: str, reason: str) -> bool:
    """Whether a departure proves that the phone is on the hook. A room that vanished with its server proves nothing."""
    return last_status == "hangup" or (bool(last_status) and reason not in (*_CUT_OFF, "", "UNKNOWN_REASON"))


def counts_for_breaker(result: R) -> bool:
    """Failures of the network kind, which say something about the trunk and nothing about the person."""
    return result in (R.NETWORK_ERROR, R.CONGESTION, R.CONFIG_ERROR, R.MEDIA_ERROR)
