"""The gate's word on many people, asked once about all who are alike to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.gate import Question, gather
from control_plane.db.models import Campaign, Contact, Trunk, Workspace
from control_plane.explanations.alike import MOST_KEPT, Person, grouped
from control_plane.explanations.preview_history import Kind

ASKED_AT_ONCE = 300
"""People whose facts are gathered together; gathering costs ten times as much as reading."""


def question(workspace: Workspace, trunk: Trunk, campaign: Campaign, person: Person, e164: str) -> Question:
    """May this number of the person be called in the campaign, over a trunk of the campaign's?"""
    # Has all that the gate reads of a contact, without the cost of a mapped object.
    return Question(workspace, trunk, e164, cast(Contact, person), campaign, campaign.ring_timeout_s, caller_id_owned=True)


class Kinds:
    """What was asked once is known for all further people who are alike."""

    def __init__(
        self,
        session: AsyncSession,
        workspace: Workspace,
        campaign: Campaign,
        trunk: Trunk,
        now: datetime,
        known: dict[object, Kind] | None = None,
    ) -> None:
        self._session = session
        self._campaign, self._workspace, self._trunk = campaign, workspace, trunk
        self._now = now
        self._known = {} if known is None else known

    async def of(self, people: Sequence[Person], erased: Mapping[str, str]) -> list[tuple[Kind, list[Person]]]:
        """Each kind with those who are of it. `erased`: why a number is suppressed that is only known by its hash."""
        return await self.asked(grouped(people, erased))

    async def asked(self, groups: Mapping[object, list[Person]]) -> list[tuple[Kind, list[Person]]]:
        """The same of people who have been grouped already."""
        found = {likeness: self._known[likeness] for likeness in groups if likeness in self._known}
        new = [likeness for likeness in groups if likeness not in found]
        for first in range(0, len(new), ASKED_AT_ONCE):
            some = new[first : first + ASKED_AT_ONCE]
            found |= zip(some, await self._ask([groups[likeness][0] for likeness in some]), strict=True)
        for likeness in new:
            if len(self._known) < MOST_KEPT:
                self._known[likeness] = found[likeness]
        return [(found[likeness], alike) for likeness, alike in groups.items()]

    async def _ask(self, people: Sequence[Person]) -> list[Kind]:
        """What the gate knows of each, on all of their numbers, and its word."""
        phones = [person.phones for person in people]
        questions = [
            question(self._workspace, self._trunk, self._campaign, person, number.e164)
            for person, numbers in zip(people, phones, strict=True)
            for number in numbers
        ]
        # A look-up is about one number, and those who are alike share what is found here.
        gathered = iter(await gather(self._session, questions, self._now, with_lookups=False) if questions else ())
        return [Kind.of([next(gathered) for _ in of], self._now) for of in phones]
