"""The doctor: with everything there it says so, and each thing that is wrong is named with what to do about it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from typer.testing import CliRunner

from control_plane.cli import app
from control_plane.db.models import AgentWorker, Trunk, WebhookEndpoint, Workspace
from control_plane.db.session import Sessions, create_engine, create_sessions
from control_plane.health import service_findings
from control_plane.health.database_findings import DatabaseFindings, apart
from control_plane.health.doctor import look
from control_plane.health.findings import Diagnosis, Finding, as_lines, diagnosis, note, ok, problem
from control_plane.health.service_findings import HEARTBEAT, models, redis, sip
from control_plane.health.surroundings import public_address, storage
from control_plane.kit.clock import SettableClock, SystemClock
from control_plane.kit.ids import new_id
from control_plane.settings import Settings
from tests.fixtures.api import settings_for
from tests.fixtures.services import LiveKitService

NOBODY = "127.0.0.1:1"


class _Answers(BaseHTTPRequestHandler):
    """Answers of an API and of model vendors, by the first part of the path."""

    def do_GET(self) -> None:
        answers: dict[str, tuple[int, Any]] = {
            "/health/live": (200, {"live": True}),
            "/real/models": (200, {"data": []}),
            "/refusing/models": (401, {"error": "no"}),
            "/broken/models": (503, {"error": "no"}),
            "/stand-in/models": (200, {"stand_in": True}),
        }
        status, answer = answers.get(self.path, (404, {}))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def livekit(livekit_alone: LiveKitService) -> LiveKitService:
    """Of these tests alone: at the others' a simulated carrier may wait for calls, as a SIP service does."""
    return livekit_alone


@pytest.fixture
async def sessions(database: str, settings: Settings) -> AsyncIterator[Sessions]:
    engine = create_engine(database)
    yield create_sessions(engine, settings.number_secret)
    await engine.dispose()


@pytest.fixture
def rows(settings: Settings, sessions: Sessions) -> DatabaseFindings:
    return DatabaseFindings(settings, sessions, SystemClock())


def shown(finding: Finding) -> tuple[str, str]:
    assert (finding.state == "problem") <= bool(finding.advice), "a problem says what to do"
    return finding.state, f"{finding.detail} {finding.advice}".strip()


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        ("", "note", "embedded: for trials and one machine"),
        ("update alembic_version set version_num = '0001'", "problem", "Run `callwright migrate`."),
        ("update alembic_version set version_num = '9999'", "problem", "Run the newer program."),
        ("drop table alembic_version", "problem", "The database has no tables yet. Run `callwright migrate`."),
        (
            "insert into installation (id, number_key) values (1, 'another') on conflict (id) do update set number_key = 'another'",
            "problem",
            "Set CALLWRIGHT_NUMBER_HASH_KEY",
        ),
    ],
)
async def test_the_database_is_there_and_as_new_as_the_program(
    sessions: Sessions, rows: DatabaseFindings, change: str, state: str, said: str
) -> None:
    if change:
        async with sessions.begin() as session:
            await session.execute(text(change))
    found = shown(await rows.server())
    assert found[0] == state
    assert said in found[1]


async def test_a_database_that_is_away_is_a_problem_and_the_rest_is_looked_at(settings: Settings, tmp_path: Path) -> None:
    away = settings_for(f"postgresql+psycopg://u:p@{NOBODY}/x", tmp_path)
    found = await look(away)
    states = {finding.name: finding.state for finding in found.findings}
    assert not found.healthy
    assert {name: states[name] for name in ("postgresql", "redis", "livekit", "sip", "models", "storage")} == {
        "postgresql": "problem",
        "redis": "problem",
        "livekit": "problem",
        "sip": "problem",
        "models": states["models"],
        "storage": "ok",
    }
    assert ("trunks" in states, states["rows"]) == (False, "note")


async def test_redis_its_memory_its_clock_and_the_task_worker(settings: Settings, redis_url: str, tmp_path: Path) -> None:
    there = settings_for(settings.database_url, tmp_path, redis_url=redis_url)
    client = Redis.from_url(redis_url)
    try:
        keeps, time, worker = await redis(there, SystemClock())
        assert (keeps.state, time.state, worker.state) == ("ok", "ok", "problem")
        assert "callwright task-worker" in shown(worker)[1]
        await client.set(HEARTBEAT, "1", ex=60)
        assert [finding.state for finding in await redis(there, SystemClock())] == ["ok", "ok", "ok"]
        _, time, _ = await redis(there, SettableClock(datetime.now(UTC) - timedelta(hours=1)))
        assert shown(time)[0] == "problem"
        await client.config_set("maxmemory-policy", "allkeys-lru")
        await client.config_set("maxmemory", "500mb")
        keeps, *_ = await redis(there, SystemClock())
        assert "Set its maxmemory-policy to noeviction." in shown(keeps)[1]
    finally:
        await client.config_set("maxmemory", "0")
        await client.config_set("maxmemory-policy", "noeviction")
        await client.aclose()
    password = redis_url.replace("redis://:", "redis://:not-", 1)
    (refused,) = await redis(settings_for(settings.database_url, tmp_path, redis_url=password), SystemClock())
    assert "refuses the password" in shown(refused)[1]


