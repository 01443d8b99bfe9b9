"""Who was talking to somebody is not called again while their phone may still be connected to nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane.calls import reducer
from control_plane.calls.leases import LOST_LOOK, LOST_SILENCE
from control_plane.db.models import Call
from control_plane.domain.call_state import CallState, Fact

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HUNG_UP = {"last_status": "hangup", "disconnect_reason": "CLIENT_INITIATED"}
CUT_OFF = {"last_status": "active", "disconnect_reason": "SIGNAL_CLOSE"}


def tell(call: Call, fact: Fact, after_s: float, **data: Any) -> None:
    at = NOW + timedelta(seconds=after_s)
    reducer.fold(call, reducer.Testimony("somebody", f"{fact}:{after_s}", fact, at, fact, data), at)


@pytest.fixture
def ringing() -> Call:
    call = Call(
        state=CallState.READY,
        ringing_timeout_s=15,
        max_duration_s=30,
        holds_number=True,
        holds_slot=True,
        ended_by_request=False,
        failure="",
    )
    tell(call, Fact.DIAL_COMMITTED, 0)
    return call


@pytest.fixture
def talking(ringing: Call) -> Call:
    tell(ringing, Fact.ANSWERED, 5)
    return ringing


def test_a_phone_that_rings_for_nobody_keeps_its_number_but_no_slot_until_it_is_seen_to_stop(ringing: Call) -> None:
    tell(ringing, Fact.NOT_ANSWERED, 9, network_result="canceled", phone_gone=False)
    ended_at = NOW + timedelta(seconds=9)
    assert (ringing.state, ringing.holds_number, ringing.holds_slot) == ("ended", True, False)
    assert (ringing.reserved_until, ringing.lease_until) == (ended_at + LOST_SILENCE, ended_at + LOST_LOOK)
    tell(ringing, Fact.CALLEE_LEFT, 10, **CUT_OFF)
    assert ringing.holds_number
    tell(ringing, Fact.CALLEE_LEFT, 11, last_status="ringing", disconnect_reason="ROOM_DELETED")
    assert (ringing.holds_number, ringing.reserved_until, ringing.lease_until) == (False, None, None)


def test_who_leaves_while_it_rings_keeps_the_number_until_the_network_says_so(ringing: Call) -> None:
    tell(ringing, Fact.CALLEE_LEFT, 9, last_status="ringing", disconnect_reason="USER_UNAVAILABLE")
    assert (ringing.state, ringing.holds_number, ringing.reserved_until is not None) == ("dialing", True, True)
    tell(ringing, Fact.NOT_ANSWERED, 10, network_result="no_answer")
    assert (ringing.state, ringing.holds_number, ringing.holds_slot) == ("ended", False, True)


def test_a_confirmed_hang_up_gives_the_number_back_at_once(talking: Call) -> None:
    tell(talking, Fact.REPORTED, 20, phone_gone=True)
    assert (talking.state, talking.holds_number, talking.reserved_until, talking.lease_until) == ("ended", False, None, None)


@pytest.mark.parametrize("fact", [Fact.REPORTED, Fact.FINISHED_WITHOUT_REPORT])
def test_a_phone_that_nobody_saw_leave_keeps_its_number_and_is_looked_for(talking: Call, fact: Fact) -> None:
    tell(talking, fact, 20, phone_gone=False)
    ended_at = NOW + timedelta(seconds=20)
    assert (talking.state, talking.holds_number, talking.holds_slot) == ("ended", True, False)
    assert (talking.reserved_until, talking.lease_until) == (ended_at + LOST_SILENCE, ended_at + LOST_LOOK)


def test_a_cut_connection_proves_nothing(talking: Call) -> None:
    tell(talking, Fact.CALLEE_LEFT, 19, **CUT_OFF)
    tell(talking, Fact.FINISHED_WITHOUT_REPORT, 20, phone_gone=False)
    assert talking.holds_number


def test_who_was_seen_to_hang_up_before_the_end_keeps_nothing(talking: Call) -> None:
    tell(talking, Fact.CALLEE_LEFT, 19, **HUNG_UP)
    tell(talking, Fact.FINISHED_WITHOUT_REPORT, 20, phone_gone=False)
    assert (talking.holds_number, talking.reserved_until, talking.lease_until) == (False, None, None)


def test_who_is_seen_to_hang_up_after_the_end_gives_the_number_back_then(talking: Call) -> None:
    tell(talking, Fact.REPORTED, 20, phone_gone=False)
    tell(talking, Fact.CALLEE_LEFT, 25, **HUNG_UP)
    assert (talking.holds_number, talking.reserved_until, talking.lease_until) == (False, None, None)
