"""What the report says about a call, from the events that the agent saw."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_worker.report import fold
from sip_config.codec import decode, encode
from sip_config.contract import (
    AnsweredBy,
    CallEvent,
    CallReport,
    EndCause,
    EventKind,
    Outcome,
    Promise,
    PromiseOwner,
    RiskFlag,
    RiskLevel,
    Speaker,
)

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
END = START + timedelta(minutes=5)
HELLO = {"seq": 1, "speaker": "callee", "text": "Hello?", "started_at_s": 0.3}
OPENING = {"seq": 2, "speaker": "agent", "text": "Hi, this is Ada.", "started_at_s": 1.2}
YES = {"seq": 3, "speaker": "callee", "text": "Yes.", "started_at_s": 4.0}


def report(*facts: tuple[EventKind, dict], **more) -> CallReport:
    events = [CallEvent(str(i), kind, START + timedelta(seconds=i), 1, data) for i, (kind, data) in enumerate(facts)]
    return fold("c1", 1, events, ended_at=END, **more)


def answered(*facts: tuple[EventKind, dict], **more) -> CallReport:
    return report((EventKind.READY, {}), (EventKind.RINGING, {}), (EventKind.ANSWERED, {}), *facts, **more)


def turn(data: dict) -> tuple[EventKind, dict]:
    return EventKind.TURN, data


def screened(by: AnsweredBy) -> tuple[EventKind, dict]:
    return EventKind.SCREENED, {"answered_by": by.value}


def left(status: str = "hangup", reason: str = "CLIENT_INITIATED") -> tuple[EventKind, dict]:
    return EventKind.CALLEE_LEFT, {"last_status": status, "disconnect_reason": reason}


def hung_up(cause: EndCause = EndCause.AGENT_HANGUP) -> tuple[EventKind, dict]:
    return EventKind.HANGING_UP, {"end_cause": cause.value}


def labelled(label: str) -> tuple[EventKind, dict]:
    return EventKind.OUTCOME_SET, {"label": label, "note": "said so"}


def test_a_call_nobody_answered_was_no_conversation_and_ended_by_nobody():
    told = report((EventKind.READY, {}), (EventKind.RINGING, {}), left("ringing", "USER_UNAVAILABLE"))
    assert (told.answered, told.answered_by, told.outcome, told.end_cause) == (
        False,
        AnsweredBy.NONE,
        Outcome.NO_CONVERSATION,
        EndCause.NONE,
    )
    assert told.answered_at is None


def test_a_conversation_with_a_label_has_the_category_of_the_label():
    told = answered(screened(AnsweredBy.HUMAN), turn(HELLO), turn(OPENING), turn(YES), labelled("interested"), hung_up())
    assert (told.answered_by, told.outcome, told.end_cause) == (AnsweredBy.HUMAN, Outcome.SUCCESS, EndCause.AGENT_HANGUP)
    assert (told.outcome_label, told.outcome_note) == ("interested", "said so")


def test_a_conversation_without_an_outcome_is_unknown_and_never_a_success():
    assert answered(screened(AnsweredBy.HUMAN), turn(HELLO), turn(YES), hung_up()).outcome is Outcome.UNKNOWN


def test_a_label_nobody_mapped_is_unknown():
    assert answered(screened(AnsweredBy.HUMAN), turn(YES), labelled("purple"), hung_up()).outcome is Outcome.UNKNOWN


def test_a_later_outcome_replaces_an_earlier_one():
    told = answered(screened(AnsweredBy.HUMAN), labelled("callback"), labelled("not_interested"), hung_up())
    assert told.outcome is Outcome.NOT_INTERESTED


def test_a_promised_time_is_reported_with_the_words_that_promised_it():
    data = {"label": "callback", "note": "", "callback_at": "2026-11-30T20:00:00+00:00", "quote": "I will call you at three."}
    told = answered(screened(AnsweredBy.HUMAN), (EventKind.OUTCOME_SET, data), hung_up())
    assert (told.callback_at, told.callback_quote) == (datetime(2026, 11, 30, 20, tzinfo=UTC), "I will call you at three.")


def test_hanging_up_after_no_more_than_hello_is_early():
    told = answered(screened(AnsweredBy.HUMAN), turn(HELLO), turn(OPENING), left())
    assert (told.outcome, told.end_cause) == (Outcome.HUNG_UP_EARLY, EndCause.CALLEE_HANGUP)


def test_hanging_up_after_talking_is_not_early():
    assert answered(screened(AnsweredBy.HUMAN), turn(HELLO), turn(OPENING), turn(YES), left()).outcome is Outcome.UNKNOWN


def test_a_mailbox_is_no_conversation_even_with_a_label():
    assert answered(screened(AnsweredBy.VOICEMAIL), labelled("interested"), hung_up()).outcome is Outcome.NO_CONVERSATION


def test_a_corrected_verdict_counts():
    assert answered(screened(AnsweredBy.HUMAN), screened(AnsweredBy.VOICEMAIL), hung_up()).answered_by is AnsweredBy.VOICEMAIL


def test_silence_is_no_conversation_ended_by_the_agent():
    told = answered(turn(OPENING), screened(AnsweredBy.SILENCE), hung_up())
    assert (told.answered_by, told.outcome, told.end_cause) == (AnsweredBy.SILENCE, Outcome.NO_CONVERSATION, EndCause.AGENT_HANGUP)


def test_without_a_verdict_words_make_a_person_and_no_words_make_it_uncertain():
    assert answered(turn(HELLO), left()).answered_by is AnsweredBy.HUMAN
    assert answered(turn(OPENING), left()).answered_by is AnsweredBy.UNCERTAIN


def test_hanging_up_while_the_opt_out_is_confirmed_leaves_it_an_opt_out():
    told = answered(screened(AnsweredBy.HUMAN), turn(HELLO), labelled("do_not_call"), left())
    assert (told.outcome, told.end_cause) == (Outcome.DO_NOT_CALL, EndCause.OPT_OUT)


@pytest.mark.parametrize(
    ("status", "reason", "cause"),
    [
        ("hangup", "CLIENT_INITIATED", EndCause.CALLEE_HANGUP),
        ("active", "CLIENT_INITIATED", EndCause.MEDIA_TIMEOUT),
        ("active", "ROOM_DELETED", EndCause.OPERATOR_STOP),
        ("active", "PARTICIPANT_REMOVED", EndCause.OPERATOR_STOP),
        ("active", "SIGNAL_CLOSE", EndCause.SYSTEM_ERROR),
    ],
)
def test_why_the_callee_left_follows_from_status_and_reason(status: str, reason: str, cause: EndCause):
    assert answered(screened(AnsweredBy.HUMAN), turn(HELLO), turn(YES), left(status, reason)).end_cause is cause


def test_a_failure_before_the_first_word_is_the_agents():
    told = answered((EventKind.FAILED, {"error": "no model"}))
    assert (told.outcome, told.end_cause, told.errors) == (Outcome.AGENT_FAILURE, EndCause.SYSTEM_ERROR, ("no model",))


def test_turns_are_told_in_the_order_of_speech():
    told = answered(turn(OPENING), turn(HELLO), hung_up())
    assert [t.speaker for t in told.turns] == [Speaker.CALLEE, Speaker.AGENT]


def test_the_end_is_the_moment_of_hanging_up_not_of_the_report():
    assert answered(turn(OPENING), hung_up()).ended_at == START + timedelta(seconds=4)


@given(st.permutations([screened(AnsweredBy.HUMAN), turn(HELLO), turn(OPENING), labelled("callback"), hung_up(), left()]), st.booleans())
def test_every_order_of_events_gives_a_report_that_travels(facts: list, was_answered: bool):
    told = answered(*facts) if was_answered else report(*facts)
    assert decode(CallReport, encode(told)) == told
    assert told.answered == was_answered
    assert told.answered or told.answered_by is AnsweredBy.NONE


def test_the_same_events_always_give_the_same_report():
    facts = [screened(AnsweredBy.HUMAN), turn(HELLO), hung_up()]
    assert all(answered(*facts) == answered(*facts) for _ in itertools.repeat(None, 3))


def test_what_was_promised_is_reported_in_order():
    first = {"seq": 1, "what": "Send the list.", "owner": "team", "quote": "I will.", "due_at": END.isoformat()}
    told = answered((EventKind.PROMISED, first), (EventKind.PROMISED, {"seq": 2, "what": "Tell Bo.", "owner": "assistant"}), left())
    assert told.promises == (
        Promise(1, "Send the list.", PromiseOwner.TEAM, END, "I will."),
        Promise(2, "Tell Bo.", PromiseOwner.ASSISTANT),
    )
    assert decode(CallReport, encode(told)) == told


def test_what_was_grave_is_reported_with_the_callees_words():
    flag = {"kind": "self_harm", "level": "crisis", "quote": "I cannot go on.", "offset_s": 12.5}
    told = answered((EventKind.RISK_FLAGGED, flag), left())
    assert told.risks == (RiskFlag("self_harm", RiskLevel.CRISIS, "I cannot go on.", 12.5),)
    assert decode(CallReport, encode(told)) == told
