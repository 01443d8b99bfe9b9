"""What would happen if a campaign were started now: the gate is asked about everybody whom it would call, some hundreds at a time, so that
the memory it takes does not grow with the campaign and other requests are served in between. People of whom it knows the same are asked
about once, and each one's earlier calls put into what was found. Nothing is stored.
"""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from control_plane.calls.gate import local_day
from control_plane.calls.gate_rules import purpose_of
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.campaigns.enrollments import spoken_texts
from control_plane.campaigns.repository import CampaignRepository
from control_plane.db.models import Campaign, Number, Trunk, Workspace
from control_plane.db.session import number_hash
from control_plane.db.unit import Unit
from control_plane.dialer.batch import BUSY
from control_plane.dialer.claim_repository import ClaimRepository
from control_plane.dialer.repository import DialerRepository
from control_plane.domain.caller_id import daily_cap
from control_plane.domain.decision import Decision, Never, Reason
from control_plane.domain.errors import Conflict
from control_plane.domain.pacing import slots_offered
from control_plane.domain.retry_policy import RetryPolicy
from control_plane.domain.variables import ALWAYS_KNOWN, required
from control_plane.explanations.alike import Person, grouped
from control_plane.explanations.forecast import AVERAGE_CALL_S, EXPECTED_ATTEMPTS, Pace, answered_of, forecast
from control_plane.explanations.kinds import Kinds
from control_plane.explanations.obstacles import Obstacle, before_end, with_obstacles
from control_plane.explanations.planned_people import PlannedPerson, as_planned
from control_plane.explanations.preview_cost import CostOut, cost_of, count_destinations
from control_plane.explanations.preview_history import Kind, Said
from control_plane.explanations.preview_repository import NOBODY, PreviewRepository
from control_plane.explanations.preview_schemas import ForecastOut, PreviewIn, PreviewOut, ReasonOut, openings_of, variables_of
from control_plane.explanations.preview_tally import Tally
from control_plane.explanations.words import closed
from control_plane.rules.resolving import longest_reach, own_rules
from control_plane.usage.estimates import ASKED
from control_plane.usage.price_lists import prices_of
from control_plane.usage.prices import PriceList

CHUNK = 500
"""People per round: few enough that the event loop is free again within some tens of milliseconds."""
LONGEST_DAY = timedelta(hours=26)
_IN_CALL = (Obstacle(None, (Reason("in_call", BUSY),)),)
_NOT_DUE = "It waits for its next attempt."


@dataclass(frozen=True, slots=True)
class Intent:
    """What is to be looked at: a campaign as it is stored, or as it would be after a change."""

    campaign: Campaign
    callers: Sequence[tuple[Number, Trunk]]
    lists: Sequence[uuid.UUID]
    is_stored: bool = True
    texts: tuple[str, ...] | None = None
    """Of an assistant as it would be; None: as it is."""
    newcomers: Sequence[PlannedPerson] = ()
    """People whom nobody knows yet."""
    values: Mapping[uuid.UUID, Mapping[str, str]] = field(default_factory=dict)
    """What prompts would know of contacts that are known, by their ids; those who stand on none of the lists would come to one."""
    without: frozenset[uuid.UUID] = frozenset()
    """Contacts who would be called no more."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The campaign as if it ran, with who would call and what the prompts need. `campaign` is a copy that no session knows."""

    workspace: Workspace
    campaign: Campaign
    callers: Sequence[tuple[Number, Trunk]]
    variables: list[str]
    obstacles: list[str]
    prices: PriceList
    since: datetime
    """No rule looks at calls before it."""
    kinds: Kinds
    policy: RetryPolicy


@dataclass(frozen=True, slots=True)
class _Round:
    """Some people with what is read of them at once. `closed`: how many beside them are called no more; `last` of all in their order."""

    called: Sequence[Person]
    closed: int
    erased: Mapping[str, str]
    last: uuid.UUID


