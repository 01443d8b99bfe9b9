"""Health, metrics and the description of the API, over HTTP and without a key."""

from datetime import timedelta

from sqlalchemy import text

from control_plane.db.models import AgentWorker
from tests.fixtures.api import Api


async def test_live_needs_nothing_and_ready_has_a_line_per_dependency(api: Api) -> None:
    async with api.client(base="") as nobody:
        assert (await nobody.get("/health/live")).status_code == 200
        answer = await nobody.get("/health/ready")
    lines = {line["name"]: line for line in answer.json()["dependencies"]}
    assert answer.status_code == 503
    assert list(lines) == ["postgresql", "redis", "livekit", "carrier", "agent_workers", "models", "invariants"]
    assert {name: line["ok"] for name, line in lines.items()} | {"models": None} == {
        "postgresql": True,
        "redis": False,
        "livekit": False,
        "carrier": True,
        "agent_workers": False,
        "models": None,
        "invariants": True,
    }
    assert lines["carrier"]["detail"].startswith("SIMULATED")


async def test_metrics_tell_wanted_workers_slots_and_live_calls(api: Api) -> None:
    async with api.sessions.begin() as session:
        # Metrics go by the database's clock.
        now = await session.scalar(text("select now()"))
        beat = {"draining": False, "registered": True, "load": 0.0, "calls": []}
        session.add(AgentWorker(id="w1", slots=4, heartbeat_at=now, **beat))
        session.add(AgentWorker(id="w2", slots=4, heartbeat_at=now - timedelta(minutes=5), **beat))
    async with api.client(base="") as nobody:
        answer = await nobody.get("/metrics")
    figures = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert answer.status_code == 200
    assert float(figures["callwright_agent_slots"]) == 4
    assert float(figures["callwright_wanted_agent_workers"]) == 0
    assert any(name.startswith("callwright_calls_live") for name in figures)


async def test_the_description_is_openapi_3_1_and_tells_errors_as_they_are(api: Api) -> None:
    async with api.client(base="") as nobody:
        described = (await nobody.get("/openapi.json")).json()
    create = described["paths"]["/api/v1/assistants"]["post"]
    assert described["openapi"].startswith("3.1")
    assert create["responses"]["400"]["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert set(described["components"]["schemas"]["Problem"]["properties"]) >= {"type", "title", "status", "detail", "code", "errors"}
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_the_page_fetches_nothing_from_outside(api: Api) -> None:
    async with api.client(base="") as nobody:
        page = await nobody.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "default-src 'none'" in page.text


async def test_unknown_addresses_methods_and_large_bodies_are_problems(api: Api) -> None:
    large = {"name": "x", "system_prompt": "y" * 1_100_000}
    for answer, status, code in (
        (await api.owner.get("/nothing"), 404, "not_found"),
        (await api.owner.put("/trunks"), 405, "method_not_allowed"),
        (await api.owner.post("/assistants", json=large), 413, "too_large"),
        (await api.owner.post("/assistants", content=b"{"), 400, "invalid"),
        (await api.owner.get("/trunks/not-an-id"), 404, "not_found"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
