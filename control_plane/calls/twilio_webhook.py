"""Twilio's callbacks: what it says of a call that is over, and recordings that it made of our trunks' calls.

Twilio does not know our calls' ids, so they are found by the numbers and the time; of a recording it tells only its own call, which it is
asked about. A callback is believed only with the signature of an account that a workspace uses, and only for that workspace's calls.
"""

import asyncio
import uuid
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.params import SkipValidation
from litestar.status_codes import HTTP_200_OK
from structlog import get_logger

from control_plane.calls.announcing import tell_recording
from control_plane.calls.provider_records import ProviderRecord, amend
from control_plane.calls.repository import CallRepository
from control_plane.calls.twilio_repository import TwilioCallRepository
from control_plane.carriers.accounts import Accounts
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.errors import Invalid, Unavailable
from control_plane.kit.metrics import WEBHOOK_EVENTS
from control_plane.kit.secrets import SecretBox
from control_plane.kit.storage import Storage
from control_plane.settings import Settings
from control_plane.telephony.twilio import CarrierError, Connect, TwilioAccess, TwilioSide, digits_of, in_thread, is_signed
from control_plane.workspaces.authentication import PUBLIC
from sip_config.contract import ConsentDecision

log = get_logger(__name__)

MOST_RECORDING = 100_000_000
"""Bytes of one recording that is fetched: more than an hour and a half of telephone sound."""
_MOST_FIELDS, _MOST_TEXT = 100, 2000
_FINAL = frozenset({"busy", "failed", "no-answer", "canceled", "completed"})
_SIP_REFUSAL = range(300, 700)
_KEPT = (ConsentDecision.NOTIFIED, ConsentDecision.AFFIRMED)
AT_ONCE = 4
"""Recordings that one process fetches and cuts at a time: each lies in memory as a whole."""
WITHIN_S = 60.0
"""For one download."""
_PATIENCE_S = 120.0
"""From the callback to the last byte, with the wait for a turn."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A callback that an account has signed, for the workspaces that use it; None with the installation's account, which serves all."""

    access: TwilioAccess
    workspace_ids: frozenset[uuid.UUID] | None
    form: dict[str, str]

    def get(self, name: str) -> str:
        return self.form.get(name, "")


class TwilioWebhookController(Controller):
    path = "/webhooks/twilio"
    include_in_schema = False
    opt = PUBLIC

    @post("/status", status_code=HTTP_200_OK)
    async def status(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        settings: NamedDependency[SkipValidation[Settings]],
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        request: Request[Any, Any, Any],
    ) -> dict[str, bool]:
        said = await _signed(Accounts(unit.session, secret_box, settings), settings, request)
        is_heard = await _hear(unit, said)
        unit.once_committed(WEBHOOK_EVENTS.labels("twilio", "status", "heard" if is_heard else "ignored").inc)
        return {"received": True}

    @post("/recording", status_code=HTTP_200_OK)
    async def recording(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        settings: NamedDependency[SkipValidation[Settings]],
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        storage: NamedDependency[SkipValidation[Storage]],
        request: Request[Any, Any, Any],
        state: State,
    ) -> dict[str, bool]:
        said = await _signed(Accounts(unit.session, secret_box, settings), settings, request)
        is_heard = await _Recording(unit, storage, state.twilio_connect, said).take(state.twilio_recordings)
        unit.once_committed(WEBHOOK_EVENTS.labels("twilio", "recording", "heard" if is_heard else "ignored").inc)
        return {"received": True}


async def _signed(accounts: Accounts, settings: Settings, request: Request[Any, Any, Any]) -> Signed:
    """The callback, if somebody who may have signed it. The URL is rebuilt from CALLWRIGHT_PUBLIC_URL: a proxy may have changed ours."""
    form = await request.form()
    fields = {str(name): str(value) for name, value in form.multi_items()}
    if len(fields) > _MOST_FIELDS or any(len(value) > _MOST_TEXT for value in fields.values()):
        raise Invalid.field("", "Callbacks of Twilio's are smaller than this.")
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_url.rstrip('/')}{request.url.path}{query}"
    signature = request.headers.get("X-Twilio-Signature", "")
    named = request.headers.get("X-Twilio-Webhooks-Signature-Settings", "")
    known = await accounts.with_sid(fields.get("AccountSid", ""))
    fitting = [(access, workspace_id) for access, workspace_id in known if is_signed(access, url, form, signature, named)]
    if not fitting:
        raise NotAuthorizedException("This is not signed by a Twilio account that is used here.")
    workspace_ids = frozenset(workspace_id for _, workspace_id in fitting if workspace_id is not None)
    return Signed(fitting[0][0], workspace_ids if len(workspace_ids) == len(fitting) else None, fields)


