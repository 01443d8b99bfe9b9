"""Makes rows that belong together: a workspace, an assistant, a rehearsal trunk, contacts, a running campaign."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    AgentWorker,
    Assistant,
    AssistantVersion,
    Campaign,
    CampaignNumber,
    Contact,
    ContactPhone,
    Enrollment,
    Number,
    Trunk,
    Workspace,
)
from control_plane.kit.ids import new_id

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CONFIG = {"system_prompt": "You are helpful.", "first_message": "Hello {name}.", "tools": ["end_call"], "outcome_labels": ["interested"]}


@dataclass(frozen=True, slots=True)
class World:
    """One workspace with a campaign that runs on a rehearsal trunk."""

    workspace: Workspace
    assistant: Assistant
    version: AssistantVersion
    trunk: Trunk
    number: Number
    campaign: Campaign


async def world(session: AsyncSession, *, calls_per_second: float = 100, lines: int = 100, **campaign: Any) -> World:
    """A world whose campaign is running; further arguments are columns of the campaign."""
    workspace = Workspace(id=new_id(), name="Acme")
    session.add(workspace)
    await session.flush()
    assistant = Assistant(id=new_id(), workspace_id=workspace.id, name="Robin", config=CONFIG)
    session.add(assistant)
    await session.flush()
    version = AssistantVersion(id=new_id(), workspace_id=workspace.id, assistant_id=assistant.id, number=1, name="Robin", config=CONFIG)
    session.add(version)
    await session.flush()
    assistant.published_version_id = version.id
    trunk = Trunk(
        id=new_id(),
        workspace_id=workspace.id,
        name="rehearsal",
        provider="rehearsal",
        is_rehearsal=True,
        address="127.0.0.1",
        calls_per_second=Decimal(str(calls_per_second)),
        max_concurrent_calls=lines,
        livekit_outbound_trunk_id="ST_test",
        sync_state="synced",
    )
    session.add(trunk)
    await session.flush()
    number = Number(id=new_id(), workspace_id=workspace.id, trunk_id=trunk.id, is_rehearsal=True, e164="+12025550199")
    columns = {
        "name": "Autumn",
        "execution_status": "running",
        "rule_pack": "rehearsal",
        "attempts": {"max_total": 2},
        "ring_timeout_s": 15,
    }
    row = Campaign(
        id=new_id(), workspace_id=workspace.id, assistant_id=assistant.id, assistant_version_id=version.id, **(columns | campaign)
    )
    session.add_all([number, row])
    await session.flush()
    session.add(CampaignNumber(campaign_id=row.id, number_id=number.id))
    await session.flush()
    return World(workspace, assistant, version, trunk, number, row)


async def contact(session: AsyncSession, of: World, *e164: str, name: str = "Sam Miller", **columns: Any) -> Contact:
    phones = [ContactPhone(workspace_id=of.workspace.id, e164=number, priority=i) for i, number in enumerate(e164)]
    row = Contact(id=new_id(), workspace_id=of.workspace.id, name=name, phones=phones, attributes=columns.pop("attributes", {}), **columns)
    session.add(row)
    await session.flush()
    return row


async def enrollment(session: AsyncSession, of: World, *e164: str, due_at: datetime | None = None, **columns: Any) -> Enrollment:
    """A new contact with these numbers, waiting in the world's campaign."""
    return await enroll(session, of, await contact(session, of, *e164), due_at=due_at, **columns)


async def enroll(session: AsyncSession, of: World, person: Contact, *, due_at: datetime | None = None, **columns: Any) -> Enrollment:
    """A contact who is there, waiting in the world's campaign."""
    due = due_at or datetime(2026, 1, 1, tzinfo=UTC)
    row = Enrollment(id=new_id(), workspace_id=of.workspace.id, campaign_id=of.campaign.id, contact_id=person.id, due_at=due, **columns)
    session.add(row)
    await session.flush()
    return row


async def agent_worker(session: AsyncSession, *, slots: int = 4, heartbeat_at: datetime, worker_id: str = "worker-1") -> AgentWorker:
    row = AgentWorker(id=worker_id, slots=slots, draining=False, registered=True, load=0.0, calls=[], heartbeat_at=heartbeat_at)
    session.add(row)
    await session.flush()
    return row
