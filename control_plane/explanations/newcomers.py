"""The gate's first word on whom a campaign has just taken in: whoever may never be called is closed at once with the verdict, and not only
when they fall due, so that a campaign shows from its start whom it will not reach. It is asked as for a preview, once about all who are
alike; only those who are closed are then looked at one by one. What is not finished here the claims do.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from control_plane.calls.gate import Answer, ask_all, verdict_columns
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.campaigns.enrollments import Closing, Enrollments
from control_plane.db.models import Campaign, Trunk, Workspace
from control_plane.db.session import number_hash
from control_plane.db.unit import Unit
from control_plane.dialer.claim_repository import ClaimRepository
from control_plane.domain.decision import Never, Stage, ends_as
from control_plane.explanations.alike import Person
from control_plane.explanations.kinds import Kinds, question
from control_plane.explanations.preview_history import Kind
from control_plane.explanations.preview_repository import PreviewRepository

AT_ONCE = 250
"""People per transaction: claims pass over those who are being looked at."""


async def judge_some(unit: Unit, campaign_id: uuid.UUID, after: uuid.UUID, known: dict[object, Kind]) -> uuid.UUID | None:
    """Judge the next newcomers behind the contact `after`; the last of them, or None when there is nobody left to judge. `known`: what was
    found out about the former."""
    campaign = await unit.session.get(Campaign, campaign_id)
    callers = (await ClaimRepository(unit.session).callers([campaign_id])).get(campaign_id, [])
    # Rehearsals have rules of their own; where a campaign has trunks of both kinds, only the choice of the caller says which bind.
    if campaign is None or campaign.execution_status != "running" or len({trunk.is_rehearsal for _, trunk in callers}) != 1:
        return None
    if campaign.starts_at is not None and campaign.starts_at > unit.now:
        # Consents and settings may still come before its first day; the claims ask then.
        return None
    rows = PreviewRepository(unit.session, campaign_id, (), (), unit.now)
    people = await rows.newly_enrolled(after, AT_ONCE)
    if not people:
        return None
    workspace = await LookupRepository(unit.session, campaign.workspace_id).workspace()
    trunk = callers[0][1]
    kinds = Kinds(unit.session, workspace, campaign, trunk, unit.now, known)
    alike = await kinds.of(people, await _erased(unit, rows, workspace, people))
    hopeless = [person for kind, of_kind in alike if isinstance(kind.decision, Never) for person in of_kind]
    if hopeless:
        await _close(unit, rows, workspace, campaign, trunk, hopeless)
    return people[-1].id


async def _erased(unit: Unit, rows: PreviewRepository, workspace: Workspace, people: Sequence[Person]) -> dict[str, str]:
    """Which of the people's numbers are suppressed by their hash, and why."""
    if not await rows.has_erased(workspace.id):
        return {}
    hashes = {e164: number_hash(unit.session, workspace.id, e164) for person in people for e164 in person.e164s}
    gone = await rows.erased(workspace.id, list(hashes.values()))
    return {e164: gone[hashed] for e164, hashed in hashes.items() if hashed in gone}


async def _close(
    unit: Unit, rows: PreviewRepository, workspace: Workspace, campaign: Campaign, trunk: Trunk, hopeless: Sequence[Person]
) -> None:
    """Of each the gate is asked again, as they are now that nobody else can change their row; that verdict is kept."""
    waiting = await Enrollments(unit).lock_waiting(campaign.id, [person.id for person in hopeless])
    people = await rows.these(list(waiting)) if waiting else []
    numbers = {person.id: person.e164s for person in people}
    asked = [(p, question(workspace, trunk, campaign, p, phone.e164)) for p in people for phone in p.phones]
    answers = await ask_all(unit.session, [q for _, q in asked], unit.now) if asked else []
    of_contact: dict[uuid.UUID, list[Answer]] = {}
    for (person, _), answer in zip(asked, answers, strict=True):
        of_contact.setdefault(person.id, []).append(answer)
    verdicts: list[dict[str, Any]] = []
    closings: list[Closing] = []
    for contact_id, enrollment_id in waiting.items():
        mine = of_contact.get(contact_id, [])
        decisions = [answer.decision for answer in mine]
        if all(isinstance(decision, Never) for decision in decisions):
            verdicts += [verdict_columns(answer, unit.now, enrollment_id, Stage.PLANNING) for answer in mine]
            closings.append(Closing(enrollment_id, campaign.id, *ends_as(decisions), numbers.get(contact_id, [])))
    await ClaimRepository(unit.session).write([], verdicts, [])
    await Enrollments(unit).close_all(closings)
