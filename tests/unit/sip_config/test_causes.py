"""What the network said, in its own words, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_config.causes import (
    NOT_SENT_CODES,
    counts_for_breaker,
    of_departure,
    of_livekit_error,
    of_provider_record,
    of_refusal,
    of_sip_answer,
)
from sip_config.contract import NetworkResult as R

# One row per case, with where the case is from: D = facts/dialer §3.1, P = facts/dialer §3.2, V = facts/voice §5, L = facts/livekit §1.2.
ANSWERS = [
    # D: final responses alone
    (301, "Moved Permanently", R.NUMBER_CHANGED),
    (302, "Moved Temporarily", R.NUMBER_CHANGED),
    (400, "Bad Request", R.CONFIG_ERROR),
    (401, "Unauthorized", R.CONFIG_ERROR),
    (402, "Payment Required", R.CONFIG_ERROR),
    (405, "Method Not Allowed", R.CONFIG_ERROR),
    (407, "Proxy Authentication Required", R.CONFIG_ERROR),
    (428, "Use Identity Header", R.CONFIG_ERROR),
    (433, "Anonymity Disallowed", R.CONFIG_ERROR),
    (438, "Invalid Identity Header", R.CONFIG_ERROR),
    (481, "Call Does Not Exist", R.NETWORK_ERROR),
    (483, "Too Many Hops", R.NETWORK_ERROR),
    (485, "Ambiguous", R.INVALID_NUMBER),
    (487, "Request Terminated", R.CANCELED),
    (491, "Request Pending", R.NETWORK_ERROR),
    (501, "Not Implemented", R.CONFIG_ERROR),
    (502, "Bad Gateway", R.NETWORK_ERROR),
    (504, "Server Time-out", R.NETWORK_ERROR),
    (505, "Version Not Supported", R.CONFIG_ERROR),
    (600, "Busy Everywhere", R.BUSY),
    (604, "Does Not Exist Anywhere", R.INVALID_NUMBER),
    (606, "Not Acceptable", R.MEDIA_ERROR),
    # V: as seen on the real bridge
    (403, "Forbidden", R.REJECTED),
    (404, "Not Found", R.INVALID_NUMBER),
    (408, "Request Timeout", R.UNREACHABLE),
    (410, "Gone", R.NUMBER_CHANGED),
    (480, "Temporarily Unavailable", R.UNREACHABLE),
    (484, "Address Incomplete", R.INVALID_NUMBER),
    (486, "Busy Here", R.BUSY),
    (488, "Not Acceptable Here", R.MEDIA_ERROR),
    (500, "Server Internal Error", R.NETWORK_ERROR),
    (603, "Decline", R.REJECTED),
    (603, "Network Blocked", R.BLOCKED_ANALYTICS),
    (607, "Unwanted", R.UNWANTED),
    (608, "Rejected", R.BLOCKED_ANALYTICS),
    (503, "Trunk CPS limit exceeded", R.THROTTLED),
    (503, "Service Unavailable", R.CONGESTION),  # the same refusal said in the body only, which LiveKit does not show
    # D: 603+ where the header is visible needs the phrase and v=analytics1
    (603, 'Network Blocked; Reason: SIP;cause=603;text="v=analytics1;url=https://x";location=RLN', R.BLOCKED_ANALYTICS),
    (603, 'Network Blocked; Reason: SIP;cause=603;text="declined"', R.REJECTED),
    (603, 'Decline; Reason: SIP;cause=603;text="v=analytics1"', R.REJECTED),
    (603, "Decline Reason: Q.850;cause=21;location=user", R.REJECTED),
    (486, "Network Blocked", R.BUSY),
    # D: throttling as words, in phrase or in a body that is shown
    (503, "Trunk CPS limit exceeded. Region: us1", R.THROTTLED),
    (500, "Account concurrent call limit exceeded", R.THROTTLED),
    (500, "cps-limit-exceeded", R.THROTTLED),
    (480, "Temporarily Unavailable: calls per second limit reached", R.THROTTLED),
    (429, "Too Many Requests", R.THROTTLED),
    (503, "Too many calls", R.THROTTLED),
    # D: Q.850 in the text goes before the SIP code
    (404, "Not Found Reason: Q.850;cause=1", R.INVALID_NUMBER),
    (404, "Not Found Reason: Q.850;cause=2", R.NETWORK_ERROR),
    (404, 'Reason: Q.850 ; cause=3 ;text="no route to destination"', R.NETWORK_ERROR),
    (404, "No route to destination", R.NETWORK_ERROR),
    (480, "Q.850;cause=17", R.BUSY),
    (480, "Q.850;cause=18", R.UNREACHABLE),
    (480, "Q.850;cause=19", R.NO_ANSWER),
    (480, "Q.850;cause=20", R.UNREACHABLE),
    (403, "Forbidden Q.850;cause=21", R.REJECTED),
    (410, "Q.850;cause=22", R.NUMBER_CHANGED),
    (484, "Q850;cause=28", R.INVALID_NUMBER),
    (503, "Q.850;cause=34", R.CONGESTION),
    (500, "q.850;cause=42", R.CONGESTION),
    (403, "Forbidden Q.850;cause=57", R.CONFIG_ERROR),
    (488, "Q.850;cause=88", R.MEDIA_ERROR),
    (504, "Q.850;cause=102", R.NETWORK_ERROR),
    # D: causes that say less than the code
    (480, "Q.850;cause=31", R.UNREACHABLE),
    (487, "Q.850;cause=16", R.CANCELED),
    (500, "Q.850;cause=127", R.NETWORK_ERROR),
    (503, "Q.850;cause=38", R.CONGESTION),
    (486, "Q.850;cause=999", R.BUSY),
    # P: Twilio
    (603, "Decline X-Twilio-Error: 32203", R.BLOCKED_PROVIDER),
    (603, "Decline X-Twilio-Error: 32203 Reason: Q.850;cause=21", R.BLOCKED_PROVIDER),
    (503, "32001 SIP: Trunk CPS limit exceeded", R.THROTTLED),
    (503, "32012", R.THROTTLED),
    (503, "32013", R.THROTTLED),
    (503, "10004", R.THROTTLED),
    (404, "32010 No origination URI", R.CONFIG_ERROR),
    (403, "32020 Invalid PASSporT", R.CONFIG_ERROR),
    (403, "32100 Unverified number", R.CONFIG_ERROR),
    (403, "32200", R.CONFIG_ERROR),
    (500, "32219", R.NETWORK_ERROR),
    (403, "32224", R.BLOCKED_PROVIDER),
    (600, "31486", R.BUSY),
    (480, "34003", R.NO_ANSWER),
    (608, "32017", R.BLOCKED_ANALYTICS),
    (403, "13227", R.BLOCKED_PROVIDER),
    (403, "Geo Permission denied", R.BLOCKED_PROVIDER),
    (400, "21211", R.INVALID_NUMBER),
    # P: Telnyx
    (403, "User channel limit exceeded D1", R.THROTTLED),
    (403, "Outbound profile channel limit exceeded D2", R.THROTTLED),
    (403, "Connection channel limit exceeded D3", R.THROTTLED),
    (403, "Channel limit exceeded D22", R.THROTTLED),
    (403, "Rate exceeds maximum D24", R.THROTTLED),
    (403, "Dialed number is not allowed D13", R.CONFIG_ERROR),
    (404, "Connection inactive D18", R.CONFIG_ERROR),
    (404, "Account blocked D19", R.CONFIG_ERROR),
    (480, "Unavailable D21", R.UNREACHABLE),
    (403, "D25", R.CONFIG_ERROR),
    (403, "D31", R.CONFIG_ERROR),
    # what no table knows
    (499, "Unheard of", R.CONFIG_ERROR),
    (599, "Unheard of", R.NETWORK_ERROR),
    (699, "Unheard of", R.REJECTED),
    (0, "", R.UNKNOWN),
]


@pytest.mark.parametrize(("code", "text", "meaning"), ANSWERS)
def test_a_final_answer_means(code, text, meaning):
    assert of_sip_answer(code, text) is meaning
    assert of_refusal(code, text, "any", rang=False, canceled_by_us=True) is meaning


@pytest.mark.parametrize(
    ("rang", "by_us", "meaning"),
    [(True, False, R.NO_ANSWER), (True, True, R.CANCELED), (False, False, R.CANCELED), (False, True, R.CANCELED)],
)
def test_a_487_that_we_did_not_ask_for_is_a_ring_that_the_carrier_gave_up(rang, by_us, meaning):
    assert of_refusal(487, "Request Terminated", "aborted", rang=rang, canceled_by_us=by_us) is meaning


@given(st.integers(300, 699), st.text(max_size=60))
def test_every_refusal_means_something_other_than_an_answer(code, text):
    assert of_sip_answer(code, text) is not R.ANSWERED


@given(st.integers(400, 699))
def test_every_refusal_with_a_code_of_a_known_kind_is_understood(code):
    assert of_sip_answer(code) is not R.UNKNOWN


@pytest.mark.parametrize(
    ("code", "message", "rang", "by_us", "meaning"),
    [
        # V: one error for a ring without answer, a dead carrier and our own hanging up
        ("canceled", "sip request timed out", True, False, R.NO_ANSWER),
        ("canceled", "sip request timed out", False, False, R.UNREACHABLE),
        ("canceled", "sip request timed out", True, True, R.CANCELED),
        ("canceled", "sip request timed out", False, True, R.CANCELED),
        # V, L: only with a ringing time above 32 s
        ("canceled", "transaction failed to complete (0 intermediate responses)", False, False, R.NETWORK_ERROR),
        ("canceled", "transaction failed to complete (2 intermediate responses)", True, False, R.NETWORK_ERROR),
        ("canceled", "transaction failed to complete (0 intermediate responses)", False, True, R.CANCELED),
        # V: a BYE before the ACK
        ("failed_precondition", "call already closed", False, False, R.CANCELED),
        ("unknown", "room already closed", False, False, R.CANCELED),
        # L
        ("failed_precondition", "no common codec", False, False, R.MEDIA_ERROR),
        ("failed_precondition", "encryption required", False, False, R.MEDIA_ERROR),
        ("failed_precondition", "max auth retry attempts reached", False, False, R.CONFIG_ERROR),
        ("invalid_argument", "no such host", False, False, R.CONFIG_ERROR),
        ("unavailable", "no response from servers", False, False, R.NETWORK_ERROR),
        ("unavailable", "cpu exhausted", False, False, R.CONGESTION),
        ("internal", "sip not connected (redis required)", False, False, R.NETWORK_ERROR),
        ("not_found", "object cannot be found", False, False, R.CONFIG_ERROR),
        ("never heard of", "", False, False, R.UNKNOWN),
    ],
)
def test_an_error_of_livekits_own_means(code, message, rang, by_us, meaning):
    assert of_livekit_error(code, message, rang=rang, canceled_by_us=by_us) is meaning
    assert of_refusal(None, message, code, rang=rang, canceled_by_us=by_us) is meaning


@pytest.mark.parametrize("code", sorted(NOT_SENT_CODES))
def test_an_invite_that_never_left_says_nothing_about_the_person(code):
    assert of_livekit_error(code, "", rang=False, canceled_by_us=False) in (R.CONFIG_ERROR, R.NETWORK_ERROR)


@pytest.mark.parametrize(
    ("last_status", "reason", "meaning"),
    [
        ("ringing", "USER_UNAVAILABLE", R.NO_ANSWER),
        ("dialing", "USER_UNAVAILABLE", R.UNREACHABLE),
        ("ringing", "USER_REJECTED", R.REJECTED),
        ("ringing", "PARTICIPANT_REMOVED", R.CANCELED),
        ("dialing", "ROOM_DELETED", R.CANCELED),
        ("dialing", "SIP_TRUNK_FAILURE", R.NETWORK_ERROR),
    ],
)
def test_a_leg_that_left_before_the_answer_means(last_status, reason, meaning):
    assert of_departure(last_status, reason) is meaning


def test_the_breaker_counts_what_says_something_about_the_trunk():
    assert {result for result in R if counts_for_breaker(result)} == {R.NETWORK_ERROR, R.CONGESTION, R.CONFIG_ERROR, R.MEDIA_ERROR}


RECORDS = [
    ("32203", None, "", None, R.BLOCKED_PROVIDER),
    ("32203", 1, "", 403, R.BLOCKED_PROVIDER),  # the provider's own code goes before the cause
    ("D11", None, "", None, R.CONFIG_ERROR),
    ("", 1, "", None, R.INVALID_NUMBER),
    ("", 17, "Network Blocked", 486, R.BUSY),
    ("", 21, "Network Blocked", None, R.BLOCKED_ANALYTICS),
    ("", None, 'Network Blocked; Reason: SIP;cause=603;text="v=analytics1"', 603, R.BLOCKED_ANALYTICS),
    ("", None, "Q.850;cause=22", None, R.NUMBER_CHANGED),
    ("", 16, "", 404, None),  # normal clearing says less than the code, and the code is for the caller to judge
    ("99999", None, "", None, None),
]


@pytest.mark.parametrize(("provider_code", "cause", "text", "sip_code", "meaning"), RECORDS)
def test_a_providers_record_is_understood_without_a_sip_code(
    provider_code: str, cause: int | None, text: str, sip_code: int | None, meaning: R | None
) -> None:
    assert of_provider_record(provider_code, cause, text, sip_code) == meaning
