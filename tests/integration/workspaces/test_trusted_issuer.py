"""Tokens of a configured sign-on: taken by its published keys, and nothing else is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from control_plane.app import create_app
from tests.fixtures.api import Api, running
from tests.fixtures.jwks import Issuer, publishing

HEADER = {"kid": "one"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"aud": "else"}, "This token was not issued for here, or it was changed."),
    ({"aud": None}, "This token was not issued for here, or it was changed."),
    ({"iss": "https://else.example/"}, "This token was not issued for here, or it was changed."),
    ({"sub": None}, "This token was not issued for here, or it was changed."),
    ({"exp": None}, "This token was not issued for here, or it was changed."),
    ({"exp": 1}, "This token has expired; sign in again."),
    ({"nbf": 99999999999}, "This token is not valid yet."),
    ({"role": None}, "This token lacks the claim role, which must be one of owner, manager, viewer."),
    ({"role": "agent"}, "This token lacks the claim role, which must be one of owner, manager, viewer."),
    ({"role": ["owner"]}, "This token lacks the claim role, which must be one of owner, manager, viewer."),
    ({"workspace_id": None}, "This token lacks the claim workspace_id."),
    ({"workspace_id": "acme"}, "This token lacks the claim workspace_id."),
    ({"workspace_id": "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"}, "This token names a workspace that is not here."),
]


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    made.add_key("one")
    async with publishing(made):
        yield made


@pytest.fixture
async def signed(api: Api, issuer: Issuer) -> AsyncIterator[Api]:
    """The API, trusting the issuer."""
    settings = replace(api.settings, jwt_issuer=issuer.name, jwt_audience=issuer.audience, jwt_jwks_url=issuer.url)
    app = create_app(settings, engine=api.engine, clock=api.clock, queue=api.queue)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(app))
        yield replace(api, app=app, settings=settings)


async def ask(api: Api, token: str, method: str = "GET", path: str = "/workspace", body: Any = None) -> httpx.Response:
    async with api.client(token) as client:
        return await client.request(method, path, json=body)


def good(api: Api, issuer: Issuer, kid: str = "one", **claims: Any) -> str:
    return issuer.token(kid, api.clock.now(), **({"workspace_id": str(api.workspace_id), "role": "manager"} | claims))


async def test_a_token_opens_its_workspace_with_its_role_and_the_trail_names_its_subject(signed: Api, issuer: Issuer) -> None:
    token = good(signed, issuer)
    assert (await ask(signed, token)).json()["name"] == "Acme"
    made = await ask(signed, token, "POST", "/contact-lists", {"name": "x"})
    assert made.status_code == 201
    assert (await ask(signed, token, "PATCH", "/workspace", {"name": "x"})).status_code == 403
    (entry,) = (await ask(signed, token, path=f"/audit?subject_id={made.json()['id']}")).json()["items"]
    assert entry["actor"] == "token:ada@example.com"
    assert (await ask(signed, token, "POST", "/auth/token")).status_code == 401


async def test_keys_and_tokens_of_our_own_open_as_before(signed: Api) -> None:
    async with signed.client("cw_viewer") as viewer:
        own = (await viewer.post("/auth/token")).json()["access_token"]
    assert (await ask(signed, own)).status_code == 200


async def test_a_token_that_says_too_little_or_another_thing_is_refused(signed: Api, issuer: Issuer) -> None:
    for claims, sentence in WRONG:
        answer = await ask(signed, good(signed, issuer, **claims))
        assert (answer.status_code, answer.json()["detail"]) == (401, sentence), claims


async def test_a_token_that_somebody_else_signed_or_nobody_is_refused(signed: Api, issuer: Issuer) -> None:
    impostor = Issuer()
    impostor.add_key("one")
    now = signed.clock.now()
    claims = {"iss": issuer.name, "aud": issuer.audience, "sub": "x", "exp": now + timedelta(hours=1), "role": "owner"}
    claims |= {"workspace_id": str(signed.workspace_id)}
    # The public key is known to all, so it must not pass as a shared secret.
    public = issuer.document().hex()
    forged = [
        good(signed, impostor),
        jwt.encode(claims, "", "none", HEADER),
        jwt.encode(claims, public, "HS256", HEADER),
        jwt.encode(claims | {"iss": "callwright"}, public, "HS256", HEADER),
        good(signed, issuer)[:-6] + "AAAAAA",
    ]
    assert [(await ask(signed, token)).status_code for token in forged] == [401] * len(forged)


async def test_a_new_key_of_the_issuer_is_fetched_at_most_once_a_minute(signed: Api, issuer: Issuer) -> None:
    await asyncio.gather(*(ask(signed, good(signed, issuer)) for _ in range(5)))
    assert issuer.asked == 1
    issuer.add_key("two", algorithm="EdDSA")
    for kid in ("two", "two"):
        assert (await ask(signed, good(signed, issuer, kid))).status_code == 401
    assert issuer.asked == 1
    signed.clock.advance(timedelta(minutes=1))
    answers = await asyncio.gather(*(ask(signed, good(signed, issuer, kid)) for kid in ("two", "one", "two")))
    assert ([answer.status_code for answer in answers], issuer.asked) == ([200] * 3, 2)


async def test_a_withdrawn_key_opens_nothing_after_an_hour(signed: Api, issuer: Issuer) -> None:
    assert (await ask(signed, good(signed, issuer))).status_code == 200
    issuer.published.clear()
    signed.clock.advance(timedelta(minutes=61))
    answer = await ask(signed, good(signed, issuer))
    assert (answer.status_code, answer.json()["detail"]) == (401, "This token is signed with a key that its issuer does not name.")


async def test_while_the_issuer_does_not_answer_known_keys_serve_and_without_any_it_is_unavailable(signed: Api, issuer: Issuer) -> None:
    issuer.status = 500
    answer = await ask(signed, good(signed, issuer))
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unavailable")
    assert answer.headers["retry-after"]
    issuer.status = 200
    signed.clock.advance(timedelta(minutes=1))
    assert (await ask(signed, good(signed, issuer))).status_code == 200
    issuer.status = 500
    signed.clock.advance(timedelta(minutes=59))
    assert (await ask(signed, good(signed, issuer))).status_code == 200


async def test_keys_that_are_no_use_here_are_left_alone(signed: Api, issuer: Issuer) -> None:
    issuer.more = [{"kty": "oct", "k": "AAAA", "kid": "secret"}, {"kty": "RSA", "kid": "half"}, {"kty": "EC", "crv": "X", "kid": "odd"}, {}]
    assert (await ask(signed, good(signed, issuer))).status_code == 200
    issuer.more = ["x" * 300_000]
    signed.clock.advance(timedelta(minutes=62))
    assert (await ask(signed, good(signed, issuer))).status_code == 503
