"""Stored recordings, transcribed anew by an agent worker: asked for by people, heard by its ear, read by the next analysis.

A recording holds only what may be kept, so whatever is heard in it may be kept as well; somebody who has refused has none.
"""

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from control_plane.assistants.choices import model_of
from control_plane.audit.service import record
from control_plane.calls.analysis_repository import AnalysisAsking
from control_plane.calls.model_usage import OF_TRANSCRIPTION, consumed
from control_plane.calls.repository import CallRepository
from control_plane.calls.transcription_repository import TranscriptionRepository
from control_plane.calls.transcription_schemas import TranscriptionOut
from control_plane.db.models import Call, CallTranscription, Workspace
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox, digest
from control_plane.secrets.credentials import opened
from control_plane.usage.accounts import require_allowance
from control_plane.usage.charging import charge_afterwards
from sip_config.contract import CallOrder, CallPurpose, ConsentDecision, ModelCredential, ModelsOrder
from sip_config.contract.transcription import TranscriptionOrder, TranscriptionResult
from sip_config.languages import is_spoken

TASK = "transcribe_calls"
MAY_TAKE = timedelta(minutes=30)
"""From an agent's beginning to its result; longer than it allows itself (agent_worker/transcription)."""
AGAIN_AFTER = timedelta(minutes=2)
MOST_ATTEMPTS = 4
MOST_VERSIONS = 10
"""Of a call, those that failed among them: each is paid for, and another ear says less and less that is new."""
MOST_TURNS, LONGEST_TEXT, LONGEST_NOTE = 5000, 4000, 500


class TranscriptionService:
    """As people ask for them and read them."""

    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = TranscriptionRepository(unit.session)
        self._calls = CallRepository(unit.session)

    async def listing(self, call_id: uuid.UUID, limit: int, cursor: str | None) -> Page[TranscriptionOut]:
        await self._require(call_id)
        query = self._rows.of_call(call_id)
        return await page_of(self._unit.session, query, CallTranscription.id, TranscriptionOut.of, limit=limit, cursor=cursor)

    async def ask(self, call_id: uuid.UUID) -> TranscriptionOut:
        """Another version; while one waits, that one. Raises `Conflict` for a call without a recording that can be heard by speaker, and
        once it was heard anew often enough, `LimitReached` when no money is left for it."""
        await self._require(call_id)
        call = await self._calls.lock(call_id)
        assert call is not None
        why = why_not(call)
        if why:
            raise Conflict(why, code="recording_not_found")
        row = await self._rows.pending(call.id)
        if row is None:
            version = await self._rows.last_version(call.id) + 1
            if version > MOST_VERSIONS:
                words = f"A recording is transcribed anew {MOST_VERSIONS} times at most, and this one has been."
                raise Conflict(words, code="too_many_transcriptions")
            await require_money(self._unit, call)
            row = await self._add(call, version)
            record(self._unit, self._workspace_id, "call.transcription_requested", "call", call.id, None, {"version": version})
        self._unit.nudges.add(TASK)
        return TranscriptionOut.of(row)

    async def _add(self, call: Call, version: int) -> CallTranscription:
        now = self._unit.now
        of_call = {"workspace_id": call.workspace_id, "call_id": call.id}
        row = CallTranscription(id=new_id(), **of_call, version=version, due_at=now, created_at=now, updated_at=now)
        self._unit.session.add(row)
        await self._unit.session.flush()
        return row

    async def _require(self, call_id: uuid.UUID) -> None:
        if await self._calls.find(self._workspace_id, call_id) is None:
            raise NotFound.of("call")


