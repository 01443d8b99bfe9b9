"""Figures over the calls of one workspace."""

import uuid
from collections.abc import Mapping
from typing import Any

from control_plane.analytics.figures import Counts, answer_seizure_ratio, average_talk_time, contact_rate, rate, short_call_share
from control_plane.analytics.filters import Filters
from control_plane.analytics.inbound_repository import InboundFigures
from control_plane.analytics.repository import AnalyticsRepository
from control_plane.analytics.schemas import (
    AnswerRateOut,
    CampaignStatsOut,
    DayOut,
    HourOut,
    HoursOut,
    InboundOut,
    LatenciesOut,
    LatencyOut,
    MoodOut,
    OutcomesOut,
    SummaryOut,
    TopicsOut,
    TrunkFigures,
    TrunksOut,
    ValueOut,
    shares,
)
from control_plane.db.models.analytics import HAS_TOPICS, TOPIC
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid, NotFound

MOST_TOPICS = 100
"""That are told: a model finds new words for everything, and the rarest say nothing about many calls."""


class AnalyticsService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._rows = AnalyticsRepository(unit.session, workspace_id)
        self._inbound = InboundFigures(unit.session, workspace_id)

    async def check(self, filters: Filters) -> None:
        """Raises `NotFound` for what is not this workspace's and `Invalid` for a time that ends before it begins."""
        if filters.since and filters.until and filters.since > filters.until:
            raise Invalid.field("to", "The end lies before the begin.")
        for what in ("campaign", "assistant", "number"):
            its_id = getattr(filters, what)
            if its_id is not None and not await self._rows.owns(what, its_id):
                raise NotFound.of(what)

    async def summary(self, filters: Filters) -> SummaryOut:
        await self.check(filters)
        return SummaryOut.of(await self._rows.totals(filters))

    async def inbound(self, filters: Filters) -> InboundOut:
        await self.check(filters)
        return InboundOut.of(await self._inbound.counted(filters))

    async def outcomes(self, filters: Filters) -> OutcomesOut:
        await self.check(filters)
        kinds = ("network_result", "answered_by", "outcome", "outcome_label", "end_cause")
        found = await self._rows.breakdown(filters, kinds)
        totals = await self._rows.totals(filters)
        return OutcomesOut(calls=totals.calls, **{f"by_{kind}": shares(found[kind]) for kind in kinds})

    async def answer_rate(self, filters: Filters) -> AnswerRateOut:
        await self.check(filters)
        zone = await self._rows.time_zone()
        days = await self._rows.by_day(filters, zone)
        total = answer_seizure_ratio(
            Counts(calls=sum(counts.calls for counts in days.values()), answered=sum(counts.answered for counts in days.values()))
        )
        return AnswerRateOut(time_zone=zone, total=total, days=[DayOut(day=day, **_answers(counts)) for day, counts in days.items()])

    async def hours(self, filters: Filters) -> HoursOut:
        await self.check(filters)
        zone = await self._rows.time_zone()
        hours = await self._rows.by_hour_of_week(filters, zone)
        told = [HourOut(weekday=weekday, starts_at=at, **_answers(counts)) for (weekday, at), counts in hours.items()]
        return HoursOut(time_zone=zone, hours=told)

    async def mood(self, filters: Filters) -> MoodOut:
        await self.check(filters)
        found = await self._rows.breakdown(filters, ("mood", "last_mood", "mood_change"))
        return MoodOut(
            calls=(await self._rows.totals(filters)).calls,
            calls_with_mood=sum(found["last_mood"].values()),
            turns_with_mood=sum(found["mood"].values()),
            by_turn=shares(found["mood"]),
            last_of_call=shares(found["last_mood"]),
            change=shares(found["mood_change"]),
        )

    async def topics(self, filters: Filters) -> TopicsOut:
        await self.check(filters)
        found = await self._rows.breakdown(filters, (HAS_TOPICS, TOPIC))
        of_calls, counted = sum(found[HAS_TOPICS].values()), list(found[TOPIC].items())
        return TopicsOut(
            calls=(await self._rows.totals(filters)).calls,
            calls_with_topics=of_calls,
            topics=[ValueOut(topic, rate(count, of_calls)) for topic, count in counted[:MOST_TOPICS]],
            left_out=len(counted[MOST_TOPICS:]),
        )

    async def latency(self, filters: Filters) -> LatenciesOut:
        await self.check(filters)
        kinds = ("first_audio", "response", "model", "speech")
        return LatenciesOut(**{kind: LatencyOut.of(steps) for kind, steps in (await self._rows.breakdown(filters, kinds)).items()})

    async def trunks(self, filters: Filters) -> TrunksOut:
        await self.check(filters)
        names, by_trunk = await self._rows.trunk_names(), await self._rows.by_trunk(filters)
        results = await self._rows.by_trunk_and(filters, "network_result")
        busiest = sorted(by_trunk, key=lambda trunk_id: (-by_trunk[trunk_id].calls, trunk_id))
        return TrunksOut([_trunk(trunk_id, names.get(trunk_id), by_trunk[trunk_id], results.get(trunk_id, {})) for trunk_id in busiest])

    async def campaign_stats(self, campaign_id: uuid.UUID) -> CampaignStatsOut:
        filters = Filters(campaign=campaign_id)
        await self.check(filters)
        counts = await self._rows.totals(filters)
        found = await self._rows.breakdown(filters, ("network_result", "answered_by", "outcome", "outcome_label"))
        figures = SummaryOut.of(counts)
        values: dict[str, Any] = {name: getattr(figures, name) for name in SummaryOut.__struct_fields__}
        values |= {f"by_{kind}": counted for kind, counted in found.items()}
        return CampaignStatsOut(
            **values, answer_rate=answer_seizure_ratio(counts).value, average_duration_s=average_talk_time(counts).value
        )


def _answers(counts: Counts) -> dict[str, Any]:
    rates = {"answer_seizure_ratio": answer_seizure_ratio(counts), "contact_rate": contact_rate(counts)}
    return {"calls": counts.calls, "answered": counts.answered, "humans": counts.humans, **rates}


def _trunk(trunk_id: uuid.UUID, name: str | None, counts: Counts, results: Mapping[str, int]) -> TrunkFigures:
    return TrunkFigures(
        trunk_id=trunk_id,
        name=name,
        calls=counts.calls,
        answered=counts.answered,
        short_calls=counts.short_calls,
        answer_seizure_ratio=answer_seizure_ratio(counts),
        average_talk_time=average_talk_time(counts),
        short_call_share=short_call_share(counts),
        by_network_result=shares(results),
    )
