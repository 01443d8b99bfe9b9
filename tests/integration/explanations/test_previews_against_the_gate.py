"""A preview asks the gate once for all who are alike. Here everybody of a random campaign is asked about alone, and the sums compared."""

import random
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.gate import Question, ask_all
from control_plane.db.models import (
    Assistant,
    Call,
    Campaign,
    Consent,
    Contact,
    ContactListEntry,
    ContactPhone,
    Enrollment,
    Number,
    Suppression,
    Trunk,
    Workspace,
)
from control_plane.db.session import number_hash
from control_plane.domain.decision import Decision, Dial, Never, Wait
from control_plane.domain.phone import is_fictional
from control_plane.kit.ids import new_id
from tests.fixtures.world import World

MONDAY_15_UTC = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NINE_TO_FIVE = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]}
ZONES = {"212": "America/New_York", "602": "America/Phoenix", "213": "America/Los_Angeles", "305": "America/New_York"}
PREFIXES = ("+1212", "+1602", "+1213", "+1305", "+1800", "+1416", "+44207946", "+336", "+9198", "+1876")
PEOPLE = 120
# Every kind of limit and pause, so that most histories keep somebody waiting.
OFTEN_CALLED = {
    "limits": [
        {"count": 2, "hours": 30, "per": "number"},
        {"count": 3, "days": 2, "per": "contact"},
        {"count": 4, "hours": 168, "per": "purpose"},
    ],
    "cool_downs": [
        {"after": ["busy", "wrong_number"], "hours": 22, "per": "number"},
        {"after": ["conversation"], "hours": 48, "per": "contact"},
    ],
}
BESIDE = ("no_number", "in_call", "not_due")
"""Reasons that are not the gate's."""
DAY = timedelta(days=1)
_NETWORK_SAYS = (*("answered", "busy", "no_answer") * 5, "invalid_number")
"""By the last a number is dead, whoever has it: seldom, for nothing else is then said of it."""


