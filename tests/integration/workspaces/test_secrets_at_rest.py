"""Secrets are sealed wherever they lie, and can be sealed anew with another key while the platform runs."""

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from control_plane.app import create_app
from control_plane.cli import app as shell
from control_plane.db.base import Base
from control_plane.db.models import AuditEntry, Suppression, Trunk
from control_plane.health.start import _number_key
from control_plane.kit.number_hash import NumberHasher, derived_key
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings, SettingsError
from control_plane.workspaces import rotation
from tests.fixtures.api import Api, running

OLD = base64.urlsafe_b64encode(b"k" * 32).decode()
"""The key of the fixture."""
NEW = base64.urlsafe_b64encode(b"n" * 32).decode()
PASSWORD = "hunter2-of-the-trunk"
MODEL_KEY = "sk-of-the-workspace-itself"
ERASED = "+12025550108"
CALENDAR = "https://calendar.example.com/private-4711.ics"
BUSY = "https://calendar.example.com/private-0815.ics"


async def dump(api: Api) -> str:
    """Every value of every row, as text."""
    values = []
    async with api.sessions() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.scalars(text(f'select row_to_json(t)::text from "{table.name}" t'))
            values += rows.all()
    return "\n".join(values)


async def secrets_of(api: Api) -> list[str]:
    """Store one secret of each kind. Returns what a dump must not hold."""
    trunk = {"name": "T", "provider": "generic", "address": "sip.example.com", "auth_username": "u", "auth_password": PASSWORD}
    assert (await api.owner.post("/trunks", json=trunk, headers={"Idempotency-Key": "t"})).status_code == 201
    key = await api.owner.post("/api-keys", json={"name": "k", "role": "viewer"}, headers={"Idempotency-Key": "k"})
    hook = {"url": "https://hooks.example.com/"}
    made = (await api.owner.post("/webhook-endpoints", json=hook, headers={"Idempotency-Key": "w"})).json()
    rotated = (await api.owner.post(f"/webhook-endpoints/{made['id']}/rotate-secret")).json()
    secret = {"name": "models", "value": MODEL_KEY, "base_url": "https://models.example.com/v1"}
    assert (await api.owner.post("/secrets", json=secret, headers={"Idempotency-Key": "s"})).status_code == 201
    speaker = {"name": "Ada", "system_prompt": "Be brief.", "first_message": "Hello, this is Ada, an AI assistant."}
    assistant = (await api.owner.post("/assistants", json=speaker, headers={"Idempotency-Key": "a"})).json()
    feed = {"name": "F", "url": CALENDAR, "assistant_id": assistant["id"]}
    assert (await api.owner.post("/appointment-feeds", json=feed, headers={"Idempotency-Key": "f"})).status_code == 201
    rooms = {"name": "Rooms", "weekly": [{"days": ["mon"], "start": "09:00", "end": "17:00"}], "busy_url": BUSY}
    assert (await api.owner.post("/calendars", json=rooms, headers={"Idempotency-Key": "c"})).status_code == 201
    assert (await api.owner.post("/erasures", json={"e164": ERASED})).status_code == 202
    token = (await api.owner.post("/auth/token")).json()["access_token"]
    return [PASSWORD, MODEL_KEY, CALENDAR, BUSY, key.json()["key"], made["secret"], rotated["secret"], token, ERASED]


async def test_a_dump_of_the_database_holds_no_secret_in_clear(api: Api) -> None:
    secrets = await secrets_of(api)
    dumped = await dump(api)
    assert "sip.example.com" in dumped
    assert [secret for secret in secrets if secret in dumped or secret.removeprefix("whsec_") in dumped] == []


def rotated(settings: Settings, **changes: object) -> Settings:
    return replace(settings, encryption_key=NEW, former_encryption_keys=(OLD,), **changes)  # type: ignore[arg-type]


async def test_after_a_rotation_the_former_key_opens_nothing_and_the_new_one_all(api: Api) -> None:
    secrets = await secrets_of(api)
    settings = rotated(api.settings)
    old, new = SecretBox(OLD), SecretBox(NEW, OLD)
    assert f"{old.key_id}:" in await dump(api)
    done = await rotation.rotate(api.sessions, new, settings.number_secret, api.clock)
    assert done.unreadable == []
    assert done.resealed == {
        "secret.value_sealed": 1,
        "appointment_feed.url_sealed": 1,
        "calendar.busy_url_sealed": 1,
        "trunk.auth_password_sealed": 1,
        "webhook_endpoint.secret_sealed": 1,
        "webhook_endpoint.former_secret_sealed": 1,
        "idempotency_record.answer": 7,
    }
    dumped = await dump(api)
    assert f"{old.key_id}:" not in dumped
    assert [secret for secret in secrets if secret in dumped] == []
    async with api.sessions() as session:
        sealed = await session.scalar(select(Trunk.auth_password_sealed))
        assert SecretBox(NEW).open(sealed or "") == PASSWORD
        assert await session.scalar(select(AuditEntry.action).where(AuditEntry.action == "installation.secrets_rotated").limit(1))
    again = await rotation.rotate(api.sessions, new, settings.number_secret, api.clock)
    assert set(again.resealed.values()) == {0}


