"""What one side encodes the other decodes to the same value; what does not fit is refused by name."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip_config import contract
from sip_config.codec import ContractError, decode, encode
from sip_config.contract import CallEvent, CallOrder, CallReport, DispatchTicket, EventKind, Turn, WorkerHeartbeat

offsets = st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-3))))
st.register_type_strategy(datetime, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=offsets))  # noqa: DTZ001 – bounds are naive by its rules
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
events = st.builds(CallEvent, data=st.dictionaries(st.text(max_size=10), plain_values, max_size=3))
MESSAGES = {
    DispatchTicket: st.from_type(DispatchTicket),
    CallOrder: st.from_type(CallOrder),
    CallEvent: events,
    Turn: st.from_type(Turn),
    CallReport: st.from_type(CallReport),
    WorkerHeartbeat: st.from_type(WorkerHeartbeat),
}


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_message_survives_the_way_to_the_other_side(kind, data):
    message = data.draw(MESSAGES[kind])
    assert decode(kind, encode(message)) == message


@settings(max_examples=40, deadline=None)
@given(events)
def test_times_travel_in_utc_with_z(event):
    assert json.loads(encode(event))["at"].endswith("Z")


EVENT = {"id": "e1", "kind": "ready", "at": "2026-06-01T12:00:00Z", "generation": 1}


def test_an_event_is_read_from_plain_json():
    assert decode(CallEvent, json.dumps(EVENT)) == CallEvent("e1", EventKind.READY, datetime(2026, 6, 1, 12, tzinfo=UTC), 1)


@pytest.mark.parametrize(
    ("kind", "text", "names"),
    [
        (CallEvent, "not json", "CallEvent"),
        (CallEvent, "[]", "CallEvent"),
        (CallEvent, json.dumps(EVENT | {"colour": 1}), "colour"),
        (CallEvent, json.dumps({k: v for k, v in EVENT.items() if k != "id"}), "id"),
        (CallEvent, json.dumps(EVENT | {"kind": "sings"}), "CallEvent.kind"),
        (CallEvent, json.dumps(EVENT | {"at": "yesterday"}), "CallEvent.at"),
        (CallEvent, json.dumps(EVENT | {"generation": "1"}), "CallEvent.generation"),
        (CallEvent, json.dumps(EVENT | {"generation": True}), "CallEvent.generation"),
        (CallEvent, json.dumps(EVENT | {"data": []}), "CallEvent.data"),
        (WorkerHeartbeat, json.dumps({"worker_id": "w", "slots": 1, "draining": False, "calls": [1]}), "WorkerHeartbeat.calls[0]"),
        (WorkerHeartbeat, json.dumps({"worker_id": "w", "slots": 1, "draining": False, "load": True}), "WorkerHeartbeat.load"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_name_of_its_place(kind, text, names):
    with pytest.raises(ContractError) as refusal:
        decode(kind, text)
    assert names in str(refusal.value)


def test_a_message_of_this_version_says_its_version():
    assert CallReport.__dataclass_fields__["version"].default == contract.CONTRACT_VERSION
    assert CallOrder.__dataclass_fields__["version"].default == contract.CONTRACT_VERSION
