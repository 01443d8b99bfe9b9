"""`callwright audit verify` as a process: the exit code says whether the log still says what was written."""

import json

from sqlalchemy import text

from tests.fixtures.api import Api
from tests.integration.audit.test_chain import noted, tampered
from tests.integration.calls.test_control_commands import callwright, environment

__all__ = ["environment"]


async def test_the_command_prints_the_last_links_and_names_what_was_tampered_with(api: Api, environment: dict[str, str]) -> None:
    await noted(api, "first")
    code, link = await callwright(environment, "audit", "verify")
    assert (code, link.startswith(f"{api.workspace_id}:1:")) == (0, True)
    assert (await callwright(environment, "audit", "verify", "--expect", link))[0] == 0
    code, said = await callwright(environment, "audit", "verify", "--json")
    assert (code, json.loads(said)) == (0, {"problems": [], "links": [link]})
    await tampered(api, "update audit_entry set actor = 'nobody'")
    code, said = await callwright(environment, "audit", "verify", "--workspace", str(api.workspace_id))
    async with api.engine.connect() as connection:
        entry_id = await connection.scalar(text("select id from audit_entry"))
    assert code == 1
    assert f"entry 1 ({entry_id}, first, 2026-11-23T15:00:00+00:00): it was changed" in said
