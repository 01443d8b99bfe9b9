"""Requests that schemathesis makes up from `/openapi.json`, judged by all of its checks: the server never fails, accepts what it describes,
refuses what it does not, answers in the shapes and statuses that it announces, asks for a key everywhere, and names its methods.

Few examples per operation and the same on every run; `make fuzz` is the long form.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from control_plane.settings import Settings
from tests.fixtures.api import open_api
from tests.fuzz.run import Shape, fuzz
from tests.fuzz.serving import served
from tests.integration.api.belongings import belongings

SHORT = Shape(examples=1, phases=("fuzzing",), options=("--no-shrink",))
"""The examples are compared with their types in test_description."""


@pytest.mark.timeout(900)
async def test_schemathesis_finds_nothing_with_all_its_checks(
    engine: AsyncEngine, settings: Settings, redis_url: str, tmp_path: Path
) -> None:
    unlimited = replace(settings, redis_url=redis_url, rate_limit_per_minute=0, call_starts_per_minute=0)
    async with open_api(engine, unlimited) as api, served(api.app) as url:
        code, said = await fuzz(url, "cw_owner", (await belongings(api, api.owner)).ids, tmp_path / "schemathesis", SHORT)
    assert code == 0, said
