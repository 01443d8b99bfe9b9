"""Whatever changes something over the API leaves its line in the audit trail: every writing route is asked, with what its example says."""

from typing import Any

from sqlalchemy import func, select

from control_plane.db.models import AuditEntry
from tests.fixtures.api import Api
from tests.integration.api.belongings import EVERY_DAY, Belongings, belongings

CHANGES_NOTHING = {
    # Shows what would be, or gives a token, or says it again to somebody else: nothing of the workspace is another afterwards.
    "POST /auth/token",
    "POST /campaigns/preview",
    "POST /campaigns/{campaign_id}/preview",
    "POST /contact-lists/imports/compare",
    "POST /contact-lists/{list_id}/imports/preview",
}


NOT_REACHED = 30
"""So many routes may be refused at most: of two things that exclude each other, one."""
LAST = ("/archive", "/erase", "/erasures", "/legal-holds", "/halt")
CAMPAIGN = ("/start", "/contacts", "/pause", "/resume", "/stop")
QUERIES = {
    "POST /suppressions/imports": {"source": "us_national", "list_date": "2026-11-01"},
    "POST /appointments/imports": {"assistant_id": "{assistant_id}"},
}


BODIES = {
    "POST /calendars": {"name": "Second visits", "weekly": EVERY_DAY},
    # The example's number is a real one; the workspace's first trunk is for rehearsals.
    "POST /numbers": {"e164": "+12025550177", "trunk_id": ""},
    # The example shows what the two kinds of each have, which no single one has.
    "POST /follow-ups": {"contact_id": "", "reason": "Sounded desperate.", "assistant_id": ""},
    "POST /tools": {"name": "note_order", "description": "Note the order.", "url": "https://tools.example.com/orders"},
}


async def test_every_route_that_changes_something_leaves_a_trail(api: Api) -> None:
    mine = await belongings(api, api.owner)
    description = (await api.owner.get("http://api.test/openapi.json")).json()
    silent, refused = [], []
    for method, path, operation in sorted(_writing(description), key=_turn):
        name, before = f"{method} {path}", await _entries(api)
        answer = await _ask(api, mine, method, path, operation)
        if answer.status_code >= 300:
            refused.append(f"{name} {answer.status_code} {answer.json()['detail']}")
        elif await _entries(api) == before:
            silent.append(name)
    assert set(silent) - CHANGES_NOTHING == set()
    assert len(refused) <= NOT_REACHED, refused


def _writing(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path.removeprefix("/api/v1"), operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if method != "get" and path.startswith("/api/v1")
    ]


def _turn(route: tuple[str, str, Any]) -> tuple[int, int, str]:
    """First what makes things, then what changes them, then what can be done with them, what ends them last: parts before the whole."""
    method, path, _ = route
    if path.endswith(LAST) or method == "DELETE":
        return 4 + (method == "DELETE"), -path.count("/"), path
    step = next((i for i, action in enumerate(CAMPAIGN) if path.startswith("/campaigns") and path.endswith(action)), len(CAMPAIGN))
    return (2 if "{" in path else 1) if method == "POST" else 3, step, path


async def _ask(api: Api, mine: Belongings, method: str, path: str, operation: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    place = content.get("application/json", {})
    shown = place.get("example", next((one["value"] for one in place.get("examples", {}).values()), None))
    query = {name: value.format(**mine.ids) for name, value in QUERIES.get(f"{method} {path}", {}).items()}
    shown = BODIES.get(f"{method} {path}", shown)
    given: dict[str, Any] = {"json": _with_ids(mine.bodies.get((method, path), shown), mine.ids)} if place else {}
    if content and not place:
        given = {"content": b"phone,starts_at\n+12025550101,2026-12-24 14:30\n", "headers": {"Content-Type": "text/csv"}}
    return await api.owner.request(method, f"http://api.test/api/v1{mine.path(path)}", params=query, **given)


def _with_ids(example: Any, ids: dict[str, str]) -> Any:
    """The example with the ids of what is there."""
    if not isinstance(example, dict):
        return example
    several = {f"{name}s": [value] for name, value in ids.items()} | {
        "contact_list_ids": [ids["list_id"]],
        "from_number_id": ids["number_id"],
    }
    return {name: (ids | several).get(name, value) for name, value in example.items()}


async def _entries(api: Api) -> int:
    async with api.sessions() as session:
        return await session.scalar(select(func.count()).select_from(AuditEntry)) or 0
