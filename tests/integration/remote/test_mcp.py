"""A manager's own assistant asks by the Model Context Protocol: the official client against `callwright mcp` and a served API."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent

from tests.fixtures import programs
from tests.integration.remote.conftest import KEY

READING = {
    *("list_campaigns", "campaign_status", "preview_campaign", "plan_campaign_file", "list_calls", "explain_call"),
    *("call_transcript", "find_contacts", "is_suppressed", "usage"),
}
WRITING = {
    *("start_campaign", "pause_campaign", "resume_campaign", "stop_campaign", "apply_campaign_file"),
    *("make_call", "end_call", "suppress_number"),
}


@asynccontextmanager
async def assistant(url: str, folder: Path, *options: str) -> AsyncIterator[ClientSession]:
    command, *arguments = (*programs.CALLWRIGHT, "mcp", "--folder", str(folder), *options)
    environment = {"PATH": os.environ["PATH"], "CALLWRIGHT_API_URL": url, "CALLWRIGHT_API_KEY": KEY}
    told = StdioServerParameters(command=str(command), args=[str(one) for one in arguments], env=environment, cwd=programs.ROOT)
    async with stdio_client(told) as (reads, writes), ClientSession(reads, writes) as session:
        await session.initialize()
        yield session


def said(result: CallToolResult) -> str:
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


def found(result: CallToolResult) -> Any:
    assert not result.isError, said(result)
    return json.loads(said(result))


async def test_it_reads_and_writes_only_when_that_is_allowed(served: str, tmp_path: Path) -> None:
    (tmp_path / "campaign.yaml").write_text("assistant: Nobody\n")
    async with assistant(served, tmp_path) as session:
        assert {tool.name for tool in (await session.list_tools()).tools} == READING
        assert all(tool.annotations and tool.annotations.readOnlyHint for tool in (await session.list_tools()).tools)
        assert found(await session.call_tool("is_suppressed", {"e164": "+12025550168"}))["is_suppressed"] is False
        unknown = await session.call_tool("campaign_status", {"campaign": "Nobody's"})
        assert unknown.isError
        assert 'There is no campaign with the name "Nobody\'s".' in said(unknown)
        wrong = await session.call_tool("plan_campaign_file", {})
        assert "is a required property" in said(wrong)
        outside = await session.call_tool("plan_campaign_file", {"file": "../../etc/passwd"})
        assert "lies outside of the folder" in said(outside)
        (tmp_path / "people.yaml").write_text(
            "assistant: Ada\ncontacts: {list: J, file: ../../etc/passwd}\ncampaign: {name: x, numbers: ['+12025550100']}\n"
        )
        elsewhere = await session.call_tool("plan_campaign_file", {"file": "people.yaml"})
        assert "contacts.file: '../../etc/passwd' lies outside of the folder" in said(elsewhere)
        assert (await session.call_tool("suppress_number", {"e164": "+12025550168", "reason": "x"})).isError
    async with assistant(served, tmp_path, "--allow-writes") as session:
        assert {tool.name for tool in (await session.list_tools()).tools} == READING | WRITING
        assert found(await session.call_tool("is_suppressed", {"e164": "+12025550168"}))["is_suppressed"] is False
        found(await session.call_tool("suppress_number", {"e164": "+12025550168", "reason": "Asked for it."}))
        assert found(await session.call_tool("is_suppressed", {"e164": "+12025550168"}))["is_suppressed"] is True
