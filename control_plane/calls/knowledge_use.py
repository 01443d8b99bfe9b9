"""What the agent of a call looks up: only in the knowledge of its own assistant's version, each look in the ledger without anybody's words.

A passage is handed on with its source, as data: whatever a document says, it is no instruction to the agent.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.agent_service import AgentService
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.tool_use import ANSWERED, note_use
from control_plane.db.models import KnowledgeBase
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.kit.clock import monotonic
from control_plane.knowledge.embedding_models import Means
from control_plane.knowledge.meaning import Asking, Meant, asking, charge_questions
from control_plane.knowledge.repository import KnowledgeRepository, config_of_call
from control_plane.knowledge.search_repository import Passage
from control_plane.knowledge.searching import search
from sip_config.contract import LONGEST_QUESTION, LOOK_UP_KNOWLEDGE, KnowledgeOrder

MOST_PASSAGES = 3
"""That an answer on the phone is made of; of a thousand characters at most each."""
UNASKED = f"Say as `question`, in at most {LONGEST_QUESTION} characters, what to look for."


@dataclass(frozen=True, slots=True)
class Look:
    """One look that stands in the ledger."""

    use_id: str
    question: str
    bases: list[KnowledgeBase]
    askings: list[Asking]
    since: float


async def knowledge_order_of(session: AsyncSession, call_id: uuid.UUID) -> KnowledgeOrder:
    """As the agent of the call is told of it."""
    bases, only = await _bases_of(session, call_id)
    return knowledge_order(bases, only)


def knowledge_order(bases: list[KnowledgeBase], only: bool) -> KnowledgeOrder:
    return KnowledgeOrder(tuple(f"{base.name}: {base.description}" if base.description else base.name for base in bases), only)


class KnowledgeOfCall:
    def __init__(self, unit: Unit, call_id: uuid.UUID, ticket: str, means: Means) -> None:
        self._unit = unit
        self._means = means
        self._call_id = call_id
        self._agent = AgentService(unit, call_id, ticket)

    async def begin(self, use_id: str, arguments: Any) -> Look | str:
        """The look, noted; or why it is none, in a sentence for the model. Raises `NotFound` for an assistant without knowledge,
        `Conflict` for a call that is over, for one look said twice, and for too many uses of tools."""
        call = await self._agent.under_way(lock=True)
        bases, _ = await _bases_of(self._unit.session, call.id)
        if not bases:
            raise NotFound.of("tool")
        question = question_in(arguments)
        if not question:
            return UNASKED
        await note_use(self._unit, call, LOOK_UP_KNOWLEDGE, use_id)
        askings = await asking(self._unit.session, self._means, bases, is_rehearsal=call.is_rehearsal)
        return Look(use_id, question, bases, askings, monotonic())

    async def end(self, look: Look, meant: Sequence[Meant]) -> dict[str, Any]:
        """What was found, as a tool's answer; `meant` is what models make of the question."""
        found = await search(self._unit.session, look.bases, look.question, meant, limit=MOST_PASSAGES)
        data = {"name": LOOK_UP_KNOWLEDGE, "status": None, "is_done": True, "took_s": round(monotonic() - look.since, 3), "attempts": 1}
        data |= {"found": len(found), "document_ids": sorted({str(each.document_id) for each in found})}
        await hear(self._unit, self._call_id, Testimony("agent", f"{ANSWERED}:{look.use_id}", ANSWERED, self._unit.now, None, data))
        await self._unit.session.flush()
        await charge_questions(self._unit, meant)
        return answer_of(found)


def question_in(arguments: Any) -> str:
    """What a model asks, which may be anything; empty where it asks nothing that can be looked for."""
    question = arguments.get("question") if isinstance(arguments, dict) else None
    if not isinstance(question, str) or not question.strip() or len(question) > LONGEST_QUESTION:
        return ""
    return question.replace("\0", " ")


def answer_of(found: list[Passage]) -> dict[str, Any]:
    """What was found as an agent takes a tool's answer."""
    return {"is_done": True, "data": _told(found), "why": "", "may_be_done": False}


def _told(found: list[Passage]) -> str:
    passages = [{"source": source_of(each), "text": each.text} for each in found]
    return json.dumps({"found": passages} if passages else {"found": [], "note": "Nothing is written about this."}, ensure_ascii=False)


def source_of(passage: Passage) -> str:
    """Where it stands, as one would say it."""
    parts = (passage.document, passage.heading, f"page {passage.page}" if passage.page else "")
    return ", ".join(part for part in parts if part)


async def bases_named(session: AsyncSession, workspace_id: uuid.UUID, config: Mapping[str, Any]) -> list[KnowledgeBase]:
    """Those that an assistant's configuration names and that there are."""
    ids = [uuid.UUID(each) for each in config.get("knowledge_ids") or ()]
    return list(await KnowledgeRepository(session, workspace_id).these(ids)) if ids else []


async def _bases_of(session: AsyncSession, call_id: uuid.UUID) -> tuple[list[KnowledgeBase], bool]:
    workspace_id, config = await config_of_call(session, call_id)
    return await bases_named(session, workspace_id, config), bool(config.get("answers_only_from_knowledge"))