class TranscriptionDesk:
    """What the agent of one may ask and say, with its ticket. Raises `NotFound` for a wrong one, and once it is over."""

    def __init__(self, unit: Unit, transcription_id: uuid.UUID, token: str) -> None:
        self._unit, self._id, self._token = unit, transcription_id, token
        self._rows = TranscriptionRepository(unit.session)

    async def order(self, box: SecretBox) -> TranscriptionOrder:
        """What to hear it with; from now on it is under way."""
        call = await self._call()
        row = await self._row()
        config = await self._rows.config(call)
        (row.provider, row.model), languages = model_of(config, "stt"), (await self._rows.contacts_language(call), config.get("language"))
        row.language = next((each for each in languages if each and is_spoken(each)), "en")
        row.from_s = float((call.recording_consent or {}).get("kept_from_s") or 0.0)
        row.attempts, row.due_at, row.note = row.attempts + 1, self._unit.now + MAY_TAKE, ""
        order = CallOrder(
            call_id=str(call.id),
            generation=0,
            room_name="",
            callee_identity="",
            to="",
            purpose=CallPurpose(call.purpose),
            system_prompt="",
            opening_line="",
            language=row.language,
            models=ModelsOrder(stt=row.model, stt_provider=row.provider),
            credentials=await ear_credentials(self._unit, box, call, config),
        )
        return TranscriptionOrder(order, row.from_s)

    async def recording_key(self) -> str:
        """Read without a lock, because the sound is sent while the transaction is open."""
        call = await self._call(lock=False)
        await self._row(lock=False)
        assert call.recording_key is not None
        return call.recording_key

    async def take(self, result: TranscriptionResult) -> None:
        """Store what was heard beside what is there, have the call analysed by it, and count what it cost. Raises `Invalid` for what is
        too much."""
        if len(result.turns) > MOST_TURNS or any(len(turn.text) > LONGEST_TEXT for turn in result.turns):
            raise Invalid("TranscriptionResult: too many turns, or too long ones", code="contract_mismatch")
        call = await self._call()
        row = await self._row()
        await self._keep(call, row, result)
        if result.usage:
            # Last, because all of a workspace meet at its account.
            await charge_afterwards(self._unit, call, consumed(result.usage, **{OF_TRANSCRIPTION: row.version}))

    async def _keep(self, call: Call, row: CallTranscription, result: TranscriptionResult) -> None:
        row.note, row.token_hash = result.error[:LONGEST_NOTE], None
        if result.error and result.may_pass and row.attempts < MOST_ATTEMPTS:
            row.due_at = self._unit.now + AGAIN_AFTER
            return
        row.finished_at = self._unit.now
        if result.error:
            row.state = "failed"
            return
        await self._rows.supersede(call.id)
        row.state, row.is_current, row.turns = "done", True, [asdict(turn) for turn in result.turns]
        await AnalysisAsking(self._unit.session).ask(call, self._unit.now, "transcription")
        self._unit.nudges.add("analyze_calls")

    async def _call(self, *, lock: bool = True) -> Call:
        """Before the transcription's own row, as everybody locks them."""
        row = await self._rows.get(self._id)
        if row is None:
            raise NotFound.of("transcription")
        session = self._unit.session
        call = await CallRepository(session).lock(row.call_id) if lock else await session.get(Call, row.call_id)
        if call is None or why_not(call):
            raise NotFound.of("transcription")
        return call

    async def _row(self, *, lock: bool = True) -> CallTranscription:
        row = await self._rows.get(self._id, lock=lock)
        if row is None or row.state != "pending" or not hmac.compare_digest(row.token_hash or "", digest(self._token)):
            raise NotFound.of("transcription")
        return row


async def ear_credentials(unit: Unit, box: SecretBox, call: Call, config: Mapping[str, Any]) -> dict[str, ModelCredential]:
    """Of the ear alone, by the assistant's configuration. Raises `Conflict` when it is gone or cannot be opened."""
    named = {"stt": (config.get("models") or {}).get("stt")}
    return await opened(unit.session, box, call.workspace_id, named, str(call.id))


async def require_money(unit: Unit, call: Call) -> None:
    """Raises `LimitReached` with a sentence when what the workspace or the call's campaign may spend is used up."""
    workspace = await unit.session.get_one(Workspace, call.workspace_id)
    await require_allowance(unit.session, workspace, call.campaign_id, unit.now, is_call=False)


def why_not(call: Call) -> str:
    """Why there is nothing to transcribe, in a sentence; empty where there is."""
    if (call.recording_consent or {}).get("decision") == ConsentDecision.REFUSED:
        return "The callee has refused to be recorded."
    if call.recording_key is None or call.erased_at is not None:
        return f"There is no recording of this call. {call.recording_note}".rstrip()
    if not call.recording_key.endswith(".ogg"):
        return "The recording was made by the carrier and does not tell who speaks."
    return "" if call.ended_at is not None else "This call is not over yet."
