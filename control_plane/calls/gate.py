"""Asks the gate: gathers the facts about one number, decides, and keeps the verdict with its inputs.

The same function serves the claim, the last moment before the INVITE, single calls and explanations, so they cannot disagree.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.gate_repository import Asked, GateRepository, Known
from control_plane.calls.gate_rules import OUTSIDE_CAMPAIGNS, jurisdictions, purpose_of, rules_of, whereabouts
from control_plane.calls.history_repository import HistoryRepository
from control_plane.calls.number_lookups import known_by_lookup, wish_for_lookups, without_lookups
from control_plane.contacts.consent_repository import ConsentRow
from control_plane.contacts.number_import_repository import NumberImportRepository
from control_plane.db.models import Campaign, Contact, GateVerdict, Trunk, Workspace
from control_plane.db.session import number_hash
from control_plane.domain import phone
from control_plane.domain.calling_window import Window
from control_plane.domain.decision import Decision, Dial, Reason, Stage, Wait
from control_plane.domain.destinations import destination
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import ConsentFact, EarlierCall, Facts
from control_plane.domain.frequency import counted
from control_plane.domain.number_lookup import waits_for_lookup
from control_plane.domain.quiet_times import hours_left
from control_plane.domain.retry_policy import RetryPolicy
from control_plane.domain.rules import Rules
from control_plane.kit.ids import new_id
from control_plane.kit.metrics import GATE_DECISIONS
from control_plane.rules.places import Whereabouts

ROLLING = timedelta(hours=24)


class Question(msgspec.Struct, frozen=True):
    """May `e164` be dialled on `trunk`, for whom, and in which campaign (None: outside campaigns)?"""

    workspace: Workspace
    trunk: Trunk
    e164: str
    contact: Contact | None
    campaign: Campaign | None
    ring_timeout_s: int
    counted_call_id: uuid.UUID | None = None
    """A call that already counts towards the caps and is not to be counted against itself."""
    caller_id_owned: bool = False
    """The number to be shown is one of the trunk's; who asks must know, and what is not known is closed."""
    is_colleague: bool = False
    """Named by the workspace to take calls: what protects people from being called often does not count, and they are believed to be
    there."""

    @property
    def purpose(self) -> str:
        return purpose_of(self.campaign)

    def rules(self, now: datetime) -> Rules:
        """All that binds the call at `now`."""
        return rules_of(self.workspace, self.trunk, jurisdictions(self.e164, self.contact), self.purpose, now)


class Answer(msgspec.Struct, frozen=True):
    """What the gate said to one question, and the facts it rests on."""

    question: Question
    facts: Facts
    decision: Decision
    rules: Rules | None = None
    """Those it was decided by; None: the question's own."""

    def after(self, more_calls: int, now: datetime) -> "Answer":
        """The answer once the campaign has begun `more_calls` calls since the facts were gathered: its daily cap may be reached."""
        if not more_calls or self.facts.campaign_daily_cap is None:
            return self
        facts = replace(self.facts, campaign_calls_today=self.facts.campaign_calls_today + more_calls)
        rules = self.rules or self.question.rules(now)
        return Answer(self.question, facts, decide(facts, now, rules), rules)


async def ask_all(session: AsyncSession, questions: Sequence[Question], now: datetime, *, is_ahead: bool = False) -> list[Answer]:
    """The gate's answers at `now`, each on facts as they are in this transaction; a few queries, however many questions. Where that
    `is_ahead` of time, nothing is looked up for it yet: the call is asked about again when its time has come, if it still waits then."""
    gathered = await gather(session, questions, now)
    answers = [Answer(q, f, decide(f, now, r), r) for q, (f, r) in zip(questions, gathered, strict=True)]
    if not is_ahead:
        waiting = [(a, r) for a, (_, r) in zip(answers, gathered, strict=True) if waits_for_lookup(a.decision)]
        await wish_for_lookups(session, ((a.question.workspace.id, a.facts, r) for a, r in waiting), now)
    for (decision, code), times in Counter((_name_of(answer.decision), _first_code(answer.decision)) for answer in answers).items():
        GATE_DECISIONS.labels(decision, code).inc(times)
    return answers


async def ask(session: AsyncSession, question: Question, now: datetime, *, is_ahead: bool = False) -> tuple[Decision, Facts]:
    """The gate's decision about `question` at `now`, with the facts it rests on; `is_ahead` as in `ask_all`."""
    (answer,) = await ask_all(session, (question,), now, is_ahead=is_ahead)
    return answer.decision, answer.facts