async def test_livekit_and_its_sip_service(settings: Settings, livekit: LiveKitService, tmp_path: Path) -> None:
    told = {"livekit_url": livekit.url, "livekit_api_key": livekit.key, "redis_url": livekit.redis_url}
    there = settings_for(settings.database_url, tmp_path, livekit_api_secret=livekit.secret, **told)
    assert (await service_findings.livekit(there)).state == "ok"
    wrong = settings_for(settings.database_url, tmp_path, livekit_api_secret="x" * 40, **told)
    assert "refuses the key" in shown(await service_findings.livekit(wrong))[1]
    assert shown(await sip(wrong, frozenset()))[0] == "problem"
    assert "has lost 1 trunk that" in shown(await sip(there, frozenset({"ST_gone"})))[1]
    assert "Start livekit-sip" in shown(await sip(there, frozenset()))[1]
    told["redis_url"] = f"redis://{NOBODY}/0"
    elsewhere = settings_for(settings.database_url, tmp_path, livekit_api_secret=livekit.secret, **told)
    assert (await sip(elsewhere, None)).state == "note"
    client = Redis.from_url(livekit.redis_url)
    bus = client.pubsub()
    try:
        await bus.subscribe("SIPInternal|CreateSIPParticipant|REQ")
        async with asyncio.timeout(30):
            assert await bus.get_message(timeout=30)
        assert shown(await sip(there, frozenset())) == ("ok", "A SIP service waits for calls.")
    finally:
        await bus.aclose()
        await client.aclose()


async def test_where_everything_is_there_nothing_is_a_problem(
    database: str, sessions: Sessions, livekit: LiveKitService, web: str, tmp_path: Path
) -> None:
    redis_url = livekit.redis_url
    told = {"livekit_url": livekit.url, "livekit_api_key": livekit.key, "livekit_api_secret": livekit.secret, "redis_url": redis_url}
    told |= {"models_base_url": f"http://{web}/real", "openai_api_key": "sk", "public_url": "http://127.0.0.1:8000"}
    async with sessions.begin() as session:
        now = await session.scalar(text("select now()"))
        session.add(AgentWorker(id="w1", slots=4, heartbeat_at=now, draining=False, registered=True, load=0.0, calls=[]))
    client = Redis.from_url(redis_url)
    bus = client.pubsub()
    try:
        await client.set(HEARTBEAT, "1", ex=60)
        await bus.subscribe("SIPInternal|CreateSIPParticipant|REQ")
        async with asyncio.timeout(30):
            assert await bus.get_message(timeout=30)
        found = await look(settings_for(database, tmp_path, **told))
    finally:
        await bus.aclose()
        await client.aclose()
    assert found.healthy, as_lines(found)
    # A rehearsal is told so; nothing else is to be noted but that there is no trunk yet.
    assert {finding.name for finding in found.findings if finding.state == "note"} == {"postgresql", "public_url", "carrier", "trunks"}


@pytest.mark.parametrize(
    ("vendor", "key", "state", "said"),
    [
        ("real", "sk", "ok", "Real models answer."),
        ("refusing", "sk", "problem", "refuses OPENAI_API_KEY"),
        ("refusing", "", "note", "no OPENAI_API_KEY is set here"),
        ("broken", "sk", "problem", "answers 503"),
        ("stand-in", "", "note", "STAND-IN"),
        ("", "sk", "problem", "cannot be reached"),
    ],
)
async def test_models(web: str, tmp_path: Path, vendor: str, key: str, state: str, said: str) -> None:
    url = f"http://{web}/{vendor}" if vendor else f"http://{NOBODY}"
    found = shown(await models(settings_for("postgresql://u@h/x", tmp_path, models_base_url=url, openai_api_key=key)))
    assert found[0] == state
    assert said in found[1]


@pytest.mark.parametrize(
    ("url", "rehearsal", "state", "said"),
    [
        ("http://127.0.0.1:8000", True, "note", "For rehearsals that suffices."),
        ("http://localhost:8000", False, "problem", "Set CALLWRIGHT_PUBLIC_URL."),
        ("http://0.0.0.0:{port}", False, "problem", "is not encrypted"),
        ("http://0.0.0.0:{port}/elsewhere", False, "problem", "is not this API"),
        ("http://0.0.0.0:1", False, "problem", "Nobody answers"),
    ],
)
async def test_the_public_address(web: str, tmp_path: Path, url: str, rehearsal: bool, state: str, said: str) -> None:
    public_url = url.format(port=web.rpartition(":")[2])
    found = shown(await public_address(settings_for("postgresql://u@h/x", tmp_path, public_url=public_url, rehearsal=rehearsal)))
    assert found[0] == state
    assert said in found[1]


