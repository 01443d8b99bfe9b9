"""What a trial looks up: really, in the knowledge that the assistant's draft names now, because looking changes nothing."""

from dataclasses import dataclass
from typing import Any

from control_plane.calls.knowledge_use import MOST_PASSAGES, UNASKED, answer_of, bases_named, question_in
from control_plane.db.models import KnowledgeBase
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.knowledge.embedding_models import Means
from control_plane.knowledge.meaning import Asking, Meant, asking, charge_questions
from control_plane.knowledge.searching import search
from control_plane.secrets.credentials import credentials_named
from control_plane.trials.repository import TrialRepository
from control_plane.trials.room import About


@dataclass(frozen=True, slots=True)
class TrialLook:
    question: str
    bases: list[KnowledgeBase]
    askings: list[Asking]


async def begin_look(about: About, unit: Unit, means: Means, arguments: Any) -> TrialLook | str:
    """The look; or why it is none, in a sentence for the model. Raises `NotFound` for an assistant without knowledge."""
    assistant = await TrialRepository(unit.session, about.workspace_id).assistant(about.assistant_id)
    bases = await bases_named(unit.session, about.workspace_id, assistant.config) if assistant is not None else []
    if assistant is None or not bases:
        raise NotFound.of("tool")
    question = question_in(arguments)
    if not question:
        return UNASKED
    # Where the stand-in speaks, the stand-in looks things up, too.
    is_rehearsal = not means.settings.has_models and "llm" not in credentials_named(assistant.config.get("models") or {})
    return TrialLook(question, bases, await asking(unit.session, means, bases, is_rehearsal=is_rehearsal))


async def end_look(unit: Unit, look: TrialLook, meant: list[Meant]) -> dict[str, Any]:
    """What was found, as a tool's answer."""
    found = await search(unit.session, look.bases, look.question, meant, limit=MOST_PASSAGES)
    await charge_questions(unit, meant)
    return answer_of(found)
