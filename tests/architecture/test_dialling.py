"""One place sends INVITEs, and one place asks it to: whoever else could would pass the gate, the pace and at-most-once.

What the sender takes is a dial that was permitted by a stored verdict. It cannot be made without one, so a new kind of leg (an operator's,
an escalation's, a transfer's) has no other way to a phone than a call row, the gate and the last look.
"""

import ast
import inspect
from dataclasses import replace
from typing import Any, get_type_hints

import pytest

from control_plane.kit.ids import new_id
from control_plane.telephony import livekit, port
from control_plane.telephony.livekit import LiveKitTelephony
from control_plane.telephony.port import Dial, PermittedDial, StoredVerdict, Telephony, permit
from tests.architecture.source import modules

PORT = "control_plane/telephony/port.py"
SENDS = "control_plane/telephony/livekit.py"
ASKS = "control_plane/dialer/departure.py"
TRANSFERS = "control_plane/calls/transferring.py"
WARM_LEGS = "control_plane/calls/warm_legs.py"
READS = "control_plane/dialer/departure_repository.py"
RINGS_A_PHONE = ("create_sip_participant", "add_sip_participant", "transfer_sip_participant")
"""LiveKit's ways to make a phone ring, of its API and of its agents' framework."""
ORDER = Dial("call-1", "callee-1", "ST_1", "+12025550101", "+12025550199", 15, 60)


def _called(name: str) -> set[str]:
    """Product modules in which something of this name is called or read as an attribute."""
    product = modules("control_plane", "agent_worker", "sip_config")
    calls = {m.path for m in product for node in ast.walk(m.tree) if isinstance(node, ast.Call) and _last(node.func) == name}
    return calls | {m.path for m in product for _, dotted in m.attributes() if dotted.endswith(f".{name}")}


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _verdict(decision: str = "dial", stage: str = "last_gate", to: str = ORDER.to) -> StoredVerdict:
    return StoredVerdict(new_id(), decision, stage, to)


def test_only_the_telephony_of_livekit_creates_sip_participants():
    assert [_called(name) for name in RINGS_A_PHONE] == [{SENDS}, set(), {SENDS}]


def test_nobody_writes_the_request_by_hand():
    product = modules("control_plane", "agent_worker", "sip_config")
    words = ("livekit.SIP/", "CreateSIPParticipantRequest", "TransferSIPParticipantRequest")
    assert {m.path for m in product if any(word in m.text for word in words)} == {SENDS}


def test_whoever_sends_takes_a_permitted_dial_and_nothing_else():
    senders = [Telephony, *(value for value in vars(livekit).values() if inspect.isclass(value) and hasattr(value, "dial"))]
    assert LiveKitTelephony in senders
    for sender in senders:
        assert get_type_hints(sender.dial)["order"] is PermittedDial, sender


def test_the_request_is_made_in_the_function_that_takes_the_permitted_dial():
    (sender,) = (m for m in modules("control_plane") if m.path == SENDS)
    makers = [f.name for f in sender.functions() if any(_last(n) in RINGS_A_PHONE for n in ast.walk(f) if isinstance(n, ast.expr))]
    assert makers == ["dial", "transfer"]


def test_only_who_has_looked_at_the_number_has_a_call_put_through_and_only_to_a_destination_by_name():
    askers = {m.path for m in modules("control_plane") for _, name in m.attributes() if name.endswith("transfers.transfer")}
    assert askers == {TRANSFERS}
    assert _called("Transfer") == {TRANSFERS}
    (asker,) = (m for m in modules("control_plane") if m.path == TRANSFERS)
    steps = [asker.text.index(words) for words in ("await _begin(unit", "transfers.transfer(begun.order)", "await destinations_of(")]
    assert steps == sorted(steps)
    checks = [asker.text.index(words) for words in ("await destinations_of(", "await _require_allowed(", "Begun(str(new_id()), Transfer(")]
    assert checks == sorted(checks)


def test_whoever_is_fetched_into_a_call_is_looked_at_in_the_same_way_and_then_only_a_row_that_the_gate_has_let_through():
    (legs,) = (m for m in modules("control_plane") if m.path == WARM_LEGS)
    makes = [f.name for f in legs.functions() if any(isinstance(n, ast.Call) and _last(n.func) == "Call" for n in ast.walk(f))]
    assert makes == ["_begin"]
    steps = [legs.text.index(words) for words in ("await require_destination(", "await _begin(unit", "await _judged(unit", "leg = Call(")]
    assert steps == sorted(steps)
    assert "telephony" not in legs.text


def test_only_the_last_look_permits_a_dial_and_only_from_a_row():
    assert _called("permit") == {ASKS}
    assert _called("StoredVerdict") == {READS}
    assert _called("PermittedDial") == {PORT}
    assert {m.path for m in modules("control_plane") if "_SEAL" in m.text} == {PORT}


def test_only_the_placing_of_a_committed_call_dials():
    callers = {m.path for m in modules("control_plane") for _, name in m.attributes() if name.endswith("telephony.dial")}
    assert callers == {ASKS}


def test_the_one_who_asks_looks_at_the_stored_verdict_and_the_suppressions_first():
    (departure,) = (m for m in modules("control_plane") if m.path == ASKS)
    steps = [departure.text.index(words) for words in ("_permitted(order, leaving, door)", "await is_barred(", ".dial(permitted)")]
    assert steps == sorted(steps)


@pytest.mark.parametrize("decision", ["wait", "never", ""])
def test_no_other_decision_permits_a_dial(decision: str):
    with pytest.raises(ValueError, match="lets nobody dial"):
        permit(ORDER, _verdict(decision))


@pytest.mark.parametrize("stage", ["planning", "claim"])
def test_an_earlier_verdict_permits_no_dial(stage: str):
    with pytest.raises(ValueError, match="lets nobody dial"):
        permit(ORDER, _verdict(stage=stage))


def test_a_verdict_about_another_number_permits_no_dial():
    with pytest.raises(ValueError, match="another number"):
        permit(ORDER, _verdict(to="+12025550102"))


def test_a_permitted_dial_names_its_verdict_and_cannot_be_built_or_altered_by_hand():
    verdict = _verdict()
    made = permit(ORDER, verdict)
    assert (made.verdict_id, made.to) == (verdict.id, ORDER.to)
    fields: dict[str, Any] = {name: getattr(ORDER, name) for name in Dial.__dataclass_fields__}
    for seal in (None, object(), "seal"):
        with pytest.raises(TypeError, match="stored verdict"):
            PermittedDial(**fields, verdict_id=verdict.id, seal=seal)
    with pytest.raises((TypeError, ValueError)):
        replace(made, to="+12025550102")
    # Early releases of Python 3.11 list this one for a class with slots and cannot read it.
    names = [name for name in dir(made) if name != "__weakref__"]
    assert not any(getattr(made, name, None) is port._SEAL for name in names)
