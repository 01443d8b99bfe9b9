"""Whatever goes wrong, the answer has one shape and a sentence (api.md, conventions)."""

import json
from typing import Any, get_args

import httpx
import pytest
from msgspec import Struct
from msgspec.structs import fields

from control_plane.app import MAX_BODY
from tests.fixtures.api import Api, shared_app

ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"
ASSISTANT = {"name": "Ann", "system_prompt": "Be kind."}
JSON = {"Content-Type": "application/json"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer's body, which must be a complete problem."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= body.keys()
    assert (body["status"], body["code"]) == (status, code), body
    assert body["title"]
    assert body["detail"].endswith(".")
    return body


@pytest.mark.parametrize(
    "path", ["/nothing", "/calls/not-an-id", f"/calls/{ABSENT}/nothing", f"/campaigns/{ABSENT}/dance", "/assistants/7"]
)
async def test_an_address_that_does_not_exist(api: Api, path: str) -> None:
    problem(await api.owner.get(path), 404, "not_found")


@pytest.mark.parametrize("path", ["/nothing", "/nothing/at/all", "/api/v2/calls", "/webhooks/nobody", "/internal/nothing"])
async def test_an_address_beside_the_api_that_does_not_exist(api: Api, path: str) -> None:
    async with api.client("", "") as client:
        problem(await client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/calls"), ("PUT", "/assistants"), ("POST", f"/calls/{ABSENT}"), ("PATCH", "/audit")]
)
async def test_a_method_that_an_address_does_not_take(api: Api, method: str, path: str) -> None:
    answer = await api.owner.request(method, path)
    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/api/v1/trunks", "GET, OPTIONS, POST"), (f"/api/v1/calls/{ABSENT}", "GET, OPTIONS"), ("/health/live", "GET, OPTIONS")],
)
async def test_an_address_tells_its_methods_to_anybody(api: Api, path: str, methods: str) -> None:
    async with api.client("", "") as client:
        answer = await client.options(path)
        assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")
        problem(await client.options("/api/v1/nothing"), 404, "not_found")


async def test_a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(api: Api) -> None:
    large = json.dumps(ASSISTANT | {"system_prompt": "x" * MAX_BODY}).encode()

    async def untold() -> Any:
        yield large

    for body in (large, untold()):
        problem(await api.owner.post("/assistants", content=body, headers=JSON), 413, "too_large")
    assert (await api.owner.get("/assistants")).json()["items"] == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{'name': 'Ann'}", b"\xff\xfe", b'{"name": NaN}', b'{"name": "\\ud800"}', b"nul", b"[1,2", b"{}{}"]
)
async def test_a_body_that_is_no_json(api: Api, body: bytes) -> None:
    problem(await api.owner.post("/assistants", content=body, headers=JSON), 400, "invalid")


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"', b"true", b"[" * 3000 + b"]" * 3000])
async def test_json_of_another_kind_than_an_object(api: Api, body: bytes) -> None:
    problem(await api.owner.post("/assistants", content=body, headers=JSON), 400, "invalid")


@pytest.mark.parametrize(
    "path", ["/assistants", "/contacts", "/contact-lists", "/campaigns", "/calls", "/suppressions", "/trunks", "/numbers"]
)
async def test_a_character_that_no_database_keeps_is_wrong_input_everywhere(api: Api, path: str) -> None:
    texts = {"name": "a\x00b", "system_prompt": "a\x00b", "reason": "a\x00b", "e164": "+1\x00", "to": "+1\x00", "label": "a\x00b"}
    problem(await api.owner.post(path, json=texts), 400, "invalid")
    unknown = await api.owner.post("/assistants", json=ASSISTANT | {"name": "a\x00b"})
    problem(unknown, 400, "invalid")


async def test_the_field_that_holds_such_a_character_is_named(api: Api) -> None:
    body = {"name": "C", "phones": [{"e164": "+12025550123"}], "attributes": {"note": "a\0b"}}
    wrong = problem(await api.owner.post("/contacts", json=body), 400, "invalid")
    assert [error["field"] for error in wrong["errors"]] == ["attributes.note"]
    # A backslash that is meant as one is text like any other.
    plain = await api.owner.post("/contacts", json=body | {"attributes": {"note": r"a\u0000b"}})
    assert (plain.status_code, plain.json()["attributes"]["note"]) == (201, r"a\u0000b")


async def test_a_query_that_holds_such_a_character_finds_nothing_or_is_refused(api: Api) -> None:
    for path in ("/contacts?q=%00", "/calls?to=%00", "/calls?cursor=%00", "/suppressions?e164=%00", "/audit?action=%00", "/contacts?q=%ff"):
        assert (await api.owner.get(path)).status_code < 500, path


async def test_several_wrong_fields_are_each_named(api: Api) -> None:
    body = problem(await api.owner.post("/assistants", json={"name": 7, "max_duration_s": "long"}), 400, "invalid")
    assert body["errors"]
    assert all(error["field"] and error["message"] for error in body["errors"])


