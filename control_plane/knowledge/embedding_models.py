"""Which model a base is known to by meaning, and how it is asked: OpenAI's `/embeddings`, or whatever speaks like it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeBase
from control_plane.db.vectors import LENGTHS
from control_plane.domain.errors import Conflict
from control_plane.kit.outbound import NotDelivered, OutboundClient, Reply
from control_plane.kit.outbound_guard import Forbidden
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.model_endpoints import OPENAI, Channel, Guarded, Trusted, opened_account
from control_plane.settings import STAND_IN_EMBEDDING, Settings

LONGEST_TEXT = 8_000
"""Characters that are sent of one text: below the 8,192 tokens that OpenAI's models take, in any script that has one for a letter."""
PASSAGES_WITHIN_S = 40.0
QUESTION_WITHIN_S = 1.5
"""While somebody waits on the phone. What takes longer is answered by words alone."""
_MOST_ANSWER = 8_000_000
"""Bytes of an answer: 64 vectors of the longest kind, as text."""
_NO_ACCOUNT = "The installation has no key for OpenAI's models (OPENAI_API_KEY); name a credential in `embedding`, or give it one."
_MOST = 1_000.0
"""Of one number; vectors of all known models have the length 1."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model and the secret that it is asked with; empty: the installation's account."""

    model: str
    credential: str = ""

    @property
    def is_stand_in(self) -> bool:
        """Whether it costs nobody anything: the one that rehearsals are asked by."""
        return self.model == STAND_IN_EMBEDDING and not self.credential


@dataclass(frozen=True, slots=True)
class Means:
    """What a process asks models with."""

    settings: Settings
    secret_box: SecretBox
    outbound: OutboundClient


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors as PostgreSQL reads them, each filled up with zeros to a length that has an index; `dimensions` are the model's own."""

    vectors: Sequence[str]
    dimensions: int
    tokens: int


class NotEmbedded(Exception):
    """No vectors came; the text is a sentence that says why, without anybody's words."""


class _Vector(msgspec.Struct):
    embedding: msgspec.Raw
    index: int = 0


class _Usage(msgspec.Struct):
    total_tokens: float | None = 0


class _Answer(msgspec.Struct):
    data: list[_Vector]
    usage: _Usage | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    name: str
    url: str
    key: str = field(repr=False)
    channel: Channel

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """One vector for each text. Raises `NotEmbedded`."""
        body = msgspec.json.encode({"model": self.name, "input": [text[:LONGEST_TEXT] for text in texts], "encoding_format": "float"})
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        try:
            reply = await self.channel.post(f"{self.url.rstrip('/')}/embeddings", headers, body)
        except (NotDelivered, Forbidden) as error:
            raise NotEmbedded(str(error)) from error
        if reply.status != 200:
            raise NotEmbedded(f"The model answered HTTP {reply.status}.")
        return _read(reply, len(texts))


async def model_of(
    session: AsyncSession, means: Means, workspace_id: uuid.UUID, wanted: Wanted, *, within_s: float = PASSAGES_WITHIN_S
) -> EmbeddingModel:
    """Raises `Conflict` for a credential that is gone or cannot be opened, and where there is no account to ask OpenAI with."""
    settings = means.settings
    at_home, trusted = settings.models_base_url or OPENAI, Trusted(_MOST_ANSWER, within_s)
    if not wanted.credential:
        if at_home == OPENAI and not settings.openai_api_key:
            raise Conflict(_NO_ACCOUNT, code="credential_unusable")
        return EmbeddingModel(wanted.model, at_home, settings.openai_api_key, trusted)
    key, url = await opened_account(session, means.secret_box, workspace_id, wanted.credential, "the knowledge's model")
    return EmbeddingModel(wanted.model, url or at_home, key, Guarded(means.outbound, _MOST_ANSWER, within_s) if url else trusted)


def wanted_of(base: KnowledgeBase, installation: str) -> Wanted | None:
    """By which model a base is to be searched; `installation` names the one for all bases that name none. None: by words alone."""
    if base.searches_by != "meaning":
        return None
    if base.embedding is not None:
        return Wanted(base.embedding["model"], base.embedding.get("credential") or "")
    return Wanted(installation) if installation else None


def _read(reply: Reply, count: int) -> Embedded:
    try:
        told = msgspec.json.decode(reply.body, type=_Answer)
        numbers = [msgspec.json.decode(each.embedding, type=list[float]) for each in sorted(told.data, key=lambda each: each.index)]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotEmbedded("The model's answer is no list of vectors.") from error
    lengths = {len(each) for each in numbers}
    if len(numbers) != count or len(lengths) != 1:
        raise NotEmbedded("The model gave another number of vectors than it was asked for, or vectors of several lengths.")
    dimensions = lengths.pop()
    if not 1 <= dimensions <= LENGTHS[-1]:
        raise NotEmbedded(f"The model's vectors have {dimensions} numbers; at most {LENGTHS[-1]:,} can be kept.")
    if any(not any(each) or max(map(abs, each)) > _MOST for each in numbers):
        raise NotEmbedded("The model gave a vector without a direction.")
    tokens = (told.usage.total_tokens if told.usage is not None else 0) or 0
    return Embedded([_as_text(each) for each in numbers], dimensions, int(max(0, tokens)))


def length_of(dimensions: int) -> int:
    """The length that vectors of a model are kept in."""
    return next(length for length in LENGTHS if length >= dimensions)


def _as_text(numbers: Sequence[float]) -> str:
    filled = [*numbers, *[0.0] * (length_of(len(numbers)) - len(numbers))]
    return f"[{','.join(f'{number:.7g}' for number in filled)}]"
