"""One place sends INVITEs, and one place asks it to: whoever else could would pass the gate, the pace and at-most-once."""

from tests.architecture.source import modules

SENDS = "control_plane/telephony/livekit.py"
ASKS = "control_plane/dialer/departure.py"


def test_only_the_telephony_of_livekit_creates_sip_participants():
    product = modules("control_plane", "agent_worker", "sip_config")
    found = {m.path for m in product for _, name in m.attributes() if name.endswith(".create_sip_participant")}
    assert found == {SENDS}


def test_only_the_placing_of_a_committed_call_dials():
    callers = {m.path for m in modules("control_plane") for _, name in m.attributes() if name.endswith("telephony.dial")}
    assert callers == {ASKS}


def test_the_one_who_asks_looks_at_the_stored_verdict_and_the_suppressions_first():
    (departure,) = (m for m in modules("control_plane") if m.path == ASKS)
    steps = [departure.text.index(words) for words in ('decision != "dial"', "await is_barred(", ".dial(order)")]
    assert steps == sorted(steps)
