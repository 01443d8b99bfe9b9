"""A rolling upgrade: peers of different versions make the same call, or none."""

import json
from dataclasses import fields, replace

import pytest

from sip_config import contract
from sip_config.codec import ContractError, decode
from sip_config.contract import (
    CONTRACT_VERSION,
    AnsweredBy,
    CallOrder,
    CallPurpose,
    CallReport,
    EndCause,
    EventKind,
    Outcome,
    Turn,
    WorkerHeartbeat,
)
from sip_config.versions import KNOWN, encode_order, encode_report, knows_event, version_of

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ORDER = CallOrder("c1", 1, "room", "callee", "+12025550101", CallPurpose.SINGLE, "You are Ada.", "Hello.", trace_context=TRACE)
REPORT = CallReport(
    "c1", 1, True, AnsweredBy.HUMAN, Outcome.SUCCESS, EndCause.AGENT_HANGUP, turns=(Turn(1, contract.Speaker.AGENT, "Hi", 0.0),)
)


def test_an_older_agent_gets_the_order_without_what_changes_nothing():
    raw = json.loads(encode_order(ORDER, 1))
    assert set(raw) == KNOWN[1]["CallOrder"]
    assert raw["version"] == 1
    assert set(raw["models"]) == KNOWN[1]["ModelsOrder"]


def test_an_older_agent_is_never_given_a_call_that_it_would_make_differently():
    with pytest.raises(ContractError, match=r"CallOrder.assistant_name"):
        encode_order(replace(ORDER, assistant_name="Ada"), 1)


def test_an_agent_of_this_version_gets_everything():
    assert decode(CallOrder, encode_order(ORDER, CONTRACT_VERSION)) == ORDER


def test_the_order_of_an_older_control_plane_is_complete_by_defaults():
    order = decode(CallOrder, encode_order(ORDER, 1))
    assert (order.version, order.trace_context, order.system_prompt) == (1, "", "You are Ada.")


def test_an_older_control_plane_gets_the_report_and_the_events_that_it_knows():
    raw = json.loads(encode_report(REPORT, 1))
    assert set(raw) == KNOWN[1]["CallReport"]
    assert set(raw["turns"][0]) == KNOWN[1]["Turn"]
    assert {kind for kind in EventKind if knows_event(kind, 1)} == {EventKind(kind) for kind in KNOWN[1]["EventKind"]}
    assert all(knows_event(kind, CONTRACT_VERSION) for kind in EventKind)


@pytest.mark.parametrize(
    ("said", "version"), [(None, 1), ("", 1), ("1", 1), ("2", 2), ("99", CONTRACT_VERSION), ("0", 1), ("x", 1), ("-1", 1), ("2" * 50, 1)]
)
def test_the_version_spoken_is_the_agents_and_at_most_ours(said: str | None, version: int):
    assert version_of(said) == version


def test_every_version_before_this_one_is_remembered_and_its_names_still_exist():
    assert set(KNOWN) == set(range(1, CONTRACT_VERSION))
    for known in KNOWN.values():
        for name, words in known.items():
            kind = getattr(contract, name)
            assert words <= ({member.value for member in kind} if name == "EventKind" else {field.name for field in fields(kind)})


def test_what_is_said_before_versions_are_known_has_not_changed():
    """A dispatch ticket and a heartbeat reach peers whose version nobody knows yet."""
    assert [field.name for field in fields(contract.DispatchTicket)] == ["call_id", "generation", "token"]
    assert [field.name for field in fields(WorkerHeartbeat)] == ["worker_id", "slots", "draining", "calls", "registered", "load"]
