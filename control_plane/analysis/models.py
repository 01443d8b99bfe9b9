"""Which language model analyses a call, and one bounded question to it.

The workspace's own account where the assistant names a credential, else the installation's (`OPENAI_API_KEY`); none for simulated calls on
the installation's account, and none at all without a key. Spoken as plain HTTP: the vendor's client would bring 60 MB and a second of start
into every task worker for one request, and would follow a workspace's URL wherever it leads.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call
from control_plane.domain.errors import Conflict
from control_plane.kit.outbound import NotDelivered, OutboundClient, Reply
from control_plane.kit.outbound_guard import Forbidden
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.credentials import credentials_named
from control_plane.secrets.repository import SecretRepository
from control_plane.settings import Settings
from sip_config.contract import ModelsOrder

OPENAI = "https://api.openai.com/v1"
WITHIN_S = 40.0
"""For one answer; a call is asked about twice at most."""
MOST_ANSWER = 400_000
"""Bytes of an answer; what is asked for is a tenth of it."""


class Channel(Protocol):
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Raises `NotDelivered` or `Forbidden`."""
        ...


@dataclass(frozen=True, slots=True)
class Guarded:
    """To an address that somebody typed."""

    outbound: OutboundClient

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        return await self.outbound.exchange("POST", url, headers, body, most=MOST_ANSWER, within_s=WITHIN_S)


@dataclass(frozen=True, slots=True)
class Trusted:
    """To the address that the installation is configured with, which may well be private."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            # httpx bounds each read, and an answer may come letter by letter.
            async with asyncio.timeout(WITHIN_S):
                return await self._post(url, headers, body)
        except (httpx.HTTPError, TimeoutError) as error:
            raise NotDelivered(f"No answer ({type(error).__name__}).") from error

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        async with httpx.AsyncClient(timeout=WITHIN_S) as client, client.stream("POST", url, headers=headers, content=body) as answer:
            read = bytearray()
            async for chunk in answer.aiter_bytes():
                read += chunk
                if len(read) > MOST_ANSWER:
                    raise NotDelivered("The answer is too long.")
            return Reply(answer.status_code, bytes(read))


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    model: str
    key: str = field(repr=False)
    channel: Channel

    async def post(self, body: bytes) -> Reply:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        return await self.channel.post(f"{self.url.rstrip('/')}/chat/completions", headers, body)


async def endpoint_of(ctx: Mapping[str, Any], session: AsyncSession, call: Call, models: Mapping[str, Any]) -> Endpoint | None:
    """`models` is the part of that name of the assistant's configuration; None where rules have to do. Raises `Conflict` for a credential
    that is gone or cannot be opened."""
    settings: Settings | None = ctx.get("settings")
    if settings is None:
        return None
    name, at_home = _model_of(models), settings.models_base_url or OPENAI
    named = credentials_named(models).get("llm")
    if named is not None:
        key, url = await _opened(session, ctx["secret_box"], call, named)
        return Endpoint(url or at_home, name, key, Guarded(ctx["outbound"]) if url else Trusted())
    if not settings.openai_api_key or call.is_rehearsal:
        return None
    return Endpoint(at_home, name, settings.openai_api_key, Trusted())


def _model_of(models: Mapping[str, Any]) -> str:
    choice = models.get("llm")
    name = choice.get("model") if isinstance(choice, Mapping) else choice
    return name or ModelsOrder().llm


async def _opened(session: AsyncSession, box: SecretBox, call: Call, name: str) -> tuple[str, str]:
    row = (await SecretRepository(session, call.workspace_id).named([name])).get(name)
    try:
        if row is not None:
            return box.open(row.value_sealed), row.base_url or ""
    except ValueError:
        pass
    raise Conflict(f"The secret {name!r} of the assistant's llm cannot be used.", code="credential_unusable")


__all__ = ["Endpoint", "Forbidden", "NotDelivered", "endpoint_of"]
