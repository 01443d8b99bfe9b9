"""Rows that are locked and written by plain statements are the session's own, as if it had loaded and flushed them itself."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from control_plane.db.models import Enrollment, Workspace
from control_plane.db.rows import Rows
from control_plane.db.session import Sessions, create_engine, create_sessions
from tests.factories import rows

ENROLLMENTS = Rows(Enrollment, key_share=True)
LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[Sessions]:
    engine: AsyncEngine = create_engine(database)
    yield create_sessions(engine, "key")
    await engine.dispose()


async def made(sessions: Sessions) -> uuid.UUID:
    async with sessions.begin() as session:
        return (await rows.enrollment(session, await rows.world(session), "+12025550101")).id


async def locked(session: AsyncSession, enrollment_id: uuid.UUID) -> Enrollment:
    row = await ENROLLMENTS.lock(session, enrollment_id)
    assert row is not None
    return row


async def test_a_locked_row_is_as_the_session_itself_would_have_loaded_it(sessions: Sessions) -> None:
    enrollment_id = await made(sessions)
    async with sessions() as session, sessions() as other:
        row, loaded = await locked(session, enrollment_id), await other.get_one(Enrollment, enrollment_id)
        names = [column.name for column in Enrollment.__table__.columns]
        assert [getattr(row, name) for name in names] == [getattr(loaded, name) for name in names]
        assert await session.get_one(Enrollment, enrollment_id) is row
        assert row not in session.dirty
        assert await ENROLLMENTS.lock(session, uuid.uuid4()) is None


async def test_a_locked_row_is_kept_from_others_who_would_change_it(sessions: Sessions, database: str) -> None:
    enrollment_id = await made(sessions)
    with psycopg.connect(database.replace("+psycopg", "", 1)) as other:
        async with sessions() as session:
            await locked(session, enrollment_id)
            assert other.execute("select id from enrollment for update skip locked").fetchall() == []
            assert other.execute("select id from enrollment for key share skip locked").fetchall() == [(enrollment_id,)]


async def test_what_was_changed_is_written_and_nothing_else_that_the_session_has(sessions: Sessions) -> None:
    enrollment_id = await made(sessions)
    async with sessions.begin() as session:
        row = await locked(session, enrollment_id)
        before = row.updated_at
        workspace = await session.get_one(Workspace, row.workspace_id)
        workspace.name = "not yet"
        row.due_at, row.attempts_by_result, row.waiting_reasons = LATER, {"busy": 1}, ["So it is."]
        row.state = "waiting"
        await ENROLLMENTS.write(session, row)
        assert list(session.dirty) == [workspace]
        row.attempts = 2
    async with sessions() as session:
        found = await session.get_one(Enrollment, enrollment_id)
        assert (found.due_at, found.attempts_by_result, found.waiting_reasons, found.attempts) == (LATER, {"busy": 1}, ["So it is."], 2)
        assert found.updated_at > before
        assert (await session.get_one(Workspace, found.workspace_id)).name == "not yet"


async def test_a_row_that_the_session_has_is_read_anew_when_it_is_locked(sessions: Sessions) -> None:
    enrollment_id = await made(sessions)
    async with sessions() as session:
        early = await session.get_one(Enrollment, enrollment_id)
        async with sessions.begin() as other:
            (await other.get_one(Enrollment, enrollment_id)).attempts = 3
        assert await locked(session, enrollment_id) is early
        assert early.attempts == 3


async def test_what_was_written_is_taken_back_with_the_transaction(sessions: Sessions) -> None:
    enrollment_id = await made(sessions)
    async with sessions() as session:
        row = await locked(session, enrollment_id)
        row.attempts = 5
        await ENROLLMENTS.write(session, row)
        await session.rollback()
        await session.refresh(row)
        assert row.attempts == 0


async def test_a_row_that_is_new_is_written_by_the_session(sessions: Sessions) -> None:
    async with sessions() as session:
        world = await rows.world(session)
        person = await rows.contact(session, world, "+12025550102")
        row = Enrollment(workspace_id=world.workspace.id, campaign_id=world.campaign.id, contact_id=person.id, due_at=LATER)
        session.add(row)
        await ENROLLMENTS.write(session, row)
        assert row not in session.new
