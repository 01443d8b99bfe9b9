"""Counted hours and calls that are read one by one give the same figures, and these are those of a plain count in Python."""

import random
import uuid
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import SerializationFailure
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from control_plane.analytics.counting_repository import KINDS, CountingRepository
from control_plane.analytics.figures import Counts
from control_plane.analytics.filters import Filters, floor
from control_plane.analytics.latency_steps import upper_end_s
from control_plane.analytics.repository import AnalyticsRepository
from control_plane.analytics.tasks import count_changed_hours
from control_plane.calls.schemas import duration_of
from control_plane.db.models import Call, CallAnalysis, CallChange, CallTally, CallTurn, Campaign, Number
from control_plane.kit.ids import new_id
from docs.generate_figures import DOCUMENT, page
from tests.fixtures.world import NOON, World

CALLS = 120
FIRST = NOON - timedelta(days=3)
_STATES = ("ended", "ended", "ended", "lost", "in_progress", "released")
_TOPICS = ("price", "Price", "delivery", "a visit", "x" * 61)
_MOODS = ("happy", "neutral", "sad", "stressed", None, None)


class Ledger:
    """Calls by chance, kept in memory beside the database's rows."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.calls: list[Call] = []
        self.turns: dict[uuid.UUID, list[CallTurn]] = {}
        self.topics: dict[uuid.UUID, list[str]] = {}
        self.campaigns: list[uuid.UUID] = []
        self.numbers: list[Number] = []

    async def fill(self) -> None:
        made = await self.world.campaign()
        other = await self.world.campaign(number_ids=[await self.world.number()], assistant_id=await self.world.assistant())
        self.campaigns = [uuid.UUID(made["id"]), uuid.UUID(other["id"])]
        async with self.world.app.state.sessions() as session:
            campaigns = list(await session.scalars(select(Campaign).order_by(Campaign.id)))
            self.numbers = list(await session.scalars(select(Number).order_by(Number.id)))
            versions = {each.assistant_id: await session.scalar(_version_of(each.assistant_id)) for each in campaigns}
        for _ in range(CALLS):
            campaign, number = self.chance.choice(campaigns), self.chance.choice(self.numbers)
            self._add(campaign, versions[campaign.assistant_id], number)
        async with self.world.app.state.sessions.begin() as session:
            session.add_all(self.calls)
            await session.flush()
            session.add_all(turn for turns in self.turns.values() for turn in turns)
            session.add_all(self._analysis(call) for call in self.calls if call.id in self.topics)

    def _add(self, campaign: Campaign, version_id: Any, number: Number) -> None:
        call = Call(
            id=new_id(),
            workspace_id=self.world.ours.workspace_id,
            purpose="campaign",
            campaign_id=self.chance.choice([campaign.id, campaign.id, None]),
            assistant_id=campaign.assistant_id,
            assistant_version_id=version_id,
            trunk_id=number.trunk_id,
            from_number_id=number.id,
            is_rehearsal=True,
            from_e164=number.e164,
            to_e164="+12025550101",
            due_at=NOON,
            ringing_timeout_s=28,
            max_duration_s=600,
            dialing_at=FIRST + timedelta(seconds=self.chance.randrange(60 * 60 * 60)),
            state=self.chance.choice(_STATES),
        )
        self.tell(call)
        self.calls.append(call)
        if call.answered_at is not None:
            self.turns[call.id] = [self._turn(call, seq) for seq in range(self.chance.randrange(5))]
            self.topics[call.id] = self.chance.sample(_TOPICS, self.chance.randrange(len(_TOPICS)))

    def tell(self, call: Call) -> None:
        """What came of the call, by chance; called again it is an amendment."""
        assert call.dialing_at is not None
        pick, answered = self.chance.choice, self.chance.random() < 0.6
        call.answered_at = call.dialing_at + timedelta(seconds=9) if answered else None
        call.ended_at = call.dialing_at + timedelta(milliseconds=9000 + self.chance.randrange(40_000))
        call.network_result = "answered" if answered else pick(["busy", "no_answer", "rejected"])
        call.answered_by = pick(["human", "human", "voicemail"]) if answered else "none"
        call.outcome = pick(["success", "do_not_call", "callback", None])
        call.outcome_label, call.end_cause = pick(["booked", None]), pick(["callee_hangup", "agent_hangup"])
        call.first_audio_after_due_s = pick([None, self.chance.uniform(-0.1, 3)]) if answered else None
        call.cost = pick([None, Decimal(self.chance.randrange(1000)) / 10_000])
        call.currency = None if call.cost is None else pick(["USD", "USD", "EUR"])

    def _turn(self, call: Call, seq: int) -> CallTurn:
        speaker = "callee" if seq % 2 else "agent"
        latency = {"e2e_latency": self.chance.uniform(0.1, 4), "llm_node_ttft": 0.2} if speaker == "agent" and seq else {}
        told = {"speaker": speaker, "text": "Words.", "started_at_s": float(seq), "latency": latency}
        return CallTurn(workspace_id=call.workspace_id, call_id=call.id, seq=seq, mood=self.chance.choice(_MOODS), **told)

    def _analysis(self, call: Call) -> CallAnalysis:
        result = {"topics": [{"value": topic} for topic in self.topics[call.id]]}
        done = {"state": "done", "is_current": True, "version": 1, "cause": "call", "due_at": NOON, "result": result}
        return CallAnalysis(id=new_id(), workspace_id=call.workspace_id, call_id=call.id, **done)

    async def amend(self, share: float) -> None:
        async with self.world.app.state.sessions.begin() as session:
            for call in self.chance.sample(self.calls, round(share * CALLS)):
                row = await session.get_one(Call, call.id)
                self.tell(row)
                if row.answered_at is None or call.id not in self.turns:
                    row.state = "lost"
                self.calls[self.calls.index(call)] = row

    def chosen(self, filters: Filters) -> list[Call]:
        return [call for call in self.calls if call.state in ("ended", "lost") and _fits(call, filters)]

    def counts(self, filters: Filters) -> Counts:
        calls = self.chosen(filters)
        answered = [call for call in calls if call.answered_at is not None]
        seconds = [duration_of(call) or 0.0 for call in answered]
        costs: dict[str, Decimal] = {}
        for call in calls:
            if call.cost is not None:
                costs[call.currency or ""] = costs.get(call.currency or "", Decimal(0)) + call.cost
        return Counts(
            calls=len(calls),
            answered=len(answered),
            humans=sum(call.answered_by == "human" for call in answered),
            successes=sum(call.outcome == "success" for call in calls),
            opt_outs=sum(call.outcome == "do_not_call" for call in calls),
            short_calls=sum(lasted <= 12 for lasted in seconds),
            lost=sum(call.state == "lost" for call in calls),
            talk_ms=sum(round(1000 * lasted) for lasted in seconds),
            priced_calls=sum(call.cost is not None for call in calls),
            cost=sum(costs.values(), Decimal(0)) if len(costs) == 1 else Decimal(0),
            costs=costs,
        )

    def values(self, filters: Filters) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for call in self.chosen(filters):
            turns = self.turns.get(call.id, [])
            moods = [turn.mood for turn in turns if turn.mood and turn.speaker == "callee"]
            for kind in ("network_result", "answered_by", "outcome", "outcome_label", "end_cause"):
                found[kind].update(value for value in [getattr(call, kind)] if value)
            found["mood"].update(moods)
            topics = {topic.lower() for topic in self.topics.get(call.id, ()) if len(topic) <= 60}
            found["topic"].update(topics)
            found["has_topics"].update({"yes"} if topics else ())
            found["response"].update(_step(turn.latency["e2e_latency"]) for turn in turns if turn.latency)
            found["model"].update(_step(turn.latency["llm_node_ttft"]) for turn in turns if turn.latency)
            found["first_audio"].update(_step(s) for s in [call.first_audio_after_due_s] if s is not None)
            if moods and call.answered_at is not None:
                found["last_mood"][moods[-1]] += 1
                found["mood_change"][_change(moods[0], moods[-1])] += 1
        return found


def _version_of(assistant_id: uuid.UUID) -> Any:
    from_ = Call.metadata.tables["assistant_version"]
    return select(from_.c.id).where(from_.c.assistant_id == assistant_id)


def _fits(call: Call, filters: Filters) -> bool:
    assert call.dialing_at is not None
    wanted = [(filters.campaign, call.campaign_id), (filters.assistant, call.assistant_id), (filters.number, call.from_number_id)]
    in_time = (filters.since is None or call.dialing_at >= filters.since) and (filters.until is None or call.dialing_at < filters.until)
    return in_time and all(asked in (None, has) for asked, has in wanted)


def _step(seconds: float) -> str:
    """The first step that is long enough."""
    return str(next(step for step in range(200) if 0.01 * 1.1**step >= seconds or step == 120))


def _change(first: str, last: str) -> str:
    height = {"happy": 1, "neutral": 0, "sad": -1, "stressed": -1}
    return ["same", "better", "worse"][(height[last] > height[first]) - (height[last] < height[first])]


def _asked(ledger: Ledger) -> list[Filters]:
    """No filter; whole hours; hours that are cut; each of campaign, assistant and number."""
    hour, odd = datetime(2026, 11, 21, 3, tzinfo=NOON.tzinfo), datetime(2026, 11, 21, 3, 17, 5, 999, tzinfo=NOON.tzinfo)
    return [
        Filters(),
        Filters(since=hour, until=hour + timedelta(hours=24)),
        Filters(since=odd, until=odd + timedelta(hours=20, minutes=50)),
        Filters(since=odd, until=odd + timedelta(minutes=20)),
        Filters(until=odd, campaign=ledger.campaigns[1]),
        Filters(since=odd, assistant=ledger.calls[0].assistant_id),
        Filters(since=odd, number=ledger.numbers[0].id),
        Filters(since=odd, until=odd),
    ]


async def _agree(ledger: Ledger) -> None:
    async with ledger.world.app.state.sessions() as session:
        rows = AnalyticsRepository(session, ledger.world.ours.workspace_id)
        for asked in _asked(ledger):
            assert await rows.totals(asked) == ledger.counts(asked), asked
            assert await rows.breakdown(asked, KINDS) == ledger.values(asked), asked
        theirs = AnalyticsRepository(session, ledger.world.theirs.workspace_id)
        assert await theirs.totals(Filters()) == Counts()


async def _number_of(world: World, table: Any) -> int:
    async with world.app.state.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_counted_and_uncounted_hours_give_the_figures_of_a_plain_count(world: World) -> None:
    ledger = Ledger(world, 1)
    await ledger.fill()
    await _agree(ledger)
    await count_changed_hours(world.ctx)
    assert (await _number_of(world, CallChange), await _number_of(world, CallTally) > 20) == (0, True)
    await _agree(ledger)
    await ledger.amend(0.1)
    assert await _number_of(world, CallChange) > 0
    await _agree(ledger)
    await count_changed_hours(world.ctx)
    await _agree(ledger)


async def test_counting_again_changes_nothing(world: World) -> None:
    ledger = Ledger(world, 2)
    await ledger.fill()
    await count_changed_hours(world.ctx)
    cells = await _number_of(world, CallTally)
    await world.add(*(CallChange(workspace_id=world.ours.workspace_id, hour=FIRST + timedelta(hours=n)) for n in range(60)))
    await count_changed_hours(world.ctx)
    assert (await _number_of(world, CallTally), await _number_of(world, CallChange)) == (cells, 0)
    await _agree(ledger)


def test_a_step_is_at_most_a_tenth_longer_than_what_it_holds() -> None:
    for milliseconds in range(10, 3000, 7):
        end = upper_end_s(int(_step(milliseconds / 1000)))
        assert milliseconds / 1000 <= end + 0.001 <= milliseconds / 1000 * 1.1 + 0.002


def test_the_page_of_figures_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page(), "run: python -m docs.generate_figures"


async def test_a_call_that_changes_while_its_hour_is_counted_is_counted_again(world: World) -> None:
    ledger = Ledger(world, 3)
    await ledger.fill()
    (first, *_) = ledger.chosen(Filters())
    hour, workspace_id = floor(first.dialing_at or NOON), world.ours.workspace_id
    async with world.app.state.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await CountingRepository(session).changed(1)
        await ledger.amend(1.0)
        assert await CountingRepository(session).count(workspace_id, hour)
        await session.commit()
    await _agree(ledger)
    await count_changed_hours(world.ctx)
    await _agree(ledger)


async def test_two_who_count_the_same_hour_count_it_once(world: World) -> None:
    ledger = Ledger(world, 4)
    await ledger.fill()
    async with world.app.state.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        changed = await CountingRepository(session).changed(500)
        await count_changed_hours(world.ctx)
        with pytest.raises(OperationalError) as refused:
            await CountingRepository(session).count(*changed[0])
        assert isinstance(refused.value.orig, SerializationFailure)
        await session.rollback()
    await _agree(ledger)
