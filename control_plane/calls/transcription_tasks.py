"""Background work: sends an agent for each recording that is to be transcribed, and another when it does not come back."""

import secrets
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

from structlog import get_logger

from control_plane.calls.transcription_repository import TranscriptionRepository
from control_plane.calls.transcriptions import AGAIN_AFTER, MOST_ATTEMPTS, ear_credentials, require_money, why_not
from control_plane.db.models import Call, CallTranscription
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.errors import Conflict, LimitReached
from control_plane.kit.secrets import SecretBox, digest
from control_plane.telephony.port import Dispatch, TelephonyError
from sip_config.codec import encode
from sip_config.contract.transcription import TranscriptionTicket
from sip_config.naming import transcription_room

log = get_logger(__name__)
AT_ONCE = 2
"""Of one run."""
EACH_HEARS = 1
"""Recordings of an agent worker (its own bound is agent_worker/slots): what is more waits here."""
GIVEN_UP_AFTER = timedelta(days=1)
"""Without an agent worker that had time for it."""


async def transcribe_calls(ctx: dict[str, Any]) -> None:
    """Some of what is due; the next run comes in seconds. An agent says itself that it has begun, which puts the next one off."""
    for _ in range(AT_ONCE):
        async with _unit(ctx) as unit:
            ticket = await _next(unit, ctx["secret_box"])
        if ticket is None:
            return
        try:
            # A room of its own for each attempt: one that is still there would keep its first ticket.
            room = transcription_room(f"{ticket.transcription_id}-{secrets.token_hex(4)}")
            await ctx["telephony"].dispatch(Dispatch(room, encode(ticket), empty_timeout_s=60, departure_timeout_s=5))
        except TelephonyError as error:
            log.warning("transcription_not_dispatched", transcription_id=ticket.transcription_id, error=str(error))
            return


async def _next(unit: Unit, box: SecretBox) -> TranscriptionTicket | None:
    """A ticket to the next that can be transcribed; those that cannot any more are closed."""
    rows = TranscriptionRepository(unit.session)
    while (row := await rows.due(unit.now)) is not None:
        call = await unit.session.get_one(Call, row.call_id)
        why = why_not(call) or await _unpayable(rows, unit, box, call) or _given_up(row, unit)
        if why:
            row.state, row.note, row.finished_at, row.token_hash = "failed", why, unit.now, None
            await unit.session.flush()
            continue
        agents = await rows.agents(unit.now)
        if not agents:
            row.note = "No agent worker is running; it is waited for."
            row.due_at = unit.now + AGAIN_AFTER
        if await rows.under_way(unit.now) >= agents * EACH_HEARS:
            return None
        token = secrets.token_urlsafe(24)
        row.token_hash, row.due_at = digest(token), unit.now + AGAIN_AFTER
        return TranscriptionTicket(str(row.id), token)
    return None


async def _unpayable(rows: TranscriptionRepository, unit: Unit, box: SecretBox, call: Call) -> str:
    """Why nobody's account pays for it, which waiting does not change."""
    try:
        await ear_credentials(unit, box, call, await rows.config(call))
        await require_money(unit, call)
    except (Conflict, LimitReached) as error:
        return error.detail
    return ""


def _given_up(row: CallTranscription, unit: Unit) -> str:
    if row.attempts >= MOST_ATTEMPTS:
        return row.note or "Agents began it several times and none has finished."
    return "No agent worker had time for it within a day." if unit.now - row.created_at > GIVEN_UP_AFTER else ""


def _unit(ctx: Mapping[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