async def test_an_unknown_field_is_refused(api: Api) -> None:
    body = problem(await api.owner.post("/assistants", json=ASSISTANT | {"colour": "blue"}), 400, "invalid")
    assert [error["field"] for error in body["errors"]] == ["colour"]


@pytest.mark.parametrize(
    ("path", "wrong", "field"),
    [
        ("/assistants", ASSISTANT | {"is_active": 0}, "is_active"),
        ("/assistants", ASSISTANT | {"max_duration_s": "600"}, "max_duration_s"),
        ("/assistants", ASSISTANT | {"voice": {"speed": "1"}}, "voice.speed"),
    ],
)
async def test_a_value_of_another_kind_is_refused_even_if_it_could_be_guessed(api: Api, path: str, wrong: Any, field: str) -> None:
    body = problem(await api.owner.post(path, json=wrong), 400, "invalid")
    assert [error["field"] for error in body["errors"]] == [field]
    assert body["errors"][0]["message"].startswith("must be ")


async def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    answer = await api.owner.post("/assistants", json=ASSISTANT | {"max_duration_s": 600.0})
    assert (answer.status_code, answer.json()["max_duration_s"]) == (201, 600)


async def test_a_query_parameter_is_named_as_it_was_sent(api: Api) -> None:
    body = problem(await api.owner.get("/calls", params={"state": "asleep"}), 400, "invalid")
    assert ([error["field"] for error in body["errors"]], "in_state" in body["detail"]) == (["state"], False)


async def test_an_idempotency_key_that_is_no_key(api: Api) -> None:
    for key in ("", "k" * 256):
        answer = await api.owner.post("/assistants", json=ASSISTANT, headers={"Idempotency-Key": key})
        assert problem(answer, 400, "invalid")["errors"][0]["field"] == "Idempotency-Key"


async def test_errors_tell_nothing_of_the_inside(api: Api) -> None:
    answers = [await api.owner.get("/nothing"), await api.owner.post("/assistants", content=b"{", headers=JSON)]
    answers.append(await api.owner.post("/assistants", json=ASSISTANT | {"name": "a\x00b"}))
    assert [word for answer in answers for word in ("Traceback", "psycopg", "sqlalchemy", "control_plane") if word in answer.text] == []


@pytest.mark.parametrize("broken", ["clock", "authenticator", "rate_limiter"])
async def test_a_crash_in_a_handler_or_before_it_is_a_problem_without_the_inside(api: Api, broken: str) -> None:
    delattr(api.app.state, broken)
    answer = await api.owner.post("/assistants", json=ASSISTANT)
    assert "request changed nothing" in problem(answer, 500, "internal_error")["detail"]
    assert [word for word in ("Traceback", "AttributeError", broken) if word in answer.text] == []


def test_no_field_of_a_body_bears_the_name_of_what_a_handler_is_given() -> None:
    """Litestar tells a wrong value from a fault of ours by that name, and would answer 500."""
    handlers = [handler for route in shared_app("api").routes for handler in getattr(route, "route_handlers", ())]
    looked_at = 0
    for handler in handlers:
        body = handler.parsed_fn_signature.parameters.get("data")
        for kind in (body.annotation, *get_args(body.annotation)) if body else ():
            if isinstance(kind, type) and issubclass(kind, Struct):
                looked_at += 1
                assert not {field.encode_name for field in fields(kind)} & set(handler.resolve_dependencies()), handler
    assert looked_at > 50


async def test_a_list_that_is_too_long_is_said_to_be(api: Api) -> None:
    wanted = {"trunk_id": ABSENT, "numbers": ["+12025550101"] * 1001}
    problem(await api.owner.post("/numbers/import", json=wanted), 400, "invalid")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/calls?since=0.5", "since"),
        ("/calls?since=nan", "since"),
        ("/assistants?is_active=null", "is_active"),
        ("/campaigns?execution_status=NULL", "execution_status"),
        ("/schedules?state=active&state=paused", "state"),
        ("/calls?limit=1&limit=2", "limit"),
        ("/calls?campaign_id=null", "campaign_id"),
    ],
)
async def test_an_address_is_taken_at_its_word(api: Api, path: str, field: str) -> None:
    """What would be read as nothing filters nothing, and whoever asked would take everything for what they asked for."""
    (error,) = problem(await api.owner.get(path), 400, "invalid")["errors"]
    assert error["field"] == field


@pytest.mark.parametrize("key", [b"", b"two words", "é".encode(), b"x" * 256])
async def test_an_idempotency_key_is_letters_digits_and_signs(api: Api, key: bytes) -> None:
    answer = await api.owner.post("/contact-lists", json={"name": "June"}, headers={b"Idempotency-Key": key})
    problem(answer, 400, "invalid")
