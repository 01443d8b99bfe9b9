"""When the opening line is due, for every order of sounds that a callee can make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_worker.opening import LONG_PAUSE_S, PATIENCE_S, QUICK_PAUSE_S, SILENT_DUE_S, TAIL_S, Opening, Tail

ANSWER = 1_000.0


def heard(*spans: tuple[float, float]) -> Opening:
    """What is known after the callee spoke during `spans`, in seconds after the answer."""
    opening = Opening(ANSWER)
    for start, end in spans:
        opening = opening.heard_start(ANSWER + start).heard_end(ANSWER + end)
    return opening


def test_somebody_who_says_nothing_is_spoken_to_one_and_a_half_seconds_after_the_answer():
    opening = Opening(ANSWER)
    assert opening.due_at == ANSWER + SILENT_DUE_S
    assert ANSWER < opening.speak_at <= ANSWER + SILENT_DUE_S


def test_after_hello_the_opening_is_due_at_once_and_begins_after_a_short_pause():
    opening = heard((0.3, 0.8))
    assert opening.due_at == ANSWER + 0.8
    assert opening.speak_at == pytest.approx(ANSWER + 0.8 + QUICK_PAUSE_S)


def test_nothing_is_due_while_the_callee_is_speaking():
    opening = Opening(ANSWER).heard_start(ANSWER + 1.2)
    assert opening.due_at is None
    assert opening.speak_at == ANSWER + PATIENCE_S


def test_long_speech_gets_a_longer_pause_because_it_is_more_likely_to_go_on():
    assert heard((0.3, 4.0)).speak_at == pytest.approx(ANSWER + 4.0 + LONG_PAUSE_S)


def test_a_breath_does_not_make_a_long_greeting_short():
    assert heard((0.3, 2.2), (2.6, 4.0)).speak_at == pytest.approx(ANSWER + 4.0 + LONG_PAUSE_S)


def test_speech_that_began_before_the_answer_counts_from_the_answer():
    assert Opening(ANSWER).heard_start(ANSWER - 3).heard_end(ANSWER - 1).due_at == ANSWER


def test_an_end_without_a_beginning_changes_nothing():
    assert Opening(ANSWER).heard_end(ANSWER + 1) == Opening(ANSWER)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 60)), max_size=20))
def test_the_opening_is_never_before_the_answer_and_never_lost(sounds: list[tuple[bool, float]]):
    opening = Opening(ANSWER)
    for is_start, after in sorted(sounds, key=lambda sound: sound[1]):
        opening = opening.heard_start(ANSWER + after) if is_start else opening.heard_end(ANSWER + after)
        assert ANSWER < opening.speak_at <= ANSWER + PATIENCE_S
        assert opening.due_at is None or opening.due_at >= ANSWER


@given(st.floats(0, 1.3), st.floats(0.1, 2.4))
def test_a_person_who_greets_waits_no_longer_than_the_short_pause(start: float, length: float):
    opening = heard((start, start + length))
    assert opening.due_at is not None
    assert opening.speak_at - opening.due_at <= QUICK_PAUSE_S + 1e-6


def test_a_second_hello_is_waited_for_until_it_is_transcribed_however_late():
    tail = Tail()
    tail.heard_start(10.0)
    assert tail.is_pending(10.4)
    tail.heard_end()
    tail.heard_start(10.6)
    tail.heard_end()
    tail.transcribed()
    assert tail.is_pending(13.0)
    tail.transcribed()
    assert not tail.is_pending(13.0)


def test_who_goes_on_talking_may_interrupt():
    tail = Tail()
    tail.heard_start(10.0)
    assert not tail.is_pending(10.1 + TAIL_S)


def test_silence_and_an_end_without_a_beginning_hold_nothing_back():
    tail = Tail()
    tail.heard_end()
    tail.transcribed()
    assert not tail.is_pending(0.0)