class PreviewService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._now = unit.now
        self._lookups = LookupRepository(unit.session, workspace_id)
        self._campaigns = CampaignRepository(unit.session)
        self._claims = ClaimRepository(unit.session)

    async def preview(self, campaign_id: uuid.UUID, asked: PreviewIn) -> PreviewOut:
        """Raises `NotFound` for a campaign of another workspace, `Conflict` for one that nobody could call from."""
        campaign = await self._lookups.campaign(campaign_id)
        lists = (await self._campaigns.list_ids([campaign_id])).get(campaign_id, [])
        callers = (await self._claims.callers([campaign_id])).get(campaign_id, [])
        return await self.preview_of(Intent(campaign, callers, lists), asked)

    async def preview_of(self, intent: Intent, asked: PreviewIn) -> PreviewOut:
        """Raises `Conflict` for a campaign that nobody could call from."""
        plan = await self._plan(intent)
        tally = Tally(self._now, local_day(self._now, plan.workspace.time_zone)[1], most_lacking=asked.name_lacking)
        rows = PreviewRepository(
            self._unit.session,
            intent.campaign.id,
            intent.lists,
            plan.variables,
            self._now,
            also=list(intent.values.keys() - intent.without),
            since=plan.since,
        )
        await self._judge_all(plan, intent, rows, tally)
        pace = await self._pace(plan, asked)
        cost = await cost_of(self._unit, plan.campaign, plan.prices, tally.destinations, pace)
        return _told(plan, tally, pace, cost, campaign_id=intent.campaign.id if intent.is_stored else None)

    async def _judge_all(self, plan: _Plan, intent: Intent, rows: PreviewRepository, tally: Tally) -> None:
        """While the database reads the next people, a thread sorts these and counts the former."""
        has_erased = await rows.has_erased(plan.workspace.id)

        async def read(after: uuid.UUID) -> _Round | None:
            people = await rows.people(after, CHUNK)
            called = as_planned(people, intent.values, intent.without)
            return await self._round(plan, rows, called, has_erased, people[-1].id) if people else None

        count, some = _nothing, await read(NOBODY)
        while some is not None:
            groups, following = await asyncio.gather(asyncio.to_thread(_sorted, some, count), read(some.last))
            kinds = await plan.kinds.asked(groups)
            said = await self._said(plan, rows, kinds)
            count, some = partial(self._count_all, plan, some, kinds, said, tally), following
        await asyncio.to_thread(count)
        for people in await self._newcomers(plan, rows, intent.newcomers):
            some = await self._round(plan, rows, people, has_erased, NOBODY)
            kinds = await plan.kinds.of(some.called, some.erased)
            said = await self._said(plan, rows, kinds)
            await asyncio.to_thread(self._count_all, plan, some, kinds, said, tally)

    async def _said(self, plan: _Plan, rows: PreviewRepository, kinds: Sequence[tuple[Kind, Sequence[Person]]]) -> Said:
        """What the calls of those were of whom rules ask for more than when they were called: mostly few."""
        asked = [person.id for kind, alike in kinds if kind.looks_back for person in alike if kind.looks_at(person)]
        return await rows.said(plan.workspace.id, asked) if asked else {}

    async def _newcomers(self, plan: _Plan, rows: PreviewRepository, newcomers: Sequence[PlannedPerson]) -> list[list[Person]]:
        numbers = [e164 for person in newcomers for e164 in person.numbers]
        if not newcomers:
            return []
        spoken_of, called = await rows.spoken_of(plan.workspace.id, numbers), await rows.called_before(plan.workspace.id, numbers)
        people = await asyncio.to_thread(lambda: [person.as_person(plan.variables, spoken_of, called) for person in newcomers])
        return [people[first : first + CHUNK] for first in range(0, len(people), CHUNK)]

    async def _plan(self, intent: Intent) -> _Plan:
        campaign, callers = intent.campaign, intent.callers
        workspace = await self._lookups.workspace()
        if not callers:
            raise Conflict("The campaign has no number to call from.", code="no_caller_number")
        obstacles, texts = ([], intent.texts) if intent.texts is not None else await self._assistant(campaign)
        if not any(trunk.is_rehearsal or trunk.sync_state == "synced" for _, trunk in callers):
            obstacles.append("None of the campaign's numbers is ready: their trunks are not connected to LiveKit yet.")
        variables = sorted(required(campaign.prompt, *texts) - ALWAYS_KNOWN)
        prices = await prices_of(self._unit.session, workspace.id)
        running = _as_if_it_ran(campaign)
        kinds = Kinds(self._unit.session, workspace, running, callers[0][1], self._now)
        policy = RetryPolicy.from_plain(campaign.attempts, rehearsal=campaign.rule_pack == "rehearsal")
        return _Plan(workspace, running, callers, variables, obstacles, prices, _since(workspace, campaign, self._now), kinds, policy)

    async def _assistant(self, campaign: Campaign) -> tuple[list[str], tuple[str, ...]]:
        """What is wrong with the campaign's assistant, and its texts: of the pinned version, else of the one that a start would pin."""
        assistant = await self._campaigns.assistant(campaign.workspace_id, campaign.assistant_id)
        obstacles = (
            [] if assistant is not None and assistant.is_active else ["The campaign's assistant is switched off; make it active first."]
        )
        version_id = campaign.assistant_version_id or (assistant.published_version_id if assistant else None)
        version = await self._campaigns.version(version_id) if version_id else None
        if version is None:
            obstacles.append("The campaign's assistant has never been published; publish it first.")
        return obstacles, spoken_texts(version.config if version else {})

    async def _erased(self, rows: PreviewRepository, plan: _Plan, people: Sequence[Person]) -> dict[str, str]:
        """Which of the people's numbers are suppressed by their hash, and why."""
        numbers = [e164 for person in people for e164 in person.e164s]
        hashes = {e164: number_hash(self._unit.session, plan.workspace.id, e164) for e164 in numbers}
        reasons = await rows.erased(plan.workspace.id, list(hashes.values()))
        return {e164: reasons[hashed] for e164, hashed in hashes.items() if hashed in reasons}

    async def _round(self, plan: _Plan, rows: PreviewRepository, people: Sequence[Person], has_erased: bool, last: uuid.UUID) -> _Round:
        called = [person for person in people if person.state in (None, "waiting", "claimed")]
        return _Round(called, len(people) - len(called), await self._erased(rows, plan, called) if has_erased else {}, last)

    def _count_all(self, plan: _Plan, some: _Round, kinds: Sequence[tuple[Kind, Sequence[Person]]], said: Said, tally: Tally) -> None:
        """Add to the word on each kind what each one's calls change, and count all."""
        tally.closed += some.closed
        for kind, all_alike in kinds:
            alike = _with_attempts_left(plan, all_alike, kind.zone, tally)
            for decision, same in _by_decision(kind, alike, said).items():
                self._count(same, before_end(decision, plan.campaign.ends_at), kind.zone, tally)
            if not isinstance(kind.decision, Never):
                count_destinations(tally.destinations, alike, plan.prices)

    def _count(self, alike: Sequence[Person], decision: Decision, zone: str, tally: Tally) -> None:
        free: list[Person] = []
        for person in alike:
            if person.lacking:
                tally.lacks(person.id, person.name, tuple(person.lacking.split(",")))
            if obstacles := self._beside(person):
                tally.judge([person], with_obstacles(decision, obstacles, self._now), zone)
                tally.in_call += person.state == "claimed"
            else:
                free.append(person)
        if free:
            tally.judge(free, decision, zone)

    def _beside(self, person: Person) -> Sequence[Obstacle]:
        if person.state == "claimed":
            return _IN_CALL
        if person.due_at is None or person.due_at <= self._now:
            return ()
        return (Obstacle(person.due_at, (Reason("not_due", _NOT_DUE),)),)

    async def _pace(self, plan: _Plan, asked: PreviewIn) -> Pace:
        """What was asked for, else what campaign, trunks and agents allow now."""
        campaign, trunks = plan.campaign, list({trunk.id: trunk for _, trunk in plan.callers}.values())
        of_agents = slots_offered(await DialerRepository(self._unit.session).workers(self._now))
        if not of_agents:
            plan.obstacles.append("No agent worker is connected: nobody would be called until one is.")
        lines = sum(trunk.max_concurrent_calls for trunk in trunks)
        limits = (of_agents or None, lines, campaign.max_concurrent_calls, plan.workspace.max_concurrent_calls)
        calls, answered, average = await self._campaigns.call_totals(campaign.id)
        share, known = (asked.answered_share, ASKED) if asked.answered_share is not None else answered_of(calls, answered)
        return Pace(
            calls_per_minute=asked.calls_per_minute or campaign.calls_per_minute or 60 * sum(float(t.calls_per_second) for t in trunks),
            slots=asked.slots or min(limit for limit in limits if limit is not None),
            average_call_s=asked.average_call_s or average or AVERAGE_CALL_S,
            expected_attempts=min(asked.expected_attempts or EXPECTED_ATTEMPTS, plan.policy.max_total),
            calls_per_day=_calls_per_day(plan, self._now),
            answered_share=share,
            answered_known=known,
        )


