"""Trunks over the API."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from control_plane.app import create_app
from control_plane.db.models import AuditEntry, Trunk
from control_plane.kit.queue import Nudge, RememberingQueue
from tests.fixtures.api import Api, running

REAL = {"name": "Carrier", "provider": "generic", "address": "sip.example.com:5061", "auth_username": "acme", "auth_password": "hunter22"}
REHEARSAL = {"name": "Rehearsal", "provider": "rehearsal"}
ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"


async def test_a_password_is_taken_sealed_and_never_shown_or_noted(api: Api) -> None:
    answer = await api.manager.post("/trunks", json=REAL)
    trunk = answer.json()
    assert (answer.status_code, trunk["has_auth_password"], trunk["sync_state"]) == (201, True, "pending")
    shown = (await api.viewer.get(f"/trunks/{trunk['id']}")).text + (await api.viewer.get("/trunks")).text
    async with api.sessions() as session:
        sealed = await session.scalar(select(Trunk.auth_password_sealed))
        audit = (await session.scalars(select(AuditEntry))).all()
    assert "hunter22" not in shown + str(sealed) + repr([(e.before, e.after) for e in audit])
    assert api.app.state.secret_box.open(str(sealed)) == "hunter22"


async def test_a_new_trunk_asks_for_a_synchronisation_after_its_commit(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL)).json()
    assert api.queue.sent == [Nudge("sync_trunk", trunk["id"])]


async def test_a_change_that_livekit_need_not_know_asks_for_no_synchronisation(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL)).json()
    async with api.sessions.begin() as session:
        await session.execute(update(Trunk).values(sync_state="synced"))
    api.queue.sent.clear()
    changed = (await api.manager.patch(f"/trunks/{trunk['id']}", json={"calls_per_second": 2.5, "name": "R"})).json()
    assert (changed["calls_per_second"], changed["name"], changed["sync_state"], api.queue.sent) == (2.5, "R", "synced", [])
    changed = (await api.manager.patch(f"/trunks/{trunk['id']}", json={"transport": "tls"})).json()
    assert (changed["sync_state"], len(api.queue.sent)) == ("pending", 1)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "needs the carrier's address"),
        ("sip:host", "without sip:"),
        ("https://host", "without sip:"),
        ("me@host", "no user part"),
        ("host;transport=tcp", "no parameters"),
        ("host:0", "between 1 and 65535"),
        ("host:99999", "between 1 and 65535"),
        ("ho st", "host name or IP address"),
    ],
)
async def test_an_address_that_livekit_would_refuse_is_refused_here_with_a_sentence(api: Api, address: str, words: str) -> None:
    answer = await api.manager.post("/trunks", json={**REAL, "address": address})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "address")
    assert words in error["message"]
    assert (await api.viewer.get("/trunks")).json()["items"] == []


@pytest.mark.parametrize("address", ["sip.example.com", "10.0.0.1:5070", "[2001:db8::1]:5060", "acme.pstn.twilio.com"])
async def test_hosts_and_literal_addresses_are_taken(api: Api, address: str) -> None:
    assert (await api.manager.post("/trunks", json={**REAL, "address": address})).status_code == 201


async def test_a_user_name_without_a_password_is_refused(api: Api) -> None:
    answer = await api.manager.post("/trunks", json={**REAL, "auth_password": ""})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "auth_password")


async def test_two_trunks_of_one_name_are_a_conflict(api: Api) -> None:
    await api.manager.post("/trunks", json=REAL)
    answer = await api.manager.post("/trunks", json=REAL)
    assert (answer.status_code, answer.json()["detail"]) == (409, "There is a trunk called 'Carrier' already.")


async def test_a_rehearsal_trunk_is_refused_where_real_phones_are_called(api: Api, engine: AsyncEngine, tmp_path: Path) -> None:
    app = create_app(replace(api.settings, rehearsal=False), engine=engine, clock=api.clock, queue=RememberingQueue())
    async with running(app):
        api.app = app
        async with api.client("cw_manager") as manager:
            answer = await manager.post("/trunks", json=REHEARSAL)
    assert (answer.status_code, answer.json()["code"]) == (409, "rehearsal_not_available")


async def test_each_kind_of_trunk_takes_only_its_own_range_of_numbers(api: Api) -> None:
    real = (await api.manager.post("/trunks", json=REAL)).json()["id"]
    rehearsal = (await api.manager.post("/trunks", json=REHEARSAL)).json()["id"]
    answers = {
        (trunk, e164): (await api.manager.post("/numbers", json={"e164": e164, "trunk_id": trunk})).status_code
        for trunk in (real, rehearsal)
        for e164 in ("+12025550123", "+14155552671")
    }
    assert list(answers.values()) == [400, 201, 201, 400]


async def test_a_number_is_written_in_one_form_and_stands_once_in_a_workspace(api: Api) -> None:
    real = (await api.manager.post("/trunks", json=REAL)).json()["id"]
    made = (await api.manager.post("/numbers", json={"e164": "+1 (415) 555-2671", "trunk_id": real, "label": "Sales"})).json()
    assert (made["e164"], made["capabilities"]) == ("+14155552671", ["outbound"])
    again = await api.manager.post("/numbers", json={"e164": "+14155552671", "trunk_id": real})
    assert (again.status_code, again.json()["code"]) == (409, "number_exists")
    wrong = await api.manager.post("/numbers", json={"e164": "12", "trunk_id": real})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "e164")


async def test_an_assistant_takes_a_numbers_calls_until_it_is_taken_off(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL)).json()["id"]
    assistant = (await api.manager.post("/assistants", json={"name": "A", "system_prompt": "Be kind."})).json()["id"]
    number = (await api.manager.post("/numbers", json={"e164": "+12025550123", "trunk_id": trunk})).json()["id"]
    api.queue.sent.clear()
    assigned = await api.manager.put(f"/numbers/{number}/assistant", json={"assistant_id": assistant})
    assert assigned.json()["capabilities"] == ["outbound", "inbound"]
    assert api.queue.sent == [Nudge("sync_trunk", trunk)]
    in_use = await api.manager.delete(f"/assistants/{assistant}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "assistant_in_use")
    assert (await api.manager.delete(f"/numbers/{number}/assistant")).status_code == 204
    assert (await api.viewer.get(f"/numbers/{number}")).json()["assistant_id"] is None
    assert (await api.manager.put(f"/numbers/{number}/assistant", json={"assistant_id": ABSENT})).status_code == 404


async def test_a_deleted_trunk_takes_its_numbers_along_and_livekit_is_told(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL)).json()["id"]
    number = (await api.manager.post("/numbers", json={"e164": "+12025550123", "trunk_id": trunk})).json()["id"]
    api.queue.sent.clear()
    assert (await api.manager.delete(f"/trunks/{trunk}")).status_code == 204
    assert (await api.viewer.get(f"/numbers/{number}")).status_code == 404
    assert api.queue.sent == [Nudge("sync_trunk", trunk)]


async def test_health_says_what_a_failed_synchronisation_said(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL)).json()["id"]
    assert (await api.viewer.get(f"/trunks/{trunk}/health")).json()["status"] == "degraded"
    async with api.sessions.begin() as session:
        await session.execute(update(Trunk).values(sync_state="failed", sync_error="LiveKit cannot be reached."))
    health = (await api.viewer.get(f"/trunks/{trunk}/health")).json()
    assert (health["status"], health["detail"], health["carrier"]) == ("failing", "LiveKit cannot be reached.", "simulated")


async def test_nothing_of_another_workspace_is_there(api: Api) -> None:
    trunk = (await api.stranger.post("/trunks", json=REHEARSAL)).json()["id"]
    number = (await api.stranger.post("/numbers", json={"e164": "+12025550123", "trunk_id": trunk})).json()["id"]
    mine = (await api.owner.post("/trunks", json=REHEARSAL)).json()["id"]
    foreign = (await api.stranger.post("/assistants", json={"name": "A", "system_prompt": "Be kind."})).json()["id"]
    own_number = (await api.owner.post("/numbers", json={"e164": "+12025550124", "trunk_id": mine})).json()["id"]
    requests = [
        ("GET", f"/trunks/{trunk}", None),
        ("PATCH", f"/trunks/{trunk}", {"name": "mine"}),
        ("DELETE", f"/trunks/{trunk}", None),
        ("POST", f"/trunks/{trunk}/sync", None),
        ("GET", f"/trunks/{trunk}/health", None),
        ("GET", f"/numbers/{number}", None),
        ("PATCH", f"/numbers/{number}", {"label": "mine"}),
        ("DELETE", f"/numbers/{number}", None),
        ("PUT", f"/numbers/{number}/assistant", {"assistant_id": foreign}),
        ("PUT", f"/numbers/{own_number}/assistant", {"assistant_id": foreign}),
        ("DELETE", f"/numbers/{number}/assistant", None),
        ("POST", "/numbers", {"e164": "+12025550125", "trunk_id": trunk}),
        ("POST", "/numbers", {"e164": "+12025550125", "trunk_id": mine, "assistant_id": foreign}),
    ]
    for method, path, body in requests:
        answer = await api.owner.request(method, path, json=body)
        assert answer.status_code == 404, (method, path)
    assert [t["id"] for t in (await api.owner.get("/trunks")).json()["items"]] == [mine]
    assert [n["id"] for n in (await api.owner.get("/numbers")).json()["items"]] == [own_number]
    assert (await api.stranger.get(f"/trunks/{trunk}")).json()["name"] == "Rehearsal"


USUAL = {"share": 0.5, "dials": 20, "least_dials": 10, "window_s": 300, "pause_s": 60}


async def test_a_trunk_has_the_usual_breaker_until_it_is_given_its_own(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL)).json()
    assert trunk["breaker"] == USUAL
    api.queue.sent.clear()
    changed = (await api.manager.patch(f"/trunks/{trunk['id']}", json={"breaker": {"share": 0.2, "pause_s": 600}})).json()
    assert (changed["breaker"], api.queue.sent) == (USUAL | {"share": 0.2, "pause_s": 600}, [])
    assert (await api.viewer.get(f"/trunks/{trunk['id']}")).json()["breaker"] == changed["breaker"]
    other = (await api.manager.post("/trunks", json=REHEARSAL | {"name": "Own", "breaker": {"dials": 5, "least_dials": 2}})).json()
    assert other["breaker"] == USUAL | {"dials": 5, "least_dials": 2}


@pytest.mark.parametrize(
    "breaker", [{"share": 0}, {"share": 1.1}, {"dials": 0}, {"window_s": 1}, {"pause_s": 9}, {"pause_s": 9000}, {"dials": 5}, {"x": 1}]
)
async def test_a_breaker_that_makes_no_sense_is_refused(api: Api, breaker: dict[str, float]) -> None:
    answer = await api.manager.post("/trunks", json=REHEARSAL | {"breaker": breaker})
    assert answer.status_code == 400


async def test_a_trunk_tells_why_it_is_paused_and_how_slow_it_is_and_until_when(api: Api) -> None:
    trunk = (await api.manager.post("/trunks", json=REHEARSAL | {"calls_per_second": 4, "breaker": {"pause_s": 120}})).json()
    assert (trunk["calls_per_second_now"], trunk["full_pace_at"], trunk["paused_reason"], trunk["tries_again_at"]) == (4, None, "", None)
    now = api.clock.now()
    learned = {"rate_factor": 0.5, "throttled_at": now - timedelta(minutes=1), "paused_reason": "All lines failed.", "paused_at": now}
    async with api.sessions.begin() as session:
        await session.execute(update(Trunk).values(learned))
    trunk = (await api.viewer.get(f"/trunks/{trunk['id']}")).json()
    assert (trunk["calls_per_second"], trunk["calls_per_second_now"], trunk["paused_reason"]) == (4, 2.4, "All lines failed.")
    assert datetime.fromisoformat(trunk["full_pace_at"]) == now + timedelta(minutes=4)
    assert datetime.fromisoformat(trunk["tries_again_at"]) == now + timedelta(seconds=120)
    health = (await api.viewer.get(f"/trunks/{trunk['id']}/health")).json()
    assert (health["status"], health["detail"]) == ("failing", "Paused: All lines failed.")
