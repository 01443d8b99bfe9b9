"""Which language model analyses a call, and one bounded question to it.

The workspace's own account where the assistant names a credential, else the installation's (`OPENAI_API_KEY`); none for simulated calls on
the installation's account, and none at all without a key.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.assistants.choices import model_of
from control_plane.db.models import Call
from control_plane.kit.outbound import NotDelivered, Reply
from control_plane.kit.outbound_guard import Forbidden
from control_plane.secrets.credentials import credentials_named
from control_plane.secrets.model_endpoints import OPENAI, Channel, Guarded, Trusted, opened_account
from control_plane.settings import Settings
from sip_config import vendors


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    model: str
    key: str = field(repr=False)
    channel: Channel
    tells_schema: bool = False
    """Whether the question itself has to tell the answer's schema: not every vendor heeds `response_format`."""
    consumed: Counter[str] = field(default_factory=Counter, compare=False)
    """Tokens of all its answers, in the words of livekit-agents' usage."""

    async def post(self, body: bytes) -> Reply:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        return await self.channel.post(f"{self.url.rstrip('/')}/chat/completions", headers, body)


async def endpoint_of(ctx: Mapping[str, Any], session: AsyncSession, call: Call, models: Mapping[str, Any]) -> Endpoint | None:
    """`models` is the part of that name of the assistant's configuration; None where rules have to do. Raises `Conflict` for a credential
    that is gone or cannot be opened."""
    settings: Settings | None = ctx.get("settings")
    if settings is None:
        return None
    (vendor, name), named = model_of({"models": models}, "llm"), credentials_named(models).get("llm")
    if vendor != vendors.OPENAI:
        return await _of_vendor(ctx, session, call, vendor, name, named)
    at_home = settings.models_base_url or OPENAI
    if named is not None:
        key, url = await opened_account(session, ctx["secret_box"], call.workspace_id, named, "the assistant's llm")
        return Endpoint(url or at_home, name, key, Guarded(ctx["outbound"]) if url else Trusted())
    if not settings.openai_api_key or call.is_rehearsal:
        return None
    return Endpoint(at_home, name, settings.openai_api_key, Trusted())


async def _of_vendor(
    ctx: Mapping[str, Any], session: AsyncSession, call: Call, vendor: str, name: str, credential: str | None
) -> Endpoint | None:
    """In OpenAI's form at the vendor's own address. None without a credential, and for one with another address, which is to be spoken to
    in the vendor's own form."""
    if credential is None:
        return None
    key, url = await opened_account(session, ctx["secret_box"], call.workspace_id, credential, "the assistant's llm")
    return None if url else Endpoint(vendors.VENDORS[vendor].chat_url, name, key, Trusted(), tells_schema=True)


__all__ = ["Endpoint", "Forbidden", "NotDelivered", "endpoint_of"]