async def test_a_process_with_both_keys_serves_before_during_and_after(api: Api) -> None:
    trunk = {"name": "T", "provider": "generic", "address": "sip.example.com", "auth_username": "u", "auth_password": PASSWORD}
    first = await api.owner.post("/trunks", json=trunk, headers={"Idempotency-Key": "t"})
    token = (await api.owner.post("/auth/token")).json()["access_token"]
    both = create_app(rotated(api.settings), engine=api.engine, clock=api.clock, queue=api.queue)
    alone = create_app(replace(api.settings, encryption_key=NEW), engine=api.engine, clock=api.clock, queue=api.queue)
    async with running(both), running(alone):
        for app in (both, both, alone):
            async with replace(api, app=app).client("cw_owner") as client:
                again = await client.post("/trunks", json=trunk, headers={"Idempotency-Key": "t"})
                assert (again.status_code, again.text) == (201, first.text)
            if app is both:
                async with replace(api, app=app).client(token) as client:
                    assert (await client.get("/workspace")).status_code == 200
                await rotation.rotate(api.sessions, SecretBox(NEW, OLD), OLD, api.clock)


async def test_a_secret_that_no_key_opens_is_named_and_the_others_are_done(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    strange = SecretBox(base64.urlsafe_b64encode(b"x" * 32).decode())
    async with api.sessions.begin() as session:
        for at in range(5):
            sealed = (strange if at == 2 else SecretBox(OLD)).seal(PASSWORD)
            common = {"provider": "generic", "is_rehearsal": False, "address": "sip.example.com"}
            session.add(Trunk(workspace_id=api.workspace_id, name=str(at), auth_password_sealed=sealed, **common))
    done = await rotation.rotate(api.sessions, SecretBox(NEW, OLD), OLD, api.clock)
    assert (done.resealed["trunk.auth_password_sealed"], len(done.unreadable)) == (4, 1)
    async with api.sessions() as session:
        left = await session.scalar(select(Trunk.id).where(Trunk.auth_password_sealed.startswith(strange.key_id)))
    assert done.unreadable == [f"trunk.auth_password_sealed {left}"]


async def test_the_command_says_what_to_do_next_and_erased_people_stay_known(api: Api, tmp_path: Path) -> None:
    await secrets_of(api)
    env = {
        "CALLWRIGHT_DATABASE_URL": api.settings.database_url,
        "CALLWRIGHT_REDIS_URL": api.settings.redis_url,
        "LIVEKIT_URL": api.settings.livekit_url,
        "LIVEKIT_API_KEY": api.settings.livekit_api_key,
        "LIVEKIT_API_SECRET": api.settings.livekit_api_secret,
        "CALLWRIGHT_ENCRYPTION_KEY": NEW,
        "CALLWRIGHT_FORMER_ENCRYPTION_KEYS": OLD,
    }
    answer = await asyncio.to_thread(CliRunner().invoke, shell, ["secrets", "rotate"], env=env)
    assert answer.exit_code == 0, answer.output
    assert f"CALLWRIGHT_NUMBER_HASH_KEY={derived_key(OLD)}" in answer.output
    told = json.loads((await asyncio.to_thread(CliRunner().invoke, shell, ["secrets", "rotate", "--json"], env=env)).output)
    assert (set(told["resealed"].values()), told["unreadable"], len(told["to_do"])) == ({0}, [], 2)
    later = {"CALLWRIGHT_FORMER_ENCRYPTION_KEYS": "", "CALLWRIGHT_NUMBER_HASH_KEY": derived_key(OLD), "CALLWRIGHT_DATA_DIR": str(tmp_path)}
    after = Settings.from_environment(env | later)
    async with api.sessions() as session:
        known = await session.scalar(select(Suppression.number_hash).where(Suppression.source == "erasure"))
    assert known == NumberHasher(after.number_secret).of(api.workspace_id, ERASED)
    await _number_key(after)
    forgetful = replace(after, number_hash_key="")
    with pytest.raises(SettingsError, match="CALLWRIGHT_NUMBER_HASH_KEY"):
        await _number_key(forgetful)
    again = await asyncio.to_thread(CliRunner().invoke, shell, ["secrets", "rotate"], env=env | {"CALLWRIGHT_FORMER_ENCRYPTION_KEYS": ""})
    assert (again.exit_code, "hashed with another key" in again.output) == (1, True)