def _nothing() -> None:
    """There is nobody to be counted yet."""


def _sorted(some: _Round, before: Callable[[], None]) -> dict[object, list[Person]]:
    """Those who are alike, once `before` is done."""
    before()
    return grouped(some.called, some.erased)


def _with_attempts_left(plan: _Plan, alike: Sequence[Person], zone: str, tally: Tally) -> Sequence[Person]:
    """Those to whom the campaign allows another call. The others it allowed more before; they wait, and the next claim closes them."""
    policy = plan.policy
    over = [person for person in alike if person.attempts and person.state == "waiting" and policy.used_up(person.attempts)]
    if not over:
        return alike
    why = closed("exhausted", policy.used_up(policy.max_total) or "")
    tally.judge(over, Never((Reason("exhausted", why),)), zone)
    used_up = {person.id for person in over}
    return [person for person in alike if person.id not in used_up]


def _by_decision(kind: Kind, alike: Sequence[Person], said: Said) -> dict[Decision, list[Person]]:
    # Most are told the very same word: to compare the objects first saves hashing all that it says for each of them.
    told: dict[int, tuple[Decision, list[Person]]] = {}
    for person in alike:
        decision = kind.decision_on(person, said)
        told.setdefault(id(decision), (decision, []))[1].append(person)
    groups: dict[Decision, list[Person]] = {}
    for decision, people in told.values():
        groups.setdefault(decision, []).extend(people)
    return groups