async def _hear(unit: Unit, said: Signed) -> bool:
    """Whether it was about a call of ours that is over. The same word twice, early or late, changes nothing more."""
    if said.get("CallStatus") not in _FINAL:
        return False
    at = _time(said.get("Timestamp")) or unit.now
    call = await TwilioCallRepository(unit.session, said.workspace_ids).find(digits_of(said.get("From")), digits_of(said.get("To")), at)
    if call is None:
        return False
    code = said.get("SipResponseCode")
    sip_code = int(code) if code.isdigit() and int(code) in _SIP_REFUSAL else None
    name = f"twilio:{said.get('CallSid')}:{said.get('CallStatus')}"[:200]
    word = ProviderRecord(name, at, provider_code=said.get("ErrorCode")[:20], sip_code=sip_code)
    await amend(unit, call.workspace_id, call.id, word)
    return True


class _Recording:
    """One recording, fetched at most once."""

    def __init__(self, unit: Unit, storage: Storage, connect: Connect, said: Signed) -> None:
        self._unit = unit
        self._storage = storage
        self._connect = connect
        self._said = said
        self._calls = TwilioCallRepository(unit.session, said.workspace_ids)

    async def take(self, turns: asyncio.Semaphore) -> bool:
        if self._said.get("RecordingStatus") != "completed" or not self._said.get("RecordingSid").startswith("RE"):
            return False
        await self._let_go()
        try:
            async with asyncio.timeout(_PATIENCE_S) as patience, turns:
                fetched = await self._fetch()
                patience.reschedule(None)
                return fetched is not None and await self._keep(*fetched)
        except CarrierError as error:
            raise Unavailable(str(error), code="carrier_unavailable") from error
        except TimeoutError as error:
            raise Unavailable("Fetching the recording takes too long now.", code="carrier_unavailable") from error

    async def _fetch(self) -> tuple[uuid.UUID, float, bytes] | None:
        """The call, the seconds that were left out, and the rest. Raises `CarrierError`, and `Unavailable` as `kept_from` does."""
        side = TwilioSide(self._connect(self._said.access))
        twilios = await in_thread(lambda: side.call(self._said.get("CallSid")))
        call = await self._calls.find(*twilios) if twilios is not None else None
        begins = kept_from(call, self._started()) if call is not None else None
        if call is None or begins is None:
            return None
        call_id = call.id
        await self._let_go()
        audio = await in_thread(lambda: side.recording(self._said.get("RecordingSid"), MOST_RECORDING, WITHIN_S))
        return None if audio is None else (call_id, begins, await asyncio.to_thread(cut, audio, begins))

    async def _keep(self, call_id: uuid.UUID, begins: float, audio: bytes) -> bool:
        call = await CallRepository(self._unit.session).lock(call_id)
        if not audio or call is None or kept_from(call, self._started()) != begins:
            return False
        key = f"recordings/{call.id}.wav"
        await self._storage.put(key, _once(audio))
        call.recording_key = key
        await tell_recording(self._unit, call)
        log.info("carrier_recording_kept", call_id=str(call.id), bytes=len(audio))
        return True

    async def _let_go(self) -> None:
        """Whoever waits for Twilio, or for a turn, must not hold a database connection."""
        await self._unit.session.rollback()

    def _started(self) -> datetime | None:
        return _time(self._said.get("RecordingStartTime"))


def kept_from(call: Call, started: datetime | None) -> float | None:
    """Seconds of Twilio's recording that must be left out, because it begins before anybody was told or asked; None when nothing may be
    kept, or the agent has kept it itself. `started` is exact to the second only, so one more is left out. Raises `Unavailable` until the
    agent has reported: the callee may still refuse, and the carrier may ask again."""
    consent = call.recording_consent or {}
    kept_from_s, decision = consent.get("kept_from_s"), consent.get("decision")
    if call.erased_at is not None or call.recording_key is not None or decision == ConsentDecision.REFUSED:
        return None
    if call.reported_at is None:
        raise Unavailable("The call's agent has not reported yet.", code="call_not_reported")
    if decision not in _KEPT or kept_from_s is None or started is None or call.answered_at is None:
        return None
    return max(0.0, (call.answered_at - started).total_seconds() + kept_from_s + 1)


def cut(audio: bytes, begins_s: float) -> bytes:
    """The WAV without its first seconds; empty when nothing is left or it is none."""
    try:
        with wave.open(BytesIO(audio)) as whole:
            first = round(begins_s * whole.getframerate())
            if first >= whole.getnframes():
                return b""
            whole.setpos(first)
            rest, kept = whole.readframes(whole.getnframes() - first), BytesIO()
            with wave.open(kept, "wb") as part:
                part.setparams(whole.getparams())
                part.writeframes(rest)
            return kept.getvalue()
    except (wave.Error, EOFError):
        return b""


async def _once(audio: bytes) -> AsyncIterator[bytes]:
    yield audio


def _time(text: str) -> datetime | None:
    """As RFC 2822 says it."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