class _Crowd:
    """People as odd as lists get, all drawn from one seed."""

    def __init__(self, seed: int, session: AsyncSession, campaign: Campaign, list_id: uuid.UUID, trunk: Trunk, *, called: float) -> None:
        """`called`: the share of people who have been called before."""
        self._draw = random.Random(seed)
        self._called_share = called
        self._former: list[uuid.UUID] = []
        self._session = session
        self._campaign = campaign
        self._list_id = list_id
        self._trunk = trunk
        self._of = {"workspace_id": campaign.workspace_id}
        self._taken: set[str] = set()

    async def add(self, people: int) -> None:
        for _ in range(people):
            await self._person()

    def _perhaps(self, share: float) -> bool:
        return self._draw.random() < share

    def _number(self) -> str:
        prefix = self._draw.choice(PREFIXES)
        exchange = self._draw.choice(("976", "555", "100", "456")) if prefix.startswith("+1") else ""
        digits = {"+44207946": 4, "+336": 8, "+9198": 8}.get(prefix, 4)
        e164 = prefix + exchange + "".join(self._draw.choice("0123456789") for _ in range(digits))
        if e164 in self._taken:
            return self._number()
        self._taken.add(e164)
        return e164

    async def _person(self) -> None:
        pick, phones = self._draw, []
        for priority in range(pick.choice((0, 1, 1, 1, 1, 1, 2, 3))):
            e164 = self._number()
            stored = [ZONES[e164[2:5]]] if e164[2:5] in ZONES and self._perhaps(0.7) else []
            stored = ["America/Denver"] if self._perhaps(0.1) else stored
            dead = "unallocated" if self._perhaps(0.1) else ""
            phones.append(ContactPhone(**self._of, e164=e164, priority=priority, time_zones=stored, dead_reason=dead))
        attributes: dict[str, Any] = {"visit": "Monday"} if self._perhaps(0.8) else {}
        attributes |= {"state": pick.choice(("FL", "Arizona", "nowhere"))} if self._perhaps(0.2) else {}
        attributes |= {"country": pick.choice(("US", "IN"))} if self._perhaps(0.1) else {}
        zone = pick.choice(("America/Denver", "Europe/Paris")) if self._perhaps(0.1) else None
        contact = Contact(id=new_id(), **self._of, name=f"P{len(self._taken)}", phones=phones, attributes=attributes, time_zone=zone)
        self._session.add(contact)
        await self._session.flush()
        self._session.add(ContactListEntry(contact_list_id=self._list_id, contact_id=contact.id))
        for phone in phones:
            self._consent(phone.e164)
            self._suppress(phone.e164)
        if self._perhaps(self._called_share):
            self._called(contact, phones)
        self._former.append(contact.id)
        if self._perhaps(0.25):
            self._enroll(contact)
        await self._session.flush()

    def _consent(self, e164: str) -> None:
        for purpose, share in (("telemarketing", 0.8), ("informational", 0.3)):
            if self._perhaps(share):
                age = self._draw.choice((-1, 10, 500, 539, 540, 541, 2000)) * DAY + self._draw.choice((-1, 0, 1)) * timedelta(seconds=1)
                basis = self._draw.choice(("written", "written", "written", "oral", "implied"))
                revoked = MONDAY_15_UTC - DAY if self._perhaps(0.1) else None
                act = {"purpose": purpose, "basis": basis, "granted_at": MONDAY_15_UTC - age, "recorded_by": "api"}
                self._session.add(Consent(id=new_id(), **self._of, e164=e164, revoked_at=revoked, **act))

    def _suppress(self, e164: str) -> None:
        if not self._perhaps(0.15):
            return
        how = self._draw.choice(("api", "list", "campaign", "erased"))
        given: dict[str, Any] = {"e164": e164, "reason": self._draw.choice(("", "asked", 'said "never", twice'))}
        if how == "campaign":
            given |= {"campaign_id": self._campaign.id, "scope": "campaign"}
        elif how == "list":
            given["list_source"] = "us_national"
        elif how == "erased":
            given |= {"e164": None, "number_hash": number_hash(self._session, self._campaign.workspace_id, e164)}
        self._session.add(Suppression(id=new_id(), **self._of, source=how, **given))

    def _called(self, contact: Contact, phones: list[ContactPhone]) -> None:
        for hours in self._draw.sample((1, 2, 3, 11, 20, 23, 30, 24 * 6, 24 * 40), self._draw.randrange(1, 6)):
            # The ledger takes no call to a fictional number over a real trunk.
            to = self._draw.choice([number.e164 for number in phones if not is_fictional(number.e164)] or ["+12124560000"])
            at = MONDAY_15_UTC - timedelta(hours=hours, microseconds=self._draw.randrange(10**6))
            # Of before anybody was known behind the number, or of when it was somebody else's.
            known = contact.id if self._perhaps(0.7) else self._draw.choice((None, *self._former[-1:]))
            campaign = self._campaign
            row = Call(id=new_id(), **self._of, purpose="campaign", campaign_id=campaign.id, contact_id=known, to_e164=to)
            row.assistant_id, row.trunk_id, row.is_rehearsal = campaign.assistant_id, self._trunk.id, False
            row.assistant_version_id = campaign.assistant_version_id  # type: ignore[assignment]
            row.from_e164, row.due_at, row.dialing_at, row.state = "+14155552671", at, at, "ended"
            row.ringing_timeout_s, row.max_duration_s, row.network_result = 28, 600, self._draw.choice(_NETWORK_SAYS)
            row.answered_by = "human" if row.network_result == "answered" else "none"
            row.outcome = self._draw.choice((None, "wrong_number")) if row.network_result == "answered" else None
            row.counts_as_attempt = self._draw.choice((True, True, False))
            self._session.add(row)

    def _enroll(self, contact: Contact) -> None:
        state = self._draw.choice(("waiting", "waiting", "claimed", "done", "suppressed"))
        due = MONDAY_15_UTC + self._draw.choice((-2, 3, 30)) * timedelta(hours=1) if state == "waiting" else None
        row = Enrollment(id=new_id(), **self._of, campaign_id=self._campaign.id, contact_id=contact.id, state=state, due_at=due)
        row.closed_reason = "over" if state in ("done", "suppressed") else None
        self._session.add(row)


async def _decide_alone(session: AsyncSession, campaign: Campaign, trunk: Trunk, contact: Contact, due: datetime | None) -> Decision:
    """As the claim would: the first number that may be called, else the first that opens, with the contact's own due time."""
    workspace = await session.get_one(Workspace, campaign.workspace_id)
    numbers = [phone.e164 for phone in contact.phones if not phone.dead_reason]
    questions = [Question(workspace, trunk, e164, contact, campaign, campaign.ring_timeout_s, caller_id_owned=True) for e164 in numbers]
    decisions = [answer.decision for answer in await ask_all(session, questions, MONDAY_15_UTC)] if questions else []
    dials = [decision for decision in decisions if isinstance(decision, Dial)]
    waits = [decision for decision in decisions if isinstance(decision, Wait)]
    chosen = (
        dials[0] if dials else min(waits, key=lambda wait: wait.until) if waits else Never(tuple(r for d in decisions for r in d.reasons))
    )
    if due is not None and due > MONDAY_15_UTC and not isinstance(chosen, Never):
        return Wait(max(due, chosen.until) if isinstance(chosen, Wait) else due, chosen.reasons if isinstance(chosen, Wait) else ())
    return chosen


