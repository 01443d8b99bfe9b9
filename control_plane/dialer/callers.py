"""Chooses the caller ID of each claimed contact: facts of all numbers once per claim, of the contacts once per round, then no SQL.

The rules are `domain/caller_id`; this gathers what they look at and keeps the count of the day in step while a claim runs.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.caller_repository import CallerRepository
from control_plane.calls.gate import local_day
from control_plane.calls.single_callers import Caller, facts_of_number, history_of
from control_plane.db.models import Campaign, Number, Trunk, Workspace
from control_plane.dialer.claim_rows import Due, PastCall
from control_plane.domain.caller_id import CallerNumber, Choice, ContactHistory, NoCaller, choose, daily_cap


class Callers:
    """The caller IDs of all running campaigns during one claim."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._repository = CallerRepository(session)
        self._now = now
        self._rows: dict[uuid.UUID, tuple[Number, Trunk]] = {}
        self._trunks: dict[uuid.UUID, Trunk] = {}
        self._facts: dict[uuid.UUID, CallerNumber] = {}
        self._of_campaign: dict[uuid.UUID, list[uuid.UUID]] = {}
        self._day_ends: dict[uuid.UUID, datetime] = {}
        self._history: dict[uuid.UUID, ContactHistory] = {}
        self._begun: set[uuid.UUID] = set()

    async def learn(
        self,
        campaigns: Mapping[uuid.UUID, Campaign],
        workspaces: Mapping[uuid.UUID, Workspace],
        numbers: Mapping[uuid.UUID, Sequence[tuple[Number, Trunk]]],
    ) -> None:
        """Take in the numbers of these campaigns and what they have done today, by their workspace's calendar."""
        days = {w.id: local_day(self._now, w.time_zone) for w in workspaces.values()}
        self._day_ends = {workspace_id: day[1] for workspace_id, day in days.items()}
        self._rows = {number.id: (number, trunk) for rows in numbers.values() for number, trunk in rows}
        self._trunks = {trunk.id: trunk for _, trunk in self._rows.values()}
        caps = {n.id: daily_cap(n.daily_cap, n.first_used_at, self._now, is_rehearsal=n.is_rehearsal) for n, _ in self._rows.values()}
        capped = [(n.id, n.workspace_id) for n, _ in self._rows.values() if caps[n.id] is not None]
        today = await self._repository.calls_since(capped, {w: day[0] for w, day in days.items()})
        self._facts = {n.id: facts_of_number(n, caps[n.id], today.get(n.id, 0)) for n, _ in self._rows.values()}
        self._of_campaign = {c.id: [n.id for n, _ in numbers.get(c.id, ()) if _belongs(n, c)] for c in campaigns.values()}

    def may_call(self, campaign: Campaign, has_room: Callable[[Trunk], bool]) -> bool:
        """Is any number of the campaign able to call somebody now? If not, its contacts need not be looked at, and take no turn of others'
        whose trunks have room."""
        nobody = uuid.UUID(int=0)
        return isinstance(self._choose(campaign, nobody, ContactHistory(), lambda trunk_id: has_room(self._trunks[trunk_id])), Choice)

    def know(self, due: Iterable[Due], past: Iterable[PastCall]) -> None:
        """Take in what earlier calls to these contacts met, newest first."""
        last = {e.contact_id: e.last_from_number_id for e in due}
        dials: dict[uuid.UUID, list[PastCall]] = {contact_id: [] for contact_id in last}
        for call in past:
            if call.dialing_at is not None:
                dials[call.contact_id].append(call)
        self._history |= {contact_id: history_of(last[contact_id], made) for contact_id, made in dials.items()}

    def choose(self, campaign: Campaign, enrollment: Due, has_room: Callable[[Trunk], bool]) -> Caller | NoCaller:
        """Who calls this contact now; the call is counted at once (see `give_back`)."""
        history = self._history.get(enrollment.contact_id, ContactHistory())
        chosen = self._choose(campaign, enrollment.contact_id, history, lambda trunk_id: has_room(self._trunks[trunk_id]))
        if isinstance(chosen, NoCaller):
            return chosen
        facts = self._facts[chosen.number_id]
        self._facts[chosen.number_id] = replace(facts, calls_today=facts.calls_today + 1)
        return Caller(*self._rows[chosen.number_id], chosen.plain(facts))

    def give_back(self, number_id: uuid.UUID) -> None:
        """The contact was not called after all."""
        facts = self._facts[number_id]
        self._facts[number_id] = replace(facts, calls_today=facts.calls_today - 1)

    def used(self, number_ids: Iterable[uuid.UUID]) -> None:
        """Calls of these numbers have been made."""
        self._begun |= {number_id for number_id in set(number_ids) if self._rows[number_id][0].first_used_at is None}

    @property
    def begun(self) -> set[uuid.UUID]:
        """Numbers that have never called before: their warm-up begins."""
        return self._begun

    def _choose(
        self, campaign: Campaign, contact_id: uuid.UUID, history: ContactHistory, has_room: Callable[[uuid.UUID], bool]
    ) -> Choice | NoCaller:
        numbers = [self._facts[number_id] for number_id in self._of_campaign.get(campaign.id, ())]
        day_ends = self._day_ends[campaign.workspace_id]
        return choose(numbers, contact_id, history, self._now, day_ends_at=day_ends, has_room=has_room)


def _belongs(number: Number, campaign: Campaign) -> bool:
    """Owned by the campaign's workspace, and of its kind: a rehearsal calls from rehearsal trunks and nobody else does."""
    return number.workspace_id == campaign.workspace_id and number.is_rehearsal == (campaign.rule_pack == "rehearsal")
