"""An inbound call finds the room that LiveKit's bridge would open."""

import pytest
from livekit import api

from rehearsal.inbound_rules import InboundCall, NoRouteError, choose_rule, choose_trunk, room_of

CALL = InboundCall("+12025550150", "+12025550101")


def individual(**more: object) -> api.SIPDispatchRuleInfo:
    kind = api.SIPDispatchRule(dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix="inbound-"))
    return api.SIPDispatchRuleInfo(rule=kind, **more)  # pyright: ignore[reportArgumentType]


def test_the_trunk_with_the_called_number_wins_over_one_that_takes_any() -> None:
    trunks = [
        api.SIPInboundTrunkInfo(sip_trunk_id="any"),
        api.SIPInboundTrunkInfo(sip_trunk_id="ours", numbers=[CALL.called]),
        api.SIPInboundTrunkInfo(sip_trunk_id="other", numbers=["+12025550102"]),
    ]
    assert choose_trunk(trunks, CALL).sip_trunk_id == "ours"
    with pytest.raises(NoRouteError, match="No inbound trunk"):
        choose_trunk(trunks[2:], CALL)


def test_the_most_specific_rule_wins_and_foreign_trunks_are_left_out() -> None:
    rules = [
        individual(sip_dispatch_rule_id="any"),
        individual(sip_dispatch_rule_id="number", trunk_ids=["t"], numbers=[CALL.called]),
        individual(sip_dispatch_rule_id="foreign", trunk_ids=["u"], numbers=[CALL.called]),
    ]
    assert choose_rule(rules, "t", CALL).sip_dispatch_rule_id == "number"
    with pytest.raises(NoRouteError, match="No dispatch rule"):
        choose_rule(rules[2:], "t", CALL)


def test_an_individual_rule_opens_a_new_room_for_every_call() -> None:
    names = {room_of(individual(), CALL) for _ in range(20)}
    assert len(names) == 20
    assert all(name.startswith(f"inbound-_{CALL.caller}_") for name in names)


def test_direct_and_callee_rules_name_one_room() -> None:
    direct = api.SIPDispatchRule(dispatch_rule_direct=api.SIPDispatchRuleDirect(room_name="desk"))
    callee = api.SIPDispatchRule(dispatch_rule_callee=api.SIPDispatchRuleCallee(room_prefix="to"))
    assert room_of(api.SIPDispatchRuleInfo(rule=direct), CALL) == "desk"
    assert room_of(api.SIPDispatchRuleInfo(rule=callee), CALL) == f"to_{CALL.called}"
