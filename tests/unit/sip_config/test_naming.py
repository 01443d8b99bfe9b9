"""Names are parsed back to what they were built from, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from sip_config import naming

ids = st.uuids().map(str)


@given(ids)
def test_a_room_tells_its_call(call_id):
    assert naming.call_id_of_room(naming.room_name(call_id)) == call_id


@given(ids)
def test_a_calls_names_are_its_own(call_id):
    assert naming.callee_identity(call_id) != naming.room_name(call_id)
    assert not naming.is_inbound_room(naming.room_name(call_id))


@given(ids)
def test_an_inbound_room_belongs_to_no_outbound_call(call_id):
    room = naming.inbound_room_prefix() + call_id
    assert naming.is_inbound_room(room)
    assert naming.call_id_of_room(room) is None


def test_a_bare_prefix_or_a_strangers_room_is_no_calls_room():
    assert naming.call_id_of_room("call-") is None
    assert naming.call_id_of_room("lobby") is None
    assert naming.call_id_of_room("") is None


def test_the_agents_name_is_never_empty():
    """An unnamed worker would join every room."""
    assert naming.AGENT_NAME
