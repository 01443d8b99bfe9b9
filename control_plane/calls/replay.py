"""Makes the gate's decision again from what was stored with it, to show that it followed from its inputs and from nothing else."""

from control_plane.db.models import GateVerdict
from control_plane.domain.decision import Decision
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import Facts
from control_plane.rules.resolving import rules_of_verdict


def replay(verdict: GateVerdict) -> Decision:
    """The decision that follows from the verdict's inputs and rule packs, at its instant. Raises `Conflict` for packs that are gone."""
    inputs = verdict.inputs
    facts = Facts.from_canonical(inputs)
    rules = rules_of_verdict(verdict.pack, facts.purpose, inputs.get("own_rules", {}), inputs.get("holidays", {}))
    return decide(facts, verdict.decided_at, rules)