def _since(workspace: Workspace, campaign: Campaign, now: datetime) -> datetime:
    """How far back calls matter: to the rules, to the cap of 24 hours, and to that of a day, which can have 25."""
    own = own_rules(workspace.id, workspace.rules_version, workspace.rules)
    return now - max(longest_reach(purpose_of(campaign), own, now), LONGEST_DAY)


def _as_if_it_ran(campaign: Campaign) -> Campaign:
    """A copy that runs, and that nobody saves."""
    columns = {column.key: getattr(campaign, column.key) for column in Campaign.__table__.columns}
    return Campaign(**(columns | {"execution_status": "running"}))


def _calls_per_day(plan: _Plan, now: datetime) -> int | None:
    """The least of the campaign's daily cap and of what its caller IDs may make together today."""
    caps = [daily_cap(n.daily_cap, n.first_used_at, now, is_rehearsal=n.is_rehearsal) for n, _ in plan.callers]
    of_numbers = None if None in caps else sum(cap for cap in caps if cap is not None)
    return min((cap for cap in (plan.campaign.daily_cap, of_numbers) if cap is not None), default=None)


def _told(plan: _Plan, tally: Tally, pace: Pace, cost: CostOut, *, campaign_id: uuid.UUID | None) -> PreviewOut:
    callable_contacts = tally.contacts - tally.when["never"]
    obstacles = list(plan.obstacles)
    if not tally.contacts:
        obstacles.append("There is nobody to call: the campaign's contact lists are empty or all called.")
    if tally.lacking_contacts:
        obstacles.append("Contacts lack values that the prompts need: see variables.")
    return PreviewOut(
        campaign_id=campaign_id,
        at=tally.now,
        contacts=tally.contacts,
        now=tally.when["now"],
        later_today=tally.when["later_today"],
        later=tally.when["later"],
        never=tally.when["never"],
        in_call=tally.in_call,
        reasons=[ReasonOut.of(reason) for reason in tally.by_reason()],
        variables=variables_of(tally, plan.variables),
        forecast=ForecastOut.of(forecast(callable_contacts, pace), pace),
        cost=cost,
        openings=openings_of(tally),
        obstacles=obstacles,
    )
