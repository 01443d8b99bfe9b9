"""What a model's arguments can do to a request, and what of an endpoint's answer is handed on."""

from typing import Any

import pytest

from control_plane.kit.outbound import NotDelivered, NotSent, Reply
from control_plane.kit.outbound_guard import Forbidden
from control_plane.tools.executing import data_of, execute
from control_plane.tools.request import Recipe, Request, Unusable, lies_under, request_of


def request(url: str = "https://shop.example.com/o/{order}", headers: dict[str, str] | None = None, **arguments: Any) -> Request:
    recipe = Recipe("look_up", {}, url, "GET", headers or {}, {}, 8.0, idempotent=False)
    return request_of(recipe, arguments, {}, {}, "use-1")


@pytest.mark.parametrize("order", ["..", "a/../b", "../b", "a\\..", "./a", "a/.", ". ."])
def test_no_argument_leads_upwards(order: str) -> None:
    with pytest.raises(Unusable):
        request(order=order)


def test_an_argument_leads_nowhere_up_together_with_what_stands_beside_it() -> None:
    with pytest.raises(Unusable):
        request("https://shop.example.com/o/..{order}", order="/x")
    assert request(order="a/.17").url == "https://shop.example.com/o/a%2F.17"


@pytest.mark.parametrize("path", ["/orders/../admin", "/orders/%2e%2E/admin", "/orders/..%5cadmin", "/orders/%2e./x"])
def test_a_secret_is_not_sent_up_from_its_base(path: str) -> None:
    assert not lies_under(f"https://shop.example.com{path}", "https://shop.example.com/orders")


def test_a_header_stands_once_whatever_its_case() -> None:
    headers = request(headers={"Accept": "text/csv", "User-Agent": "Acme"}, order="1").headers
    assert headers == {"accept": "text/csv", "user-agent": "Acme", "idempotency-key": "use-1"}


@pytest.mark.parametrize("body", [b'{"a":"\\ud800"}', b'"\\udfff"', b"\xed\xa0\x80", b"a\x00b", b"[" * 5000])
def test_what_is_handed_on_can_be_sent_on(body: bytes) -> None:
    text = data_of(Reply(200, body))
    assert text.encode()
    assert "\0" not in text


class Answering:
    def __init__(self, answer: Reply | Exception) -> None:
        self._answer = answer

    async def exchange(self, *_: Any, **__: Any) -> Reply:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "may_be_done"),
    [
        (NotDelivered("No answer within 5 s."), True),
        (Reply(500, b""), True),
        (NotSent("The connection was refused."), False),
        (Forbidden("No."), False),
        (Reply(422, b""), False),
        (Reply(200, b""), False),
    ],
)
async def test_what_may_have_been_done_is_told_as_such_unless_twice_does_no_harm(answer: Any, may_be_done: bool) -> None:
    asked: Any = Answering(answer)
    assert (await execute(asked, request(order="1"), timeout_s=0.5, idempotent=False)).may_be_done is may_be_done
    assert not (await execute(asked, request(order="1"), timeout_s=0.5, idempotent=True)).may_be_done
