"""The report of a call is a fold over the events that the agent saw. Pure: the same events always give the same report."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from agent_worker.answering.decision import MACHINES
from agent_worker.outcomes import category
from sip_config.causes import is_phone_gone
from sip_config.codec import from_plain
from sip_config.contract import (
    Activity,
    AnsweredBy,
    CallEvent,
    CallReport,
    Disclosure,
    EndCause,
    EventKind,
    ModelUsage,
    Outcome,
    Promise,
    Remembered,
    RiskFlag,
    Speaker,
    Turn,
)

_LOST_LEG = ("SIGNAL_CLOSE", "CONNECTION_TIMEOUT", "STATE_MISMATCH", "SERVER_SHUTDOWN", "JOIN_FAILURE", "MEDIA_FAILURE")
_TAKEN_AWAY = ("ROOM_DELETED", "PARTICIPANT_REMOVED", "ROOM_CLOSED")


def fold(
    call_id: str,
    generation: int,
    events: Sequence[CallEvent],
    *,
    ended_at: datetime,
    recording: str = "",
    usage: Sequence[ModelUsage] = (),
    errors: Sequence[str] = (),
    hung_up: bool = True,
) -> CallReport:
    """The report of one call from its events in the order they were seen. `hung_up`: LiveKit has confirmed the end of the room."""
    answered = _first(events, EventKind.ANSWERED)
    turns = turns_of(events)
    cause = _end_cause(events) if answered else EndCause.NONE
    by = _answered_by(events, turns) if answered else AnsweredBy.NONE
    named = _last(events, EventKind.OUTCOME_SET)
    label = str(named.data.get("label", "")) if named else ""
    end = _first(events, EventKind.CALLEE_LEFT, EventKind.HANGING_UP)
    audio, told = _first(events, EventKind.FIRST_AUDIO), _last(events, EventKind.DISCLOSED)
    return CallReport(
        call_id=call_id,
        generation=generation,
        answered=answered is not None,
        answered_by=by,
        outcome=_outcome(label, by, cause, turns, said_opening=audio is not None),
        end_cause=cause,
        outcome_label=label,
        outcome_note=str(named.data.get("note", "")) if named else "",
        callback_at=_promised(named),
        callback_quote=str(named.data.get("quote", "")) if named else "",
        promises=tuple(from_plain(Promise, event.data) for event in events if event.kind is EventKind.PROMISED),
        remembered=tuple(from_plain(Remembered, event.data) for event in events if event.kind is EventKind.REMEMBERED),
        risks=tuple(from_plain(RiskFlag, event.data) for event in events if event.kind is EventKind.RISK_FLAGGED),
        activities=tuple(from_plain(Activity, event.data) for event in events if event.kind is EventKind.ACTIVITY),
        turns=turns,
        answered_at=answered.at if answered else None,
        ended_at=end.at if end else ended_at,
        first_audio_after_due_s=audio.data.get("after_due_s") if audio else None,
        recording=recording,
        usage=tuple(usage),
        phone_gone=hung_up or any(_shows_the_phone_gone(event) for event in events),
        disclosure=from_plain(Disclosure, told.data) if told else None,
        errors=(*(str(e.data.get("error", "")) for e in events if e.kind is EventKind.FAILED), *errors),
    )


def turns_of(events: Iterable[CallEvent]) -> tuple[Turn, ...]:
    """The transcript in the order of speech; transcripts arrive after the speech that answered them, so arrival order would lie. Of a turn
    that was noted again the last note counts."""
    turns = {turn.seq: turn for turn in (from_plain(Turn, e.data) for e in events if e.kind is EventKind.TURN)}
    return tuple(sorted(turns.values(), key=lambda turn: (turn.started_at_s, turn.seq)))


def left_because(data: dict[str, object]) -> EndCause:
    """What the callee's leaving means, from its last `sip.callStatus` and disconnect reason (facts: livekit §3.3)."""
    reason, status = str(data.get("disconnect_reason", "")), str(data.get("last_status", ""))
    if reason in _TAKEN_AWAY:
        return EndCause.OPERATOR_STOP
    if reason in _LOST_LEG:
        return EndCause.SYSTEM_ERROR
    # Without a `hangup` written, the bridge left by itself: it heard no RTP.
    return EndCause.MEDIA_TIMEOUT if status == "active" else EndCause.CALLEE_HANGUP


def _end_cause(events: Sequence[CallEvent]) -> EndCause:
    for event in events:
        if event.kind is EventKind.HANGING_UP:
            return EndCause(event.data["end_cause"])
        if event.kind is EventKind.CALLEE_LEFT:
            left = left_because(event.data)
            # Hanging up while the opt-out is confirmed does not undo it.
            return EndCause.OPT_OUT if left is EndCause.CALLEE_HANGUP and _opted_out(events) else left
        if event.kind is EventKind.FAILED:
            return EndCause.SYSTEM_ERROR
    return EndCause.SYSTEM_ERROR


def _shows_the_phone_gone(event: CallEvent) -> bool:
    status, reason = (str(event.data.get(name, "")) for name in ("last_status", "disconnect_reason"))
    return event.kind is EventKind.CALLEE_LEFT and is_phone_gone(status, reason)


def _opted_out(events: Sequence[CallEvent]) -> bool:
    named = _last(events, EventKind.OUTCOME_SET)
    return named is not None and category(str(named.data.get("label", ""))) is Outcome.DO_NOT_CALL


def _answered_by(events: Sequence[CallEvent], turns: Sequence[Turn]) -> AnsweredBy:
    screened = _last(events, EventKind.SCREENED)
    if screened:
        return AnsweredBy(screened.data["answered_by"])
    return AnsweredBy.HUMAN if any(t.speaker is Speaker.CALLEE for t in turns) else AnsweredBy.UNCERTAIN


def _outcome(label: str, by: AnsweredBy, cause: EndCause, turns: Sequence[Turn], *, said_opening: bool) -> Outcome:
    if by in (AnsweredBy.NONE, AnsweredBy.SILENCE) or by in MACHINES:
        return Outcome.NO_CONVERSATION
    if label:
        return category(label)
    if cause is EndCause.CALLEE_HANGUP and _callee_words(turns) <= 1:
        return Outcome.HUNG_UP_EARLY
    if cause is EndCause.SYSTEM_ERROR and not said_opening:
        return Outcome.AGENT_FAILURE
    return Outcome.UNKNOWN


def _callee_words(turns: Sequence[Turn]) -> int:
    return sum(1 for turn in turns if turn.speaker is Speaker.CALLEE)


def _first(events: Iterable[CallEvent], *kinds: EventKind) -> CallEvent | None:
    return next((e for e in events if e.kind in kinds), None)


def _last(events: Sequence[CallEvent], kind: EventKind) -> CallEvent | None:
    return next((e for e in reversed(events) if e.kind is kind), None)


def _promised(named: CallEvent | None) -> datetime | None:
    said = named.data.get("callback_at") if named else None
    return datetime.fromisoformat(said) if said else None
