"""Which room an inbound call opens: LiveKit's trunks and dispatch rules applied to a caller and a called number. Pure."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo


class NoRouteError(Exception):
    """Nobody takes the call; the text says why."""


@dataclass(frozen=True, slots=True)
class InboundCall:
    """E.164 numbers of both ends."""

    caller: str
    called: str


def choose_trunk(trunks: Iterable[SIPInboundTrunkInfo], call: InboundCall) -> SIPInboundTrunkInfo:
    """The trunk of the called number; one without numbers takes any, but only when no other does. Raises `NoRouteError`."""
    fitting = [t for t in trunks if _permits(t.numbers, call.called) and _permits(t.allowed_numbers, call.caller)]
    if not fitting:
        raise NoRouteError(f"No inbound trunk of LiveKit takes calls to {call.called} from {call.caller}.")
    return max(fitting, key=lambda trunk: bool(trunk.numbers))


def choose_rule(rules: Iterable[SIPDispatchRuleInfo], trunk_id: str, call: InboundCall) -> SIPDispatchRuleInfo:
    """The most specific rule without a PIN for the trunk and both numbers. Raises `NoRouteError`."""
    fitting = [
        rule
        for rule in rules
        if _permits(rule.trunk_ids, trunk_id)
        and _permits(rule.numbers, call.called)
        and _permits(rule.inbound_numbers, call.caller)
        and not _pin(rule)
    ]
    if not fitting:
        raise NoRouteError(f"No dispatch rule of LiveKit takes calls to {call.called} on trunk {trunk_id}.")
    return max(fitting, key=lambda rule: (bool(rule.numbers), bool(rule.inbound_numbers), bool(rule.trunk_ids)))


def room_of(rule: SIPDispatchRuleInfo, call: InboundCall) -> str:
    """Room name as the bridge builds it. Raises `NoRouteError` for a kind of rule that it does not know."""
    kind = rule.rule.WhichOneof("rule")
    if kind == "dispatch_rule_direct":
        return rule.rule.dispatch_rule_direct.room_name
    if kind == "dispatch_rule_individual":
        individual = rule.rule.dispatch_rule_individual
        return _joined(individual.room_prefix, call.caller, "" if individual.no_randomness else _suffix())
    if kind == "dispatch_rule_callee":
        callee = rule.rule.dispatch_rule_callee
        return _joined(callee.room_prefix, call.called, _suffix() if callee.randomize else "")
    raise NoRouteError(f"Dispatch rule {rule.sip_dispatch_rule_id} is of a kind that is not known here.")


def _pin(rule: SIPDispatchRuleInfo) -> str:
    kind = rule.rule.WhichOneof("rule")
    return getattr(rule.rule, kind).pin if kind else ""


def _permits(listed: Iterable[str], value: str) -> bool:
    return not (items := list(listed)) or value in items


def _joined(*parts: str) -> str:
    return "_".join(part for part in parts if part)


def _suffix() -> str:
    return secrets.token_urlsafe(9).replace("-", "A").replace("_", "B")