async def gather(
    session: AsyncSession, questions: Sequence[Question], now: datetime, *, with_lookups: bool = True
) -> list[tuple[Facts, Rules]]:
    """The facts of each question as they are in this transaction, with the rules that bind it, for whoever decides by `decide`; a few
    queries for all of them. Without `with_lookups` what look-ups say of single numbers is left out, with the rules about it."""
    repository = GateRepository(session)
    places = [jurisdictions(q.e164, q.contact) for q in questions]
    rules = [rules_of(q.workspace, q.trunk, where, q.purpose, now) for q, where in zip(questions, places, strict=True)]
    rules = rules if with_lookups else [without_lookups(of) for of in rules]
    zones = [whereabouts(q.e164, q.contact) for q in questions]
    days = _Days(now)
    local_days = [days.around(z.time_zones[0] if z.time_zones else q.workspace.time_zone) for q, z in zip(questions, zones, strict=True)]
    capped = await _calls_of_capped(repository, questions, days)
    asked = [_asked(session, q) for q in questions]
    known = await repository.known(asked, min(now - ROLLING, *(day[0] for day in local_days)))
    earlier, lists = await _history(session, questions, rules, now), await _lists(session, questions, rules)
    looked_up = await known_by_lookup(session, questions, now) if with_lookups else {}
    campaign_rules = _CampaignRules(now)
    found = []
    for i, q in enumerate(questions):
        listed = lists.get(q.workspace.id, ()) if rules[i].lists else ()
        law = _Law(places[i], tuple(map(_consent, known[i].consents)), earlier.get(i, ()), listed)
        own = campaign_rules.of(q)
        dialled = Dialled.seen(known[i].dialled, local_days[i][0], own.max_per_24h, now)
        facts = _facts(q, zones[i], asked[i].number_hash, known[i], local_days[i], capped[i], dialled, own, law)
        found.append((replace(facts, **looked_up[i]) if i in looked_up else facts, rules[i]))
    return found


class _Law(msgspec.Struct, frozen=True):
    """What the rules of the law ask about: places, consents, and for some the history and the lists."""

    jurisdictions: tuple[str, ...]
    consents: tuple[ConsentFact, ...]
    earlier: tuple[EarlierCall, ...]
    lists: tuple[tuple[str, datetime], ...]


def _asked(session: AsyncSession, q: Question) -> Asked:
    hashed = number_hash(session, q.workspace.id, q.e164)
    return Asked(q.workspace.id, q.e164, q.campaign.id if q.campaign else None, q.contact.id if q.contact else None, hashed)


def _consent(row: ConsentRow) -> ConsentFact:
    return ConsentFact(str(row.id), row.purpose, row.basis, row.granted_at, row.revoked_at)


async def _lists(
    session: AsyncSession, questions: Sequence[Question], rules: Sequence[Rules]
) -> dict[uuid.UUID, tuple[tuple[str, datetime], ...]]:
    """The do-not-call lists of the workspaces whose rules ask for one, each with the day it was obtained."""
    asking = {q.workspace.id for q, r in zip(questions, rules, strict=True) if r.lists}
    found: dict[uuid.UUID, tuple[tuple[str, datetime], ...]] = {}
    for age in await NumberImportRepository(session).list_ages(list(asking)) if asking else ():
        found[age.workspace_id] = (*found.get(age.workspace_id, ()), (age.source, age.obtained_at))
    return found


async def _history(
    session: AsyncSession, questions: Sequence[Question], rules: Sequence[Rules], now: datetime
) -> dict[int, tuple[EarlierCall, ...]]:
    """Earlier calls by the question's place, for those whose rules count them."""
    places = [i for i, r in enumerate(rules) if r.reach and not questions[i].is_colleague]
    asked = [(q.workspace.id, q.e164, q.contact.id if q.contact else None, now - rules[i].reach) for i in places if (q := questions[i])]
    return dict(zip(places, await HistoryRepository(session).earlier(asked, OUTSIDE_CAMPAIGNS), strict=True))


