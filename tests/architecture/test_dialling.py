"""One place sends INVITEs, and one place asks it to: whoever else could would pass the gate, the pace and at-most-once."""

from tests.architecture.source import modules

SENDS = "control_plane/telephony/livekit.py"
ASKS = "control_plane/dialer/place.py"


def test_only_the_telephony_of_livekit_creates_sip_participants():
    product = modules("control_plane", "agent_worker", "sip_config")
    found = {m.path for m in product for _, name in m.attributes() if name.endswith(".create_sip_participant")}
    assert found == {SENDS}


def test_only_the_placing_of_a_committed_call_dials():
    callers = {m.path for m in modules("control_plane") for _, name in m.attributes() if name.endswith(".dial")}
    assert callers == {ASKS}
