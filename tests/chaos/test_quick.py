"""The chaos suite's quick form: under two minutes, one seed, every promise."""

from pathlib import Path

import pytest

from tests.chaos.plan import ONLY_ON_LIVEKIT, QUICK, Kind, faults, on_livekit
from tests.chaos.run import Run

SEED = 1
PATIENCE_S = 400.0


@pytest.mark.timeout(900)
def test_no_promise_breaks_while_everything_is_killed_and_stopped(tmp_path: Path) -> None:
    result = Run(SEED, QUICK, tmp_path, PATIENCE_S, shortens=True).go()
    assert {finding.promise: finding.broken[:5] for finding in result.broken} == {}
    assert sum(1 for line in result.evidence.lines if line["event"] == "invite") >= QUICK.contacts / 2


def test_the_same_seed_plans_the_same_faults() -> None:
    assert faults(SEED, QUICK) == faults(SEED, QUICK)
    assert faults(SEED, QUICK) != faults(SEED + 1, QUICK)


def test_a_run_on_livekit_loses_it_and_its_redis() -> None:
    kinds = {fault.kind for fault in faults(SEED, on_livekit(30, 1.5))}
    assert kinds >= ONLY_ON_LIVEKIT | {Kind.REDIS_LOSS}


def test_the_quick_form_has_every_kind_of_fault() -> None:
    assert {fault.kind for fault in faults(SEED, QUICK)} == set(Kind) - ONLY_ON_LIVEKIT
