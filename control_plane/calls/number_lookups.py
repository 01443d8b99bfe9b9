"""What the gate knows of numbers by look-ups at the carrier. Nothing is asked of anybody here: what is lacking is written down, and
`carriers.lookup_tasks` asks. A workspace that has switched nothing on costs nothing."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.number_lookup_repository import NumberLookupRepository, Wish
from control_plane.db.models import Campaign, Trunk, Workspace
from control_plane.domain.destinations import destination
from control_plane.domain.facts import Facts
from control_plane.domain.number_lookup import Known, LookupSettings, lacking
from control_plane.domain.rules import Rules

_NOTHING = Known()


class Asking(Protocol):
    """A question to the gate."""

    @property
    def workspace(self) -> Workspace: ...
    @property
    def trunk(self) -> Trunk: ...
    @property
    def e164(self) -> str: ...
    @property
    def campaign(self) -> Campaign | None: ...
    @property
    def counted_call_id(self) -> uuid.UUID | None: ...


async def known_by_lookup(session: AsyncSession, questions: Sequence[Asking], now: datetime) -> dict[int, dict[str, Any]]:
    """Fields of `Facts` by the question's place, for those whose workspace has numbers looked up. Rehearsals reach nobody's number."""
    places = [i for i, q in enumerate(questions) if q.workspace.number_lookups and not q.trunk.is_rehearsal]
    if not places:
        return {}
    settings = {q.workspace.id: LookupSettings.from_plain(q.workspace.number_lookups or {}) for i in places if (q := questions[i])}
    known = await NumberLookupRepository(session).known(list({(questions[i].workspace.id, questions[i].e164) for i in places}))
    found = {}
    for i in places:
        q = questions[i]
        of_workspace, row = settings[q.workspace.id], known.get((q.workspace.id, q.e164), _NOTHING)
        found[i] = _at_last_gate(row) if q.counted_call_id is not None else _before(row, of_workspace, q, now)
    return found


def _before(row: Known, settings: LookupSettings, q: Asking, now: datetime) -> dict[str, Any]:
    kinds = settings.kinds_for(str(q.campaign.id) if q.campaign is not None else None, destination(q.e164).country)
    return row.facts(kinds, now - settings.max_age)


def _at_last_gate(row: Known) -> dict[str, Any]:
    """The claim has seen to it that what is needed is known; here only its content counts, not that it has grown old since."""
    return row.facts((), None)


@lru_cache(maxsize=1024)
def without_lookups(rules: Rules) -> Rules:
    """The rules for who asks about many numbers at once, of which none is looked up. The same for the same, since rules serve as keys."""
    return replace(rules, line_types=()) if rules.line_types else rules


async def wish_for_lookups(session: AsyncSession, waiting: Iterable[tuple[uuid.UUID, Facts, Rules]], now: datetime) -> None:
    """Write down what is lacking of each: the workspace, the facts of one number and the rules that bind the call."""
    wishes = [Wish(workspace_id, facts.e164, lack) for workspace_id, facts, rules in waiting if (lack := lacking(facts, now, rules))]
    if wishes:
        await NumberLookupRepository(session).wish(wishes, now)
