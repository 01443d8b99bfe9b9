"""The table of call states: total, forward only, and deaf to the order in which witnesses speak."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.call_state import (
    ANSWERED_STATES,
    AT_THE_PHONE,
    BEFORE_DIAL,
    FINAL,
    LIVE,
    RANK,
    CallState,
    Fact,
    Move,
    Stay,
    status_of,
    step,
)

EVERY_PAIR = list(product(CallState, Fact))


def after(state: CallState, facts) -> CallState:
    for fact in facts:
        outcome = step(state, fact)
        state = outcome.to if isinstance(outcome, Move) else state
    return state


def by_the_sweep(state: CallState) -> CallState:
    """What the sweep says at the end to a call that no witness has finished."""
    if state in BEFORE_DIAL:
        return after(state, [Fact.RELEASED])
    return after(state, [Fact.UNACCOUNTED if state in AT_THE_PHONE else Fact.FINISHED_WITHOUT_REPORT])


@pytest.mark.parametrize(("state", "fact"), EVERY_PAIR)
def test_every_fact_has_an_answer_in_every_state(state, fact):
    outcome = step(state, fact)
    assert isinstance(outcome, Move) or (isinstance(outcome, Stay) and outcome.because)


@pytest.mark.parametrize(("state", "fact"), EVERY_PAIR)
def test_states_only_move_forward(state, fact):
    outcome = step(state, fact)
    if isinstance(outcome, Move):
        assert RANK[outcome.to] > RANK[state]


@pytest.mark.parametrize("state", sorted(FINAL))
@pytest.mark.parametrize("fact", Fact)
def test_nothing_moves_a_call_that_is_over(state, fact):
    assert isinstance(step(state, fact), Stay)


def test_the_kinds_of_state_cover_all_states_once():
    assert BEFORE_DIAL | AT_THE_PHONE | ANSWERED_STATES == LIVE
    assert len(BEFORE_DIAL) + len(AT_THE_PHONE) + len(ANSWERED_STATES) + len(FINAL) == len(CallState)


@given(st.sampled_from(sorted(CallState)), st.lists(st.sampled_from(sorted(Fact))))
def test_only_a_committed_dial_of_a_ready_call_leads_to_a_phone(start, facts):
    state = start
    for fact in facts:
        before, state = state, after(state, [fact])
        if before in BEFORE_DIAL and state not in BEFORE_DIAL | {CallState.RELEASED}:
            assert (before, fact, state) == (CallState.READY, Fact.DIAL_COMMITTED, CallState.DIALING)


@given(st.sampled_from(sorted(LIVE - BEFORE_DIAL)), st.lists(st.sampled_from(sorted(set(Fact) - {Fact.NOT_SENT}))))
def test_a_call_whose_invite_was_committed_is_not_called_released_unless_it_is_proven_that_it_never_left(start, facts):
    assert after(start, facts) is not CallState.RELEASED


@given(st.sampled_from(sorted(ANSWERED_STATES | {CallState.RINGING})), st.lists(st.sampled_from(sorted(Fact))))
def test_a_call_that_was_seen_to_ring_is_never_called_released(start, facts):
    assert after(start, facts) is not CallState.RELEASED


@given(st.sampled_from(sorted(ANSWERED_STATES)), st.lists(st.sampled_from(sorted(Fact))))
def test_an_answered_call_is_never_called_lost(start, facts):
    assert after(start, facts) is not CallState.LOST


WARM_UP = (Fact.DISPATCHED, Fact.AGENT_READY)
ANSWERED = (Fact.RINGING, Fact.ANSWERED, Fact.CALLEE_LEFT, Fact.AGENT_LEFT, Fact.REPORTED)
HUNG_UP_BY_US = (Fact.RINGING, Fact.ANSWERED, Fact.HANGING_UP, Fact.CALLEE_LEFT, Fact.REPORTED, Fact.AGENT_LEFT)
NOT_ANSWERED = (Fact.RINGING, Fact.NOT_ANSWERED, Fact.CALLEE_LEFT, Fact.AGENT_LEFT, Fact.REPORTED)


def shuffled(facts) -> st.SearchStrategy[list[Fact]]:
    """All of them, in any order, some more than once."""
    repeats = st.lists(st.sampled_from(facts), max_size=6)
    return repeats.flatmap(lambda more: st.permutations([*facts, *more]))


@pytest.mark.parametrize("history", [ANSWERED, HUNG_UP_BY_US, NOT_ANSWERED])
def test_a_legal_history_ends_ended(history):
    assert after(CallState.QUEUED, (*WARM_UP, Fact.DIAL_COMMITTED, *history)) is CallState.ENDED


@pytest.mark.parametrize("history", [ANSWERED, HUNG_UP_BY_US, NOT_ANSWERED])
@given(data=st.data())
def test_any_order_and_repetition_of_what_witnesses_say_ends_in_the_same_state(history, data):
    """The dial is committed by one transaction after `ready`, before any INVITE: that order is the database's. All others may be mixed."""
    before = data.draw(shuffled(WARM_UP))
    early_ready = before.index(Fact.AGENT_READY) + 1
    facts = [*before[:early_ready], Fact.DIAL_COMMITTED, *data.draw(shuffled((*before[early_ready:], *history)))]
    state = after(CallState.QUEUED, facts)
    assert (state if state in FINAL else by_the_sweep(state)) is CallState.ENDED


@given(shuffled((*WARM_UP, Fact.RELEASED)))
def test_a_released_call_stays_released(facts):
    assert after(CallState.QUEUED, facts) is CallState.RELEASED


@given(st.lists(st.sampled_from(sorted(Fact))))
def test_the_sweep_can_finish_a_call_from_anywhere(facts):
    state = after(CallState.QUEUED, facts)
    assert state in FINAL or by_the_sweep(state) in FINAL


@given(st.lists(st.sampled_from(sorted(Fact)), min_size=1))
def test_saying_the_last_thing_twice_changes_nothing(facts):
    assert after(CallState.QUEUED, [*facts, facts[-1]]) is after(CallState.QUEUED, facts)


@pytest.mark.parametrize(
    ("state", "was_answered", "status"),
    [
        (CallState.QUEUED, False, "pending"),
        (CallState.DISPATCHED, False, "pending"),
        (CallState.READY, False, "pending"),
        (CallState.DIALING, False, "calling"),
        (CallState.RINGING, False, "calling"),
        (CallState.IN_PROGRESS, True, "answered"),
        (CallState.WRAPPING, True, "answered"),
        (CallState.ENDED, True, "completed"),
        (CallState.ENDED, False, "failed"),
        (CallState.RELEASED, False, "failed"),
        (CallState.LOST, False, "failed"),
    ],
)
def test_the_coarse_status_follows_the_state(state, was_answered, status):
    assert status_of(state, was_answered=was_answered) == status
