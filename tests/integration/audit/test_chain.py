"""The audit log is chained by hash when transactions commit; it cannot be changed, and whoever does it all the same is found out."""

import asyncio
import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from control_plane.audit.commands import examine
from control_plane.audit.repository import AuditRepository, Head
from control_plane.audit.service import record
from control_plane.db.unit import open_unit
from tests.fixtures.api import Api


async def noted(api: Api, action: str, workspace_id: uuid.UUID | None = None, entries: int = 1) -> None:
    async with open_unit(api.sessions, api.queue, api.clock, actor="system") as unit:
        for _ in range(entries):
            record(unit, workspace_id or api.workspace_id, action, "thing", None, None, {"e164": "+12025550101", "é": 1.50})


async def _verify(api: Api, *expected: Head) -> tuple[list[str], list[Head]]:
    async with open_unit(api.sessions, api.queue, api.clock, actor="system") as unit:
        return await examine(unit, None, list(expected))


async def tampered(api: Api, statement: str) -> None:
    """As somebody who owns the database could."""
    async with api.engine.begin() as connection:
        await connection.execute(text("alter table audit_entry disable trigger user"))
        await connection.execute(text(statement))
        await connection.execute(text("alter table audit_entry enable trigger user"))


async def test_entries_of_many_transactions_at_once_make_one_chain_per_workspace(api: Api) -> None:
    await asyncio.gather(
        *(noted(api, f"a{i}", entries=1 + i % 3) for i in range(10)), *(noted(api, "b", api.other_workspace_id) for _ in "123")
    )
    problems, heads = await _verify(api)
    assert problems == []
    assert {head.workspace_id: head.seq for head in heads} == {api.workspace_id: 19, api.other_workspace_id: 3}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update audit_entry set actor = 'nobody' where action = 'second'", "second, 2026-11-23T15:00:00+00:00): it was changed"),
        ("update audit_entry set after = '{}' where action = 'second'", "): what it says was changed"),
        ("delete from audit_entry where action = 'second'", "third, 2026-11-23T15:00:00+00:00): an entry before it is missing"),
        ("update audit_entry set hash = 'x' where action = 'second'", "it was changed"),
        ("update audit_entry set redacted_at = null, salt = 'x' where action = 'second'", "what it says was changed"),
    ],
)
async def test_verify_names_the_entry_that_was_tampered_with(api: Api, statement: str, words: str) -> None:
    for action in ("first", "second", "third"):
        await noted(api, action)
    await tampered(api, statement)
    problems, _ = await _verify(api)
    assert any(words in problem for problem in problems), problems


async def test_an_end_that_was_cut_off_shows_against_a_link_noted_earlier(api: Api) -> None:
    await noted(api, "first")
    await noted(api, "second")
    _, (head,) = await _verify(api)
    await tampered(api, "delete from audit_entry where action = 'second'")
    assert (await _verify(api))[0] == []
    assert (await _verify(api, head))[0] == [f"workspace {api.workspace_id}: the entry 2 noted earlier is gone or was changed"]


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set actor = 'nobody'",
        "update audit_entry set after = '{}'",
        "update audit_entry set hash = 'x', seq = 7",
        "delete from audit_entry",
        "truncate audit_entry",
    ],
)
async def test_in_normal_operation_entries_can_be_neither_changed_nor_deleted(api: Api, statement: str) -> None:
    await noted(api, "first")
    with pytest.raises(IntegrityError, match="append-only"):
        async with api.engine.begin() as connection:
            await connection.execute(text(statement))


async def test_personal_content_can_be_taken_out_and_the_chain_holds(api: Api) -> None:
    await noted(api, "first")
    await noted(api, "second")
    async with open_unit(api.sessions, api.queue, api.clock, actor="system") as unit:
        assert await AuditRepository(unit.session).redact(api.workspace_id, [], ["+12025550101"], unit.now) == 2
    assert (await _verify(api))[0] == []
    items = (await api.manager.get("/audit")).json()["items"]
    assert [(item["after"], item["seq"], item["redacted_at"]) for item in items] == [(None, n, "2026-11-23T15:00:00Z") for n in (2, 1)]
