"""What was decided about one call, on which rules, what came of it, and what follows: read from what was stored at the time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import Call, Enrollment, GateVerdict
from control_plane.db.unit import Unit
from control_plane.domain.call_state import FINAL, CallState
from control_plane.domain.errors import Conflict, NotFound
from control_plane.domain.facts import Facts
from control_plane.domain.rules import RulePack, Rules
from control_plane.explanations.owing import owed_of
from control_plane.explanations.repository import ExplanationRepository
from control_plane.explanations.schemas import CallerView, CallExplained, ConsentView, OwedView, PackView, ReasonView, VerdictView
from control_plane.explanations.views import attempts_of, hours_of, zones_of
from control_plane.explanations.words import closed, confirmed_place, end_of_call, joined, moment
from control_plane.rules.registry import registry
from control_plane.rules.resolving import rules_of_verdict
from sip_config.contract import CallPurpose


@dataclass(frozen=True, slots=True)
class _Basis:
    """The facts and rules that a stored verdict rests on; None where they are gone: the person was erased, or a pack is no longer known."""

    facts: Facts | None
    rules: Rules | None


class CallExplanations:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._lookups = LookupRepository(unit.session, workspace_id)
        self._rows = ExplanationRepository(unit.session, workspace_id)

    async def explain(self, call_id: uuid.UUID) -> CallExplained:
        """Raises `NotFound` for a call of another workspace."""
        call = await self._rows.call(call_id)
        if call is None:
            raise NotFound.of("call")
        verdicts = await self._rows.verdicts(call)
        if not verdicts:
            raise NotFound.of("verdict")
        # A refusal of the last gate is the newest word, though the call names the verdict that it was claimed on.
        last = next((v for v in verdicts if v.id == call.verdict_id and verdicts[-1].decision == "dial"), verdicts[-1])
        enrollment = await self._rows.enrollment(call.enrollment_id) if call.enrollment_id else None
        zone = (await self._lookups.workspace()).time_zone
        follows = what_follows(call, enrollment, zone, await self._rows.gives_way(call))
        return await self._told(call, verdicts, last, _basis(last), follows)

    async def _told(self, call: Call, verdicts: Sequence[GateVerdict], last: GateVerdict, basis: _Basis, follows: str) -> CallExplained:
        facts, rules, may = basis.facts, basis.rules, last.decision == "dial"
        happened = _what_happened(call)
        consent = await self._rows.consent(call.consent_id) if call.consent_id else None
        packs = registry().labelled(last.pack) if rules else []
        return CallExplained(
            call_id=call.id,
            state=call.state,
            may_dial=may,
            decision=last.decision,
            summary=joined(
                [*(reason["sentence"] for reason in last.reasons), *(confirmed_place(facts) if facts else ()), happened, follows]
            ),
            reasons=_reasons(last),
            next_possible_at=None if may or call.state in FINAL else call.due_at,
            decided_at=last.decided_at,
            rule_pack=last.pack,
            attempts=attempts_of(facts, call.attempt - 1, None) if facts else None,
            zones=zones_of(facts, rules, last.decided_at) if facts and rules else [],
            hours=hours_of(facts, rules) if facts and rules else [],
            packs=[PackView.of(pack) for pack in packs],
            consent=ConsentView.of(consent) if consent else None,
            caller=_caller(call),
            verdicts=[_verdict(verdict) for verdict in verdicts],
            what_happened=happened,
            what_follows=follows,
            owed=await self._owed(call, packs, rules) if rules else [],
        )

    async def _owed(self, call: Call, packs: Sequence[RulePack], rules: Rules) -> list[OwedView]:
        """Nothing to a colleague who is asked to take a call over: they hear no opening, and nothing is kept of them."""
        return [] if call.purpose == CallPurpose.TRANSFER else owed_of(packs, rules.own, await self._rows.version(call))


def what_follows(call: Call, enrollment: Enrollment | None, zone: str, gives_way: str = "") -> str:
    """What comes after the call: when its contact is called again and why, or why not. Empty while it is under way. `gives_way`: why it
    waits although it might be made."""
    if call.state not in FINAL:
        waits = call.state == CallState.QUEUED and call.claimed_at is None
        return joined([gives_way, f"It is due at {moment(call.due_at, zone)}"]) if waits else ""
    if enrollment is None:
        return "No other call follows from it."
    if enrollment.state == "claimed":
        return "The contact is being called again."
    if enrollment.state != "waiting" or enrollment.due_at is None:
        return joined(
            [f"The contact is not called again in this campaign ({enrollment.state})", closed(enrollment.state, enrollment.closed_reason)]
        )
    return joined([*enrollment.waiting_reasons, f"The contact is due again at {moment(enrollment.due_at, zone)}"])


def _what_happened(call: Call) -> str:
    talked = (call.ended_at - call.answered_at).total_seconds() if call.ended_at and call.answered_at else None
    return end_of_call(
        state=call.state,
        network_result=call.network_result,
        sip_code=call.sip_status_code,
        answered_by=call.answered_by,
        outcome=call.outcome_label or call.outcome,
        talked_s=talked,
    )


def _basis(verdict: GateVerdict) -> _Basis:
    inputs = verdict.inputs
    try:
        facts = Facts.from_canonical(inputs)
        rules = rules_of_verdict(verdict.pack, facts.purpose, inputs.get("own_rules", {}), inputs.get("holidays", {}))
    except TypeError:
        # The inputs of an erased person's verdict are redacted.
        return _Basis(None, None)
    except Conflict:
        return _Basis(facts, None)
    return _Basis(facts, rules)


def _verdict(row: GateVerdict) -> VerdictView:
    return VerdictView(
        id=row.id, stage=row.stage, decision=row.decision, reasons=_reasons(row), rule_pack=row.pack, decided_at=row.decided_at
    )


def _reasons(row: GateVerdict) -> list[ReasonView]:
    return [ReasonView(reason["code"], reason["sentence"]) for reason in row.reasons]


def _caller(call: Call) -> CallerView:
    choice = call.caller_choice or {}
    sentence = choice.get("sentence") or "A person chose this number."
    return CallerView(
        number_id=call.from_number_id, from_number=call.from_e164, sentence=sentence, passed_over=choice.get("passed_over") or []
    )
