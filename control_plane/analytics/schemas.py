"""What the API says about figures. Every rate carries the counts that it was made from."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct, field

from control_plane.analytics import figures
from control_plane.analytics.figures import Counts, Money, Rate, Seconds, rate
from control_plane.analytics.latency_steps import percentile_s


class CostOut(Struct):
    """The known costs in one currency."""

    currency: str | None
    cost: Decimal


class SummaryOut(Struct, kw_only=True):
    """Figures over all calls over that the filters leave. docs/figures.md says what each means."""

    calls: int
    answered: int
    humans: int
    successes: int
    opt_outs: int
    short_calls: int
    lost: int
    answer_seizure_ratio: Rate
    contact_rate: Rate
    human_rate: Rate
    success_rate: Rate
    opt_out_rate: Rate
    short_call_share: Rate
    talk_time_s: float
    average_talk_time: Seconds
    cost: Decimal | None
    """The sum of the known costs; null while none is known, and where there are several currencies, which nobody adds up."""
    currency: str | None
    costs: list[CostOut]
    """Each currency by itself; usually one."""
    priced_calls: int
    cost_per_success: Money

    @classmethod
    def of(cls, counts: Counts) -> "SummaryOut":
        named: dict[str, Any] = {figure.__name__: figure(counts) for figure in figures.FIGURES}
        named |= {name: getattr(counts, name) for name in figures.COUNTERS if name not in ("talk_ms", "cost")}
        costs = [CostOut(currency or None, cost) for currency, cost in counts.costs.items()]
        return cls(**named, cost=counts.known_cost, costs=costs, currency=costs[0].currency if len(costs) == 1 else None)


class InboundCounts(NamedTuple):
    """Of calls over that came in."""

    calls: int
    answered: int
    recognised: int
    successes: int
    opt_outs: int
    talk_s: float


class InboundOut(Struct, kw_only=True):
    """Figures over calls over that came in; the other figures know nothing of them."""

    calls: int
    answered: int
    gave_up: int
    """That ended before they were answered: the caller left, or the agent failed, which the call's `failure` says."""
    recognised: int
    """Whose number is a contact's."""
    successes: int
    opt_outs: int
    answer_rate: Rate
    talk_time_s: float
    average_talk_time: Seconds

    @classmethod
    def of(cls, counted: InboundCounts) -> "InboundOut":
        calls, answered, recognised, successes, opt_outs, talk_s = counted
        return cls(
            calls=calls,
            answered=answered,
            gave_up=calls - answered,
            recognised=recognised,
            successes=successes,
            opt_outs=opt_outs,
            answer_rate=rate(answered, calls),
            talk_time_s=talk_s,
            average_talk_time=Seconds(round(talk_s / answered, 3) if answered else None, answered),
        )


class ValueOut(Struct):
    """One value and how often it occurs, of all that have a value."""

    value: str
    share: Rate


class OutcomesOut(Struct, kw_only=True):
    """What became of calls over. Each list counts the calls that have such a value, the most frequent first."""

    calls: int
    by_network_result: list[ValueOut]
    by_answered_by: list[ValueOut]
    by_outcome: list[ValueOut]
    by_outcome_label: list[ValueOut]
    by_end_cause: list[ValueOut]


class DayOut(Struct, kw_only=True):
    day: date
    """In the workspace's zone; a call belongs to the day on which it was dialled."""
    calls: int
    answered: int
    humans: int
    answer_seizure_ratio: Rate
    contact_rate: Rate


class AnswerRateOut(Struct, kw_only=True):
    time_zone: str
    total: Rate
    """answer_seizure_ratio over all days."""
    days: list[DayOut]
    """Days on which somebody was dialled, the earliest first."""


class HourOut(Struct, kw_only=True):
    weekday: int
    """1 is Monday."""
    starts_at: str
    """HH:MM in the workspace's zone, for 60 minutes. In zones like +05:30 hours begin at half past, as they do in UTC."""
    calls: int
    answered: int
    humans: int
    answer_seizure_ratio: Rate
    contact_rate: Rate


class HoursOut(Struct, kw_only=True):
    time_zone: str
    hours: list[HourOut]
    """Hours of the week in which somebody was dialled."""


class MoodOut(Struct, kw_only=True):
    """How callees sounded, from what agents reported. Counts are 0 and shares null while nothing is reported."""

    calls: int
    calls_with_mood: int
    turns_with_mood: int
    by_turn: list[ValueOut]
    last_of_call: list[ValueOut]
    change: list[ValueOut]
    """From the first to the last judged turn of a call: better, same or worse."""


class TopicsOut(Struct, kw_only=True):
    """What calls were about, from their analyses (`/calls/{call_id}/analysis`). A topic counts once in a call."""

    calls: int
    calls_with_topics: int
    """In which any was found."""
    topics: list[ValueOut]
    """In lower case, with the share of the calls in which any was found; the most frequent first, 100 at most."""
    left_out: int
    """How many topics are rarer than those."""


