"""How a model with OpenAI's interface is asked: over which way, at whose cost.

A workspace's own account where it names a credential, else the installation's. Spoken as plain HTTP: the vendor's client would bring 60 MB
and a second of start into every task worker for one request, and would follow a workspace's URL wherever it leads.
"""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.domain.errors import Conflict
from control_plane.kit.outbound import NotDelivered, OutboundClient, Reply
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.repository import SecretRepository

OPENAI = "https://api.openai.com/v1"
WITHIN_S = 40.0
"""For one answer, unless somebody waits for it."""
MOST_ANSWER = 400_000
"""Bytes of an answer; of what is asked of a language model a tenth is usual."""


class Channel(Protocol):
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Raises `NotDelivered` or `Forbidden`."""
        ...


@dataclass(frozen=True, slots=True)
class Guarded:
    """To an address that somebody typed."""

    outbound: OutboundClient
    most: int = MOST_ANSWER
    within_s: float = WITHIN_S

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        return await self.outbound.exchange("POST", url, headers, body, most=self.most, within_s=self.within_s)


@dataclass(frozen=True, slots=True)
class Trusted:
    """To the address that the installation is configured with, which may well be private."""

    most: int = MOST_ANSWER
    within_s: float = WITHIN_S

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            # httpx bounds each read, and an answer may come letter by letter.
            async with asyncio.timeout(self.within_s):
                return await self._post(url, headers, body)
        except (httpx.HTTPError, TimeoutError) as error:
            raise NotDelivered(f"No answer ({type(error).__name__}).") from error

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        async with (
            httpx.AsyncClient(timeout=self.within_s) as client,
            client.stream("POST", url, headers=headers, content=body) as answer,
        ):
            read = bytearray()
            async for chunk in answer.aiter_bytes():
                read += chunk
                if len(read) > self.most:
                    raise NotDelivered("The answer is too long.")
            return Reply(answer.status_code, bytes(read))


async def opened_account(session: AsyncSession, box: SecretBox, workspace_id: uuid.UUID, name: str, whose: str) -> tuple[str, str]:
    """Key and endpoint (empty: the installation's) of the workspace's secret `name`, which `whose` names. Raises `Conflict` for one that is
    gone or cannot be opened."""
    row = (await SecretRepository(session, workspace_id).named([name])).get(name)
    try:
        if row is not None:
            return box.open(row.value_sealed), row.base_url or ""
    except ValueError:
        pass
    raise Conflict(f"The secret {name!r} of {whose} cannot be used.", code="credential_unusable")