def _facts(
    question: Question,
    zones: Whereabouts,
    hashed: str,
    known: Known,
    day: tuple[datetime, datetime],
    capped: "_Capped",
    dialled: "Dialled",
    rules: "_Rules",
    law: _Law,
) -> Facts:
    campaign, workspace = question.campaign, question.workspace
    return Facts(
        e164=question.e164,
        is_valid_number=phone.is_valid(question.e164),
        is_fictional_number=phone.is_fictional(question.e164),
        is_rehearsal_trunk=question.trunk.is_rehearsal,
        suppressed_because=known.suppressed_because,
        workspace_halted=workspace.is_halted,
        campaign_status=campaign.execution_status if campaign else None,
        campaign_starts_at=campaign.starts_at if campaign else None,
        campaign_ends_at=campaign.ends_at if campaign else None,
        window=rules.window,
        time_zones=zones.time_zones,
        zones_contradict=zones.is_contradictory,
        zone_confirmed=zones.is_confirmed,
        workspace_time_zone=workspace.time_zone,
        ring_timeout=timedelta(seconds=question.ring_timeout_s),
        number_hash=hashed,
        purpose=question.purpose,
        jurisdictions=law.jurisdictions,
        caller_id_owned=question.caller_id_owned,
        consents=law.consents,
        lists=law.lists,
        earlier=law.earlier,
        attempts_today=dialled.attempts_today,
        max_per_day=rules.max_per_day,
        day_ends_at=day[1],
        attempts_24h=dialled.attempts_24h,
        max_per_24h=rules.max_per_24h,
        frees_24h_at=dialled.frees_24h_at,
        campaign_calls_today=capped.calls_today,
        campaign_daily_cap=campaign.daily_cap if campaign else None,
        campaign_day_ends_at=capped.day_ends_at,
        installation_halted=known.installation_halted,
        is_being_asked=known.is_being_asked,
        dead_number="" if question.is_colleague else known.dead_number,
        hours_left_by_person=hours_left(known.quiet_times if question.contact is None else question.contact.quiet_times),
        **_destination_facts(question),
    )


def _destination_facts(question: Question) -> dict[str, Any]:
    """Nothing on a rehearsal trunk: it reaches fictional numbers only, which lead nowhere."""
    if question.trunk.is_rehearsal:
        return {}
    workspace, leads_to = question.workspace, destination(question.e164)
    allowed = (workspace.default_country,) if workspace.allowed_countries is None else tuple(workspace.allowed_countries)
    return {
        "destination_country": leads_to.country,
        "allowed_countries": allowed,
        "refused_destination": leads_to.refused,
        "paused_destination": workspace.paused_destinations.get(leads_to.prefix, ""),
    }


async def _calls_of_capped(repository: GateRepository, questions: Sequence[Question], days: "_Days") -> list["_Capped"]:
    """Today's calls of each question's campaign. Counted only where a cap asks for it: a day can have tens of thousands."""
    known: dict[tuple[uuid.UUID, uuid.UUID | None], int] = {}
    counts = []
    for question in questions:
        campaign = question.campaign
        if campaign is None or campaign.daily_cap is None:
            counts.append(_Capped())
            continue
        key, (since, until) = (campaign.id, question.counted_call_id), days.around(question.workspace.time_zone)
        if key not in known:
            known[key] = await repository.campaign_calls_since(campaign.workspace_id, campaign.id, since, question.counted_call_id)
        counts.append(_Capped(known[key], until))
    return counts


class _Capped(msgspec.Struct, frozen=True):
    """How far a campaign's daily cap is used, and when the workspace's day is over."""

    calls_today: int = 0
    day_ends_at: datetime | None = None


class Dialled(NamedTuple):
    """Counting calls to one person or number, as the facts have them."""

    attempts_today: int = 0
    attempts_24h: int = 0
    frees_24h_at: datetime | None = None

    @classmethod
    def seen(cls, times: Sequence[datetime], day_start: datetime, max_per_24h: int | None, now: datetime) -> "Dialled":
        """`times`: newest first, at least those of the calendar day and of the last 24 hours."""
        today, rolling, last = counted(times, day_start, now - ROLLING, max_per_24h)
        return cls(today, rolling, None if last is None else last + ROLLING)


_NEVER_DIALLED = Dialled()


class _Rules(msgspec.Struct, frozen=True):
    """What a campaign itself allows; outside campaigns only the cap over everything is left."""

    window: Window | None
    max_per_day: int | None
    max_per_24h: int | None