class LatencyOut(Struct, kw_only=True):
    """Seconds. Percentiles are null while nothing is reported; they are never below the true ones and at most a tenth above."""

    count: int
    p50_s: float | None
    p90_s: float | None
    p95_s: float | None
    p99_s: float | None

    @classmethod
    def of(cls, steps: Mapping[str, int]) -> "LatencyOut":
        counted = {int(step): count for step, count in steps.items()}
        p50, p90, p95, p99 = (percentile_s(counted, part) for part in (0.5, 0.9, 0.95, 0.99))
        return cls(count=sum(counted.values()), p50_s=p50, p90_s=p90, p95_s=p95, p99_s=p99)


class LatenciesOut(Struct, kw_only=True):
    first_audio: LatencyOut
    """From the moment at which the agent was to speak to its first sound, once per answered call."""
    response: LatencyOut
    """From the end of the callee's turn to the first sound of the reply, once per turn of the agent."""
    model: LatencyOut
    """The language model's time to its first token."""
    speech: LatencyOut
    """The voice's time to its first sound."""


class TrunkFigures(Struct, kw_only=True):
    trunk_id: uuid.UUID
    name: str | None
    """Null when the trunk is gone."""
    calls: int
    answered: int
    short_calls: int
    answer_seizure_ratio: Rate
    average_talk_time: Seconds
    short_call_share: Rate
    by_network_result: list[ValueOut]


class TrunksOut(Struct):
    items: list[TrunkFigures]


class CampaignStatsOut(SummaryOut, kw_only=True):
    """Calls of one campaign that were dialled and have ended; the breakdowns count what is known about them so far."""

    answer_rate: float | None
    """The value of answer_seizure_ratio."""
    average_duration_s: float | None
    """The value of average_talk_time."""
    by_network_result: dict[str, int]
    by_answered_by: dict[str, int]
    by_outcome: dict[str, int]
    by_outcome_label: dict[str, int]


class MoodAt(Struct):
    seq: int
    at_s: float
    """Seconds from the answer."""
    mood: str


class TurnLatency(Struct, kw_only=True):
    seq: int
    at_s: float
    response_s: float | None
    model_s: float | None
    speech_s: float | None


class CallMood(Struct, kw_only=True):
    turns_with_mood: int
    turns: list[MoodAt]
    first: str | None
    last: str | None
    change: str | None


class CallLatency(Struct, kw_only=True):
    first_audio_s: float | None
    measured_turns: int
    response_p50_s: float | None
    response_max_s: float | None
    turns: list[TurnLatency]


class RiskAt(Struct, kw_only=True):
    """Something grave that was heard in a call; said several times it is one."""

    kind: str
    """In the agent's words: self_harm, abuse, medical …"""
    level: str
    """How grave it became: concern or crisis."""
    at_s: float | None
    """Seconds from the answer to where it was heard."""
    quote: str
    """The callee's own words; empty where they must not be kept, or are over their time."""
    flagged_at: datetime
    taken_up_at: datetime | None
    """When the follow-up was made; null of a concern, after which none is."""


class CareOut(Struct, kw_only=True):
    """Who looks after the person since the call (`/follow-ups/{follow_up_id}`)."""

    follow_up_id: uuid.UUID
    made_for: str = field(name="for")
    """call or operator."""
    handed_over_because: str
    """Why an operator has it instead of calls."""
    state: str
    """open or closed."""
    closed_by: str | None
    """operator or protocol."""
    closed_at: datetime | None


class CallRisk(Struct, kw_only=True):
    """What was heard of danger in a call, and what is done about it."""

    level: str | None
    """The gravest of all; null when nothing was flagged."""
    flags: list[RiskAt]
    """In the order in which they were heard."""
    follow_up: CareOut | None


class CallAnalyticsOut(Struct, kw_only=True):
    """One call in figures. What was not reported is null, with a count of 0 beside it."""

    call_id: uuid.UUID
    state: str
    outcome: str | None
    outcome_label: str | None
    answered_by: str | None
    dialed_at: datetime | None
    ring_s: float | None
    """From ringing to the answer, or to the end where nobody answered."""
    duration_s: float | None
    agent_turns: int
    callee_turns: int
    interrupted_turns: int
    agent_talk_s: float
    callee_talk_s: float
    talk_ratio: Rate
    """Milliseconds in which the agent speaks, of those in which somebody does."""
    mood: CallMood
    risk: CallRisk
    latency: CallLatency
    cost: Decimal | None
    currency: str | None


def shares(counts: Mapping[str, int]) -> list[ValueOut]:
    total = sum(counts.values())
    return [ValueOut(value, rate(count, total)) for value, count in counts.items()]
