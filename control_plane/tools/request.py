"""From a tool's description, the model's arguments and the call's facts to one HTTP request. Pure.

The model fills in arguments and nothing else: method, host, headers and whatever the call itself contributes stand in the description.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

SECRET = re.compile(r"\{\{secret:([a-z0-9][a-z0-9_-]{0,62})\}\}")
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
MOST_URL = 2_000
_PARTED = re.compile(r"[/\\]")


class Unusable(Exception):
    """The request cannot be made of these arguments; the text is a sentence for the model."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A tool as one use needs it, apart from the database."""

    name: str
    parameters: Mapping[str, Any]
    url: str
    method: str
    headers: Mapping[str, str]
    sends: Mapping[str, str]
    timeout_s: float
    idempotent: bool
    mcp_tool: str | None = None
    """A server's own name of the tool, where it is asked by the Model Context Protocol."""
    pin: Mapping[str, Any] | None = None
    """What the server said of that tool when it was pinned (tools/mcp)."""
    id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def secrets_in(headers: Mapping[str, str]) -> list[str]:
    """Names of the secrets that the headers refer to, each once."""
    return sorted({name for value in headers.values() for name in SECRET.findall(value)})


def places_in(url: str) -> list[str]:
    return PLACE.findall(urlsplit(url).path)


def leads_upwards(path: str) -> bool:
    """Whether some server might read a `.` or `..` in it: written out or quoted, between slashes of either kind."""
    return any(segment in (".", "..") for segment in _PARTED.split(unquote(path)))


def lies_under(url: str, base: str) -> bool:
    """Whether the endpoint belongs to the one that a secret was given for: same host and port, and no further up."""
    ours, theirs = urlsplit(url), urlsplit(base)
    same = (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)
    above = theirs.path.rstrip("/")
    return same and not leads_upwards(ours.path) and (ours.path == above or ours.path.startswith(f"{above}/"))


def headers_of(recipe: Recipe, secrets: Mapping[str, str], use_id: str) -> dict[str, str]:
    """Each once whatever its case, the secrets filled in."""
    own = {name.lower(): SECRET.sub(lambda found: secrets[found[1]], value) for name, value in recipe.headers.items()}
    return {"user-agent": "Callwright-Tool/1"} | own | {"idempotency-key": use_id}


def request_of(recipe: Recipe, arguments: Mapping[str, Any], facts: Mapping[str, Any], secrets: Mapping[str, str], use_id: str) -> Request:
    """`facts`: what `sends` names, by the field that it goes to; where the model gave the same field, the call's own word counts."""
    given = dict(arguments) | dict(facts)
    url = _filled(recipe.url, given)
    headers = {"accept": "application/json, text/plain"} | headers_of(recipe, secrets, use_id)
    if recipe.method in WITH_BODY:
        body = json.dumps(given, ensure_ascii=False).encode()
        return Request(recipe.method, url, headers | {"content-type": "application/json"}, body)
    query = urlencode([(name, _as_text(value)) for name, value in given.items() if value is not None])
    return Request(recipe.method, _bounded(f"{url}{'&' if '?' in url else '?'}{query}" if query else url), headers, b"")


def _filled(url: str, given: dict[str, Any]) -> str:
    """The URL with each place of its path filled in by one segment; what was used there is not sent again."""
    parts = urlsplit(url)

    def one(found: re.Match[str]) -> str:
        text = _as_text(given[found[1]]) if given.get(found[1]) is not None else ""
        if text.strip(". ") == "":
            raise Unusable(f"{found[1]} must not be empty.")
        return quote(text, safe="")

    path = PLACE.sub(one, parts.path)
    if leads_upwards(path):
        raise Unusable("No argument may lead upwards in the address.")
    for name in PLACE.findall(parts.path):
        given.pop(name, None)
    return _bounded(parts._replace(path=path).geturl())


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bounded(url: str) -> str:
    if len(url) > MOST_URL:
        raise Unusable("The arguments are too long for an address.")
    return url