def _key(decision: Decision, code: str) -> str:
    return f"{type(decision).__name__.lower()}:{code}"


def _when(decision: Decision) -> str:
    if isinstance(decision, Wait):
        # The workspace's day is that of UTC, as its zone is.
        return "later_today" if decision.until < datetime(2026, 11, 24, tzinfo=UTC) else "later"
    return "now" if isinstance(decision, Dial) else "never"


async def _alone(session: AsyncSession, campaign: Campaign, trunk: Trunk) -> Counter[str]:
    """How many contacts the gate lets be called when, and how many it keeps by each reason."""
    counted: Counter[str] = Counter()
    enrolled = {row.contact_id: row for row in await session.scalars(select(Enrollment))}
    for contact in (await session.scalars(select(Contact))).all():
        enrollment = enrolled.get(contact.id)
        if enrollment is not None and enrollment.state not in ("waiting", "claimed"):
            continue
        decision = await _decide_alone(session, campaign, trunk, contact, enrollment.due_at if enrollment else None)
        in_call = enrollment is not None and enrollment.state == "claimed"
        counted["later" if in_call and not isinstance(decision, Never) else _when(decision)] += 1
        counted.update({_key(decision, reason.code) for reason in ([] if isinstance(decision, Dial) else decision.reasons)})
    return counted


@pytest.mark.parametrize(("seed", "called", "stricter"), [(1, 0.4, None), (2, 1.0, None), (3, 1.0, OFTEN_CALLED)])
async def test_a_preview_of_a_random_campaign_says_what_the_gate_says_to_each_contact_alone(
    world: World, seed: int, called: float, stricter: dict[str, Any] | None
) -> None:
    world.clock.advance(MONDAY_15_UTC - world.clock.now())
    number_id = await world.number("+14155552671", rehearsal=False, synced=True)
    list_id = await world.contact_list()
    made = await world.campaign(contact_list_ids=[list_id], number_ids=[number_id], window=NINE_TO_FIVE)
    if stricter is not None:
        assert (await world.ours.client.put("/api/v1/workspace/rules", json={"stricter": stricter})).status_code == 200
    async with world.app.state.sessions.begin() as session:
        campaign = await session.get_one(Campaign, uuid.UUID(made["id"]))
        assistant = await session.get_one(Assistant, campaign.assistant_id)
        campaign.assistant_version_id = assistant.published_version_id
        workspace = await session.get_one(Workspace, campaign.workspace_id)
        workspace.allowed_countries, workspace.paused_destinations = ["US", "CA", "GB", "FR"], {"+33": "Too many calls went to +33."}
        trunk = await session.get_one(Trunk, (await session.get_one(Number, uuid.UUID(number_id))).trunk_id)
        await session.flush()
        await _Crowd(seed, session, campaign, uuid.UUID(list_id), trunk, called=called).add(PEOPLE)
    seen: Counter[str] = Counter()
    for purpose in ("informational", "telemarketing", "debt"):
        async with world.app.state.sessions() as session:
            campaign, trunk = await session.get_one(Campaign, campaign.id), await session.get_one(Trunk, trunk.id)
            # As if it ran, and was never saved so.
            campaign.execution_status, campaign.purpose = "running", purpose
            expected = await _alone(session, campaign, trunk)
        await world.ours.patch(f"/campaigns/{made['id']}", {"purpose": purpose})
        told = await world.ours.post(f"/campaigns/{made['id']}/preview", {}, status=200)
        found = Counter({name: told[name] for name in ("now", "later_today", "later", "never")})
        found.update({f"{r['decision']}:{r['code']}": r["contacts"] for r in told["reasons"] if r["code"] not in BESIDE})
        assert found == expected
        seen += found
    assert {"now", "later_today", "later", "never", "never:suppressed", "never:country_not_allowed", "wait:destination_paused"} <= set(seen)
    if called == 1.0:
        assert {"wait:attempts_today", "wait:attempts_24h"} <= set(seen)
    if stricter is not None:
        assert {"wait:limit_reached", "wait:cool_down"} <= set(seen)
