"""A wrong password, a dead host, a missing codec and a refused number are told apart, and from callees who do not want to talk."""

import uuid

import pytest

from control_plane.trunks.faults import Ended, faults_of

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.mark.parametrize(
    ("result", "code", "text", "kind"),
    [
        ("config_error", 401, "permission_denied: Unauthorized", "wrong_password"),
        ("config_error", 407, "unauthenticated: Proxy Authentication Required", "wrong_password"),
        ("config_error", None, "failed_precondition: server required auth, but no username or password was provided", "wrong_password"),
        ("config_error", None, "failed_precondition: max auth retry attempts reached", "wrong_password"),
        ("rejected", 403, "permission_denied: Forbidden 32200", "wrong_password"),
        ("network_error", None, "canceled: transaction failed to complete (0 intermediate responses)", "dead_host"),
        ("config_error", None, "invalid_argument: lookup sip.gone.example.com: no such host", "dead_host"),
        ("config_error", None, "failed_precondition: dial tcp 203.0.113.9:5060: connection refused", "dead_host"),
        ("media_error", 488, "invalid_argument: Not Acceptable Here", "missing_codec"),
        ("media_error", None, "failed_precondition: no common codec", "missing_codec"),
        ("config_error", 403, "permission_denied: 32100 unverified caller", "refused_number"),
        ("rejected", 403, "permission_denied: Caller ID not permitted", "refused_number"),
        ("rejected", 403, "permission_denied: Forbidden", "refused_number"),
        ("blocked_analytics", 608, "permission_denied: Rejected", "refused_number"),
    ],
)
def test_each_fault_has_its_name(result: str, code: int | None, text: str, kind: str) -> None:
    (fault,) = faults_of([Ended(result, code, text, ONE)])
    assert (fault.kind, fault.calls) == (kind, 1)


@pytest.mark.parametrize(
    ("result", "code", "text"),
    [
        ("answered", None, ""),
        ("busy", 486, "resource_exhausted: Busy Here"),
        ("no_answer", None, "canceled: sip request timed out"),
        ("rejected", 603, "permission_denied: Decline"),
        ("invalid_number", 404, "not_found: Not Found"),
        ("congestion", 503, "failed_precondition: Service Unavailable"),
    ],
)
def test_what_callees_and_full_networks_say_is_no_fault_of_the_trunk(result: str, code: int | None, text: str) -> None:
    assert faults_of([Ended(result, code, text, ONE)]) == []


def test_a_bare_403_is_the_callees_where_others_picked_up_for_the_same_number() -> None:
    refused = Ended("rejected", 403, "permission_denied: Forbidden", ONE)
    assert faults_of([refused, Ended("answered", None, "", ONE)]) == []
    assert [fault.kind for fault in faults_of([refused, Ended("answered", None, "", TWO)])] == ["refused_number"]


def test_the_most_frequent_fault_comes_first() -> None:
    dead = Ended("network_error", None, "transaction failed to complete", ONE)
    assert [(fault.kind, fault.calls) for fault in faults_of([Ended("media_error", 488, "", ONE), dead, dead])] == [
        ("dead_host", 2),
        ("missing_codec", 1),
    ]