class _CampaignRules:
    """The rules of each campaign, read once per batch."""

    def __init__(self, now: datetime) -> None:
        self._today = now.date()
        self._known: dict[tuple[uuid.UUID | None, bool, bool], _Rules] = {}

    def of(self, question: Question) -> _Rules:
        campaign, rehearsal = question.campaign, question.trunk.is_rehearsal
        key = (campaign.id if campaign else None, rehearsal, question.is_colleague)
        if key not in self._known:
            policy = RetryPolicy.from_plain(campaign.attempts if campaign else {}, rehearsal=rehearsal)
            own = Window.from_plain(campaign.window) if campaign and campaign.window is not None else None
            window = own.with_public_holidays(self._today) if own is not None else None
            self._known[key] = _Rules(
                window, policy.max_per_day if campaign else None, None if question.is_colleague else policy.max_per_24h
            )
        return self._known[key]


class _Days:
    """Calendar days around one instant, by zone."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[str, tuple[datetime, datetime]] = {}

    def around(self, zone: str) -> tuple[datetime, datetime]:
        if zone not in self._known:
            self._known[zone] = local_day(self._now, zone)
        return self._known[zone]


def verdict_of(
    answer: Answer,
    now: datetime,
    *,
    enrollment_id: uuid.UUID | None = None,
    call_id: uuid.UUID | None = None,
    stage: Stage | None = None,
) -> dict[str, Any]:
    """The decision as the columns of a row to keep. A call that is counted already stands before its last gate."""
    counted_call_id = answer.question.counted_call_id
    stage = stage or (Stage.LAST_GATE if counted_call_id else Stage.CLAIM)
    return verdict_columns(answer, now, enrollment_id, stage) | {"call_id": call_id or counted_call_id}


def verdict_columns(answer: Answer, now: datetime, enrollment_id: uuid.UUID | None, stage: Stage = Stage.CLAIM) -> dict[str, Any]:
    """The decision as the columns of its row, for writing many at once."""
    rules = answer.rules or answer.question.rules(now)
    return {
        "id": new_id(),
        "workspace_id": answer.question.workspace.id,
        "enrollment_id": enrollment_id,
        "stage": stage,
        "decision": _name_of(answer.decision),
        "reasons": reasons_of(answer.decision),
        "inputs": {**answer.facts.canonical(), **rules_of_inputs(rules)},
        "pack": rules.label,
        "decided_at": now,
    }


@lru_cache(maxsize=1024)
def rules_of_inputs(rules: Rules) -> dict[str, Any]:
    """What beside the packs' versions made up the rules: the workspace's own, and the public holidays of the days around. The same object
    for the same rules."""
    holidays = {name: [day.isoformat() for day in days] for name, days in rules.holidays.items()}
    parts = {"own_rules": dict(rules.own.plain), "holidays": holidays}
    return {name: part for name, part in parts.items() if part}


def _name_of(decision: Decision) -> str:
    return type(decision).__name__.lower()


def _first_code(decision: Decision) -> str:
    return "none" if isinstance(decision, Dial) or not decision.reasons else decision.reasons[0].code


def reasons_of(decision: Decision) -> list[dict[str, Any]]:
    """The reasons as plain values; dialling needs none."""
    reasons: tuple[Reason, ...] = () if isinstance(decision, Dial) else decision.reasons
    return [{"code": reason.code, "sentence": reason.sentence} for reason in reasons]


def says_the_same(decision: Decision, kept: GateVerdict) -> bool:
    """Whether a decision is for the reasons of one that is kept; the words of a reason may differ, as the time of day in them does."""
    codes = [reason["code"] for reason in reasons_of(decision)]
    return (type(decision).__name__.lower(), codes) == (kept.decision, [reason["code"] for reason in kept.reasons])


def until_of(decision: Decision) -> datetime | None:
    return decision.until if isinstance(decision, Wait) else None


def consent_id_of(decision: Decision) -> uuid.UUID | None:
    """The consent that a call may rest on."""
    return uuid.UUID(decision.consent_id) if isinstance(decision, Dial) and decision.consent_id else None


def counted_day(facts: Facts, now: datetime) -> datetime:
    """The beginning of the day whose attempts the facts count: the person's own, else the workspace's."""
    return local_day(now, facts.time_zones[0] if facts.time_zones else facts.workspace_time_zone)[0]


def local_day(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Start and end of the calendar day around `now` in `zone`."""
    local = now.astimezone(ZoneInfo(zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    end = (start + timedelta(days=1)).replace(hour=0)
    return start.astimezone(now.tzinfo), end.astimezone(now.tzinfo)
