"""SQL of analyses: what waits, what was found, and the transcripts that they are of."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.analysis.findings import Said
from control_plane.calls.analysis_repository import MOST_ATTEMPTS
from control_plane.db.models import (
    Assistant,
    AssistantVersion,
    Call,
    CallAnalysis,
    CallEventRecord,
    CallTranscription,
    CallTurn,
    Contact,
    ContactPhone,
)
from sip_config.contract import EventKind

MOST_TURNS, LONGEST_TURN, MOST_CHARACTERS = 800, 2000, 60_000
"""Of a transcript: more than an hour of talk. Of a longer one the end is read, where things are decided."""
_QUIET = {"synchronize_session": False}


class AnalysisRepository:
    """Of one workspace, as people read it."""

    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def current(self, call_id: uuid.UUID) -> CallAnalysis | None:
        return await self._session.scalar(self.of_call(call_id).where(CallAnalysis.is_current))

    async def pending(self, call_id: uuid.UUID) -> CallAnalysis | None:
        return await self._session.scalar(self.of_call(call_id).where(CallAnalysis.state == "pending"))

    def of_call(self, call_id: uuid.UUID) -> Select[CallAnalysis]:
        return select(CallAnalysis).where(CallAnalysis.call_id == call_id, CallAnalysis.workspace_id == self._workspace_id)


class AnalysisWork:
    """What waits to be analysed in any workspace."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take(self, now: datetime, lease: timedelta) -> CallAnalysis | None:
        """The next that is due, new calls before old ones, with its turn at another worker put off by `lease`."""
        is_new = case((CallAnalysis.cause == "call", 0), else_=1)
        query = select(CallAnalysis).where(CallAnalysis.state == "pending", CallAnalysis.due_at <= now)
        query = query.where(CallAnalysis.attempts < MOST_ATTEMPTS)
        row = await self._session.scalar(query.order_by(is_new, CallAnalysis.due_at).limit(1).with_for_update(skip_locked=True))
        if row is not None:
            row.attempts, row.due_at = row.attempts + 1, now + lease
        return row

    async def mine(self, analysis_id: uuid.UUID, attempts: int) -> CallAnalysis | None:
        """The row, locked, unless somebody else has taken it meanwhile, or it is gone."""
        query = select(CallAnalysis).where(
            CallAnalysis.id == analysis_id, CallAnalysis.state == "pending", CallAnalysis.attempts == attempts
        )
        return await self._session.scalar(query.with_for_update(), execution_options={"populate_existing": True})

    async def transcript(self, call_id: uuid.UUID) -> list[Said]:
        """In the order of speech. Where the recording was transcribed anew that counts, from its beginning on."""
        anew = await self._anew(call_id)
        query = select(CallTurn).where(CallTurn.call_id == call_id).order_by(CallTurn.started_at_s.desc(), CallTurn.seq.desc())
        query = query if anew is None else query.where(CallTurn.started_at_s < anew.from_s)
        rows = (await self._session.scalars(query.limit(MOST_TURNS), execution_options={"populate_existing": True})).all()
        said = [Said(t.seq, t.speaker, t.text, t.started_at_s, t.ended_at_s, t.mood) for t in rows]
        return _near([*_heard(anew, max((each.seq for each in said), default=0)), *said] if anew is not None else said)

    async def _anew(self, call_id: uuid.UUID) -> CallTranscription | None:
        query = select(CallTranscription).where(CallTranscription.call_id == call_id, CallTranscription.is_current)
        return await self._session.scalar(query, execution_options={"populate_existing": True})

    async def version_of(self, call: Call, cause: str) -> AssistantVersion:
        """By what the call is judged: the version that made it, or when it is looked at again the one that is published now."""
        if cause == "request":
            published = select(AssistantVersion).join(Assistant, Assistant.published_version_id == AssistantVersion.id)
            row = await self._session.scalar(published.where(Assistant.id == call.assistant_id))
            if row is not None:
                return row
        return await self._session.get_one(AssistantVersion, call.assistant_version_id)

    async def has_said_stop(self, call_id: uuid.UUID) -> bool:
        """Whether a stop was said in a schedule's call, which was settled there by a question."""
        query = select(CallEventRecord.id).where(CallEventRecord.call_id == call_id, CallEventRecord.kind == EventKind.STOP_SAID)
        return await self._session.scalar(query.limit(1)) is not None

    async def previous(self, call_id: uuid.UUID) -> CallAnalysis | None:
        return await self._session.scalar(select(CallAnalysis).where(CallAnalysis.call_id == call_id, CallAnalysis.is_current))

    async def supersede(self, call_id: uuid.UUID) -> None:
        """The one that is current is so no more."""
        mine = update(CallAnalysis).where(CallAnalysis.call_id == call_id, CallAnalysis.is_current).values(is_current=False)
        await self._session.execute(mine.execution_options(**_QUIET))

    async def contact(self, contact_id: uuid.UUID) -> Contact | None:
        return await self._session.get(Contact, contact_id, with_for_update={"key_share": True}, populate_existing=True)

    async def whose(self, workspace_id: uuid.UUID, e164: str) -> Sequence[uuid.UUID]:
        """The contacts that have the number, two at most."""
        query = select(ContactPhone.contact_id).where(ContactPhone.workspace_id == workspace_id, ContactPhone.e164 == e164)
        return (await self._session.scalars(query.distinct().limit(2))).all()

    async def is_nameless(self, contact_id: uuid.UUID) -> bool:
        """Whether only the number of the contact is known, as of those whom calls make."""
        contact = await self._session.get_one(Contact, contact_id)
        return not contact.name and contact.email is None

    async def hold_number(self, workspace_id: uuid.UUID, e164: str) -> None:
        """Two calls to one unknown number that end at once make one contact: the second waits for the first's transaction."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"contact:{workspace_id}:{e164}", 0))))

    async def to_analyze_again(self, wanted: Sequence[Any], after: uuid.UUID | None, most: int) -> Sequence[Call]:
        """Ended, answered calls that fit, oldest first, locked."""
        query = select(Call).where(*wanted, Call.answered_at.is_not(None), Call.ended_at.is_not(None), Call.erased_at.is_(None))
        query = query if after is None else query.where(Call.id > after)
        return (await self._session.scalars(query.order_by(Call.id).limit(most).with_for_update(key_share=True))).all()


def _heard(anew: CallTranscription, last_seq: int) -> list[Said]:
    """Latest first, numbered on from `last_seq`. Nobody judged its moods as they were spoken."""
    turns = enumerate(anew.turns or (), last_seq + 1)
    return [Said(seq, t["speaker"], t["text"], t["started_at_s"], t["ended_at_s"], None) for seq, t in turns][::-1]


def _near(latest_first: list[Said]) -> list[Said]:
    """The end of it, as much as is read, in the order of speech."""
    cut = [replace(each, text=each.text[:LONGEST_TURN]) for each in latest_first[:MOST_TURNS]]
    ends = accumulate(len(each.text) for each in cut)
    return [each for each, so_far in zip(cut, ends, strict=True) if so_far <= MOST_CHARACTERS][::-1]