async def test_storage_is_written_read_and_left_as_it_was(tmp_path: Path) -> None:
    assert (await storage(settings_for("postgresql://u@h/x", tmp_path))).state == "ok"
    assert [path for path in (tmp_path / "storage").rglob("*") if path.is_file()] == []
    (tmp_path / "file").write_text("")
    in_the_way = settings_for("postgresql://u@h/x", tmp_path, storage_url=(tmp_path / "file" / "storage").as_uri())
    assert "CALLWRIGHT_STORAGE_URL" in shown(await storage(in_the_way))[1]


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (4, "ok"), (30, "problem"), (-30, "problem")])
def test_clocks_that_are_apart(seconds: int, state: str) -> None:
    before = datetime(2026, 11, 23, 15, tzinfo=UTC)
    found = apart("clock", "the database", before + timedelta(seconds=seconds), before, before + timedelta(seconds=1))
    assert shown(found)[0] == state


async def test_trunks_and_endpoints_are_judged_over_all_workspaces(sessions: Sessions, rows: DatabaseFindings) -> None:
    assert [shown(finding)[0] for finding in await rows.trunks()] == ["note"]
    assert shown(await rows.endpoints()) == ("ok", "Nobody has asked to be told.")
    trunk = {"provider": "generic", "is_rehearsal": False, "address": "sip.example.com"}
    async with sessions.begin() as session:
        workspace = Workspace(id=new_id(), name="Acme")
        session.add(workspace)
        await session.flush()
        session.add(Trunk(workspace_id=workspace.id, name="Good", sync_state="synced", **trunk))
        session.add(Trunk(workspace_id=workspace.id, name="Bad\x1b[2J", sync_state="failed", sync_error="LiveKit refused it.", **trunk))
        session.add(Trunk(workspace_id=workspace.id, name="Held", sync_state="synced", paused_reason="Fraud.", **trunk))
        session.add(
            WebhookEndpoint(workspace_id=workspace.id, url="https://a.example.com/", events=[], secret_sealed="x", state="disabled")
        )
    found = await rows.trunks()
    assert [(each.name, each.state) for each in found] == [
        ("trunks", "ok"),
        ("trunk Bad\x1b[2J", "problem"),
        ("trunk Held", "problem"),
    ]
    assert "callwright trunks sync" in shown(found[1])[1]
    assert "\x1b" not in as_lines(diagnosis(found))
    assert "callwright webhooks replay --failed" in shown(await rows.endpoints())[1]


def test_the_command_prints_lines_or_json_and_ends_with_1(database: str, redis_url: str, livekit: LiveKitService, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path)
    told = {
        "CALLWRIGHT_DATABASE_URL": database,
        **livekit.env,
        "CALLWRIGHT_REDIS_URL": redis_url,
        "CALLWRIGHT_ENCRYPTION_KEY": settings.encryption_key,
        "CALLWRIGHT_STORAGE_URL": settings.storage_url,
        "CALLWRIGHT_REHEARSAL": "1",
        "OPENAI_BASE_URL": f"http://{NOBODY}/v1",
    }
    said = CliRunner().invoke(app, ["doctor"], env=told)
    assert said.exit_code == 1, said.output
    assert "PROBLEM  agent_workers" in said.output
    assert "ok       livekit" in said.output
    found = json.loads(CliRunner().invoke(app, ["doctor", "--json"], env=told).output)
    assert found["healthy"] is False
    names = [each["name"] for each in found["findings"]]
    assert names == [
        *("postgresql", "redis", "clock_of_redis", "task_worker", "livekit", "sip", "models", "public_url", "storage", "carrier"),
        *("clock", "trunks", "webhook_endpoints", "knowledge", "agent_workers", "invariants"),
    ]
    unset = CliRunner().invoke(app, ["doctor", "--url", f"http://{NOBODY}"], env=told)
    assert unset.exit_code == 78
    assert "No Callwright API answers" in unset.output


def test_a_diagnosis_without_problems_is_healthy() -> None:
    assert diagnosis([ok("a", "Fine."), note("b", "Known.")]) == Diagnosis(True, [ok("a", "Fine."), note("b", "Known.")])
    sick = diagnosis([ok("redis", "Fine."), problem("storage", "Full.", "Make room.")])
    assert not sick.healthy
    assert as_lines(sick) == "ok       redis    Fine.\nPROBLEM  storage  Full. Make room."
