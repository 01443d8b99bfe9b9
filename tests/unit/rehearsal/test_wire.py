"""The wire contract with livekit-server 1.13.5: channel names and field numbers as they were seen on Redis (facts/carrier §1, §2)."""

import pytest
from livekit.protocol.models import DisconnectReason
from livekit.protocol.sip import SIPStatus

from rehearsal import psrpc, sip_answers, wire


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("SIPInternal", "CreateSIPParticipant", "REQ"), "SIPInternal|CreateSIPParticipant|REQ"),
        (("SIPInternal", "CLI_jaYQ55CL3IzG", "CLAIM"), "SIPInternal|CLI_jaYQ55CL3IzG|CLAIM"),
        (("SIPInternal", "TransferSIPParticipant", "SCL_x", "RCLAIM"), "SIPInternal|TransferSIPParticipant|SCL_x|RCLAIM"),
        (("SIPInternal", "M", "", "REQ"), "SIPInternal|M|REQ"),
        (("a b-c",), "au+0020bu+002dc"),
        (("ü|😀",), "u+00fcu+007cU+0001f600"),
    ],
)
def test_channel_names_are_spelled_as_psrpc_spells_them(parts: tuple[str, ...], name: str) -> None:
    assert psrpc.channel(*parts) == name


@pytest.mark.parametrize("name", list(wire.MESSAGES))
def test_every_message_survives_a_round_trip_in_its_envelope(name: str) -> None:
    message = wire.MESSAGES[name]()
    first = message.DESCRIPTOR.fields[0]
    setattr(message, first.name, "x")
    assert wire.unwrap(type(message), wire.wrap(message)) == message


def test_the_envelope_names_its_message_as_the_go_side_does() -> None:
    bid = wire.ClaimRequest(request_id="REQ_1", server_id="SRV_1", affinity=1.0)
    assert wire.wrap(bid).hex() == (
        "0a2874797065".replace("28", f"{len('type.googleapis.com/internal.ClaimRequest'):02x}")
        + b".googleapis.com/internal.ClaimRequest".hex()
        + "1213"
        + "0a055245515f31"
        + "12055352565f31"
        + "1d0000803f"
    )


def test_the_fields_that_the_carrier_reads_have_the_numbers_of_the_pinned_server() -> None:
    numbers = {field.name: field.number for field in wire.CreateRequest.DESCRIPTOR.fields}
    read = (
        "call_to room_name participant_identity dtmf sip_call_id participant_name participant_metadata participant_attributes "
        "ringing_timeout max_call_duration wait_until_answered"
    )
    assert [numbers[name] for name in read.split()] == [4, 7, 8, 11, 13, 14, 15, 17, 23, 24, 29]
    assert {f.name: f.number for f in wire.CreateResponse.DESCRIPTOR.fields} == {
        "participant_id": 1,
        "participant_identity": 2,
        "sip_call_id": 3,
    }
    assert {f.name: f.number for f in wire.Response.DESCRIPTOR.fields}["error_details"] == 8


@pytest.mark.parametrize(
    ("code", "reason", "psrpc_code", "opening", "leave"),
    [
        (486, "Busy Here", "resource_exhausted", "INVITE failed", "USER_REJECTED"),
        (480, "Temporarily Unavailable", "resource_exhausted", "INVITE failed", "USER_UNAVAILABLE"),
        (404, "Not Found", "not_found", "INVITE failed", "USER_UNAVAILABLE"),
        (603, "Decline", "permission_denied", "unexpected status", "USER_REJECTED"),
        (408, "Request Timeout", "deadline_exceeded", "unexpected status", "USER_UNAVAILABLE"),
        (484, "Address Incomplete", "invalid_argument", "unexpected status", "USER_REJECTED"),
        (503, "Service Unavailable", "failed_precondition", "unexpected status", "UNKNOWN_REASON"),
        (503, "Trunk CPS limit exceeded", "failed_precondition", "unexpected status", "USER_REJECTED"),
    ],
)
def test_a_refusal_is_answered_as_the_real_bridge_answers_it(code: int, reason: str, psrpc_code: str, opening: str, leave: str) -> None:
    error = sip_answers.refused(code, reason)
    assert error.code == psrpc_code
    assert str(error).startswith(opening)
    assert str(error).endswith(f"sip status: {code}: {reason}")
    ((type_url, detail),) = error.details
    assert type_url == "type.googleapis.com/livekit.SIPStatus"
    assert (SIPStatus.FromString(detail).code, SIPStatus.FromString(detail).status) == (code, reason)
    assert DisconnectReason.Name(sip_answers.leave_reason(code, reason)) == leave
