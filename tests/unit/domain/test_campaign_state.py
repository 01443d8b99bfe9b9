"""The campaign's table of transitions holds whatever is asked of it, in whatever order."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.campaign_state import AT_REST, TRANSITIONS, Action, ExecutionStatus, advance, possible
from control_plane.domain.errors import Conflict

actions = st.lists(st.sampled_from(Action), max_size=30)


def walk(taken: list[Action]) -> list[ExecutionStatus]:
    """The statuses passed through; refused actions change nothing."""
    passed = [ExecutionStatus.IDLE]
    for action in taken:
        try:
            passed.append(advance(passed[-1], action))
        except Conflict:
            passed.append(passed[-1])
    return passed


@given(actions)
def test_every_step_of_any_sequence_is_one_of_the_documented_ones(taken: list[Action]) -> None:
    documented = {
        ("idle", "running"),
        ("running", "paused"),
        ("paused", "running"),
        ("running", "stopped"),
        ("paused", "stopped"),
        ("error", "stopped"),
        ("running", "completed"),
        ("running", "error"),
        ("error", "running"),
        *((status, "archived") for status in ("idle", "completed", "stopped", "error")),
    }
    passed = walk(taken)
    assert {(a, b) for a, b in itertools.pairwise(passed) if a != b} <= documented


@given(actions)
def test_a_repeated_action_changes_nothing_more(taken: list[Action]) -> None:
    twice = [action for action in taken for _ in range(2)]
    assert walk(twice)[::2] == walk(taken)


@given(actions)
def test_what_has_ended_never_runs_again(taken: list[Action]) -> None:
    passed = walk(taken)
    for ended in (ExecutionStatus.STOPPED, ExecutionStatus.COMPLETED, ExecutionStatus.ARCHIVED):
        if ended in passed:
            after = passed[passed.index(ended) :]
            assert not {ExecutionStatus.RUNNING, ExecutionStatus.PAUSED} & set(after)


@pytest.mark.parametrize("status", ExecutionStatus)
@pytest.mark.parametrize("action", Action)
def test_what_is_not_in_the_table_is_refused_with_what_is_possible(status: ExecutionStatus, action: Action) -> None:
    if (status, action) in TRANSITIONS:
        assert advance(status, action) in ExecutionStatus
        return
    with pytest.raises(Conflict) as refusal:
        advance(status, action)
    assert status in refusal.value.detail
    assert all(option in refusal.value.detail for option in possible(status))


def test_nothing_starts_by_itself_from_rest() -> None:
    for status in AT_REST:
        assert {Action.COMPLETE, Action.FAIL}.isdisjoint(possible(status))
    assert possible(ExecutionStatus.ARCHIVED) == ()
