"""Who may come in, and how."""

from datetime import timedelta

from sqlalchemy import select

from control_plane.db.models import ApiKey, AuditEntry
from tests.fixtures.api import Api


async def test_a_request_without_a_key_gets_a_problem_with_a_sentence_and_a_request_id(api: Api) -> None:
    async with api.client() as nobody:
        answer = await nobody.get("/workspace")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["x-request-id"]
    assert answer.json()["detail"] == "Send an API key or a token as `Authorization: Bearer …`."


async def test_a_new_key_is_shown_once_works_at_once_and_is_stored_as_a_hash_only(api: Api) -> None:
    made = (await api.owner.post("/api-keys", json={"name": "CI", "role": "viewer"})).json()
    assert made["key"].startswith("cw_")
    async with api.client(made["key"]) as newcomer:
        assert (await newcomer.get("/workspace")).json()["name"] == "Acme"
    listed = (await api.owner.get("/api-keys")).json()["items"]
    assert "key" not in listed[0]
    assert listed[0]["prefix"] == made["key"][:8]
    async with api.sessions() as session:
        row = await session.get_one(ApiKey, made["id"])
        assert made["key"] not in (row.key_hash, row.prefix)


async def test_an_expired_and_a_revoked_key_are_refused_with_the_reason(api: Api) -> None:
    soon = (api.clock.now() + timedelta(hours=1)).isoformat()
    expiring = (await api.owner.post("/api-keys", json={"name": "a", "role": "viewer", "expires_at": soon})).json()
    revoked = (await api.owner.post("/api-keys", json={"name": "b", "role": "viewer"})).json()
    assert (await api.owner.delete(f"/api-keys/{revoked['id']}")).status_code == 204
    api.clock.advance(timedelta(hours=2))
    details = []
    for key in (expiring["key"], revoked["key"], "cw_unknown"):
        async with api.client(key) as client:
            answer = await client.get("/workspace")
            details.append((answer.status_code, answer.json()["detail"]))
    assert details == [(401, "This API key has expired."), (401, "This API key was revoked."), (401, "This API key is not known.")]


async def test_a_key_that_would_be_expired_at_once_is_refused(api: Api) -> None:
    past = (api.clock.now() - timedelta(hours=1)).isoformat()
    answer = await api.owner.post("/api-keys", json={"name": "a", "role": "viewer", "expires_at": past})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "expires_at")


async def test_the_last_owner_key_cannot_be_revoked(api: Api) -> None:
    keys = (await api.owner.get("/api-keys")).json()["items"]
    (owner,) = [key for key in keys if key["role"] == "owner"]
    answer = await api.owner.delete(f"/api-keys/{owner['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner_key")


async def test_the_last_use_of_a_key_is_noted_at_most_once_a_minute(api: Api) -> None:
    async def last_used() -> object:
        async with api.sessions() as session:
            return await session.scalar(select(ApiKey.last_used_at).where(ApiKey.name == "viewer"))

    await api.viewer.get("/workspace")
    first = await last_used()
    api.clock.advance(timedelta(seconds=59))
    await api.viewer.get("/workspace")
    assert await last_used() == first == api.clock.now() - timedelta(seconds=59)
    api.clock.advance(timedelta(seconds=2))
    await api.viewer.get("/workspace")
    assert await last_used() == api.clock.now()


async def test_a_key_becomes_a_token_with_the_same_role_that_expires_and_begets_no_other(api: Api) -> None:
    token = (await api.viewer.post("/auth/token")).json()
    assert token["expires_in_s"] == 900
    async with api.client(token["access_token"]) as client:
        assert (await client.get("/workspace")).status_code == 200
        assert (await client.patch("/workspace", json={"name": "x"})).status_code == 403
        assert (await client.post("/auth/token")).status_code == 401
        api.clock.advance(timedelta(seconds=901))
        answer = await client.get("/workspace")
    assert (answer.status_code, answer.json()["detail"]) == (401, "This token has expired; exchange the API key for a new one.")


async def test_revoking_a_key_or_its_expiry_ends_its_tokens(api: Api) -> None:
    soon = (api.clock.now() + timedelta(minutes=5)).isoformat()
    details = []
    for body in ({"name": "a", "role": "viewer"}, {"name": "b", "role": "viewer", "expires_at": soon}):
        made = (await api.owner.post("/api-keys", json=body)).json()
        async with api.client(made["key"]) as newcomer:
            token = (await newcomer.post("/auth/token")).json()["access_token"]
        async with api.client(token) as client:
            assert (await client.get("/workspace")).status_code == 200
            if "expires_at" not in body:
                await api.owner.delete(f"/api-keys/{made['id']}")
            else:
                api.clock.advance(timedelta(minutes=6))
            answer = await client.get("/workspace")
        details.append((answer.status_code, answer.json()["detail"]))
    assert details == [(401, "This API key was revoked."), (401, "This API key has expired.")]


async def test_using_a_token_counts_as_using_its_key(api: Api) -> None:
    token = (await api.viewer.post("/auth/token")).json()["access_token"]
    api.clock.advance(timedelta(minutes=5))
    async with api.client(token) as client:
        await client.get("/workspace")
    (viewer,) = [key for key in (await api.owner.get("/api-keys")).json()["items"] if key["role"] == "viewer"]
    assert viewer["last_used_at"] == api.clock.now().isoformat().replace("+00:00", "Z")


async def test_a_token_that_was_changed_or_signed_elsewhere_is_refused(api: Api) -> None:
    token = (await api.viewer.post("/auth/token")).json()["access_token"]
    async with api.client(token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) as client:
        assert (await client.get("/workspace")).status_code == 401


async def test_keys_of_another_workspace_are_not_there(api: Api) -> None:
    key = (await api.stranger.get("/api-keys")).json()["items"][0]
    assert (await api.owner.delete(f"/api-keys/{key['id']}")).status_code == 404
    assert key["id"] not in {k["id"] for k in (await api.owner.get("/api-keys")).json()["items"]}


async def test_changes_leave_a_trail_that_says_who_and_what_and_no_secret(api: Api) -> None:
    made = (await api.owner.post("/api-keys", json={"name": "CI", "role": "agent"})).json()
    (entry,) = (await api.owner.get("/audit", params={"subject_id": made["id"]})).json()["items"]
    assert (entry["action"], entry["after"]["role"]) == ("api_key.create", "agent")
    assert entry["actor"].startswith("key:")
    async with api.sessions() as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    assert all(made["key"] not in repr((e.before, e.after)) for e in entries)
    assert (await api.stranger.get("/audit")).json()["items"] == []
