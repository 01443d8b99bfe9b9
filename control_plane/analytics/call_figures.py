"""The figures of one call, from its row and its turns, with what was heard of danger in it and what is done about it."""

import uuid
from collections.abc import Sequence
from statistics import median

from control_plane.analytics.figures import rate
from control_plane.analytics.schemas import CallAnalyticsOut, CallLatency, CallMood, CallRisk, CareOut, MoodAt, RiskAt, TurnLatency
from control_plane.calls.risk_repository import RiskRepository
from control_plane.calls.schemas import duration_of
from control_plane.calls.service import CallService
from control_plane.db.models import Call, CallTurn, FollowUp, RiskFlag
from control_plane.db.unit import Unit
from sip_config.contract import RiskLevel

_SPIRITS = {"happy": 1, "neutral": 0}


async def figures_of_call(unit: Unit, workspace_id: uuid.UUID, call_id: uuid.UUID) -> CallAnalyticsOut:
    """Raises `NotFound` for a call of another workspace."""
    calls, risks = CallService(unit, workspace_id), RiskRepository(unit.session)
    call = await calls.get(call_id)
    risk = _risk(await risks.of_call(call), await risks.follow_up(call))
    return figures_of(call, await calls.transcript(call_id), risk)


def figures_of(call: Call, turns: Sequence[CallTurn], risk: CallRisk) -> CallAnalyticsOut:
    agent, callee = (_talk_ms(turns, speaker) for speaker in ("agent", "callee"))
    rings_until = call.answered_at or call.ended_at
    return CallAnalyticsOut(
        call_id=call.id,
        state=call.state,
        outcome=call.outcome,
        outcome_label=call.outcome_label,
        answered_by=call.answered_by,
        dialed_at=call.dialing_at,
        ring_s=max(0.0, (rings_until - call.ringing_at).total_seconds()) if rings_until and call.ringing_at else None,
        duration_s=duration_of(call),
        agent_turns=sum(turn.speaker == "agent" for turn in turns),
        callee_turns=sum(turn.speaker == "callee" for turn in turns),
        interrupted_turns=sum(turn.interrupted for turn in turns),
        agent_talk_s=agent / 1000,
        callee_talk_s=callee / 1000,
        talk_ratio=rate(agent, agent + callee),
        mood=_mood(turns),
        risk=risk,
        latency=_latency(call, turns),
        cost=call.cost,
        currency=call.currency,
    )


def _talk_ms(turns: Sequence[CallTurn], speaker: str) -> int:
    """Of turns whose end is known."""
    spoken = [(turn.started_at_s, turn.ended_at_s) for turn in turns if turn.speaker == speaker]
    return sum(round(1000 * max(0.0, end - begin)) for begin, end in spoken if end is not None)


def _mood(turns: Sequence[CallTurn]) -> CallMood:
    moods = [MoodAt(turn.seq, turn.started_at_s, turn.mood) for turn in turns if turn.speaker == "callee" and turn.mood]
    first, last = (moods[0].mood, moods[-1].mood) if moods else (None, None)
    return CallMood(turns_with_mood=len(moods), turns=moods, first=first, last=last, change=_change(first, last))


def _change(first: str | None, last: str | None) -> str | None:
    if first is None or last is None:
        return None
    change = _SPIRITS.get(last, -1) - _SPIRITS.get(first, -1)
    return "better" if change > 0 else "worse" if change < 0 else "same"


def _risk(flags: Sequence[RiskFlag], follow_up: FollowUp | None) -> CallRisk:
    levels = {flag.level for flag in flags}
    heard = [
        RiskAt(
            kind=flag.kind,
            level=flag.level,
            at_s=flag.offset_s,
            quote=flag.quote,
            flagged_at=flag.created_at,
            taken_up_at=flag.taken_up_at,
        )
        for flag in flags
    ]
    level = next((level.value for level in (RiskLevel.CRISIS, RiskLevel.CONCERN) if level in levels), None)
    return CallRisk(level=level, flags=heard, follow_up=_care(follow_up) if follow_up is not None else None)


def _care(row: FollowUp) -> CareOut:
    return CareOut(
        follow_up_id=row.id,
        made_for=row.made_for,
        handed_over_because=row.handed_over_because,
        state=row.state,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )


def _latency(call: Call, turns: Sequence[CallTurn]) -> CallLatency:
    measured = [_of_turn(turn) for turn in turns if turn.speaker == "agent" and turn.latency]
    responses = [turn.response_s for turn in measured if turn.response_s is not None]
    return CallLatency(
        first_audio_s=call.first_audio_after_due_s,
        measured_turns=len(responses),
        response_p50_s=round(median(responses), 3) if responses else None,
        response_max_s=max(responses, default=None),
        turns=measured,
    )


def _of_turn(turn: CallTurn) -> TurnLatency:
    parts = turn.latency
    return TurnLatency(
        seq=turn.seq,
        at_s=turn.started_at_s,
        response_s=parts.get("e2e_latency"),
        model_s=parts.get("llm_node_ttft"),
        speech_s=parts.get("tts_node_ttfb"),
    )
