"""One stored recording, transcribed anew: order ▸ recording ▸ what is heard in it."""

import asyncio
import contextlib
import os
from dataclasses import replace

import structlog
from livekit.agents import APIError, APIStatusError, JobContext
from livekit.agents.metrics import ModelUsageCollector

from agent_worker import pipeline
from agent_worker.control_plane_client import Refused, Superseded, Unreachable
from agent_worker.logs import keep_secret, without_secrets
from agent_worker.model_usage import usage_of
from agent_worker.pipeline import Warm
from agent_worker.retry import until
from agent_worker.settings import Settings
from agent_worker.transcription.client import TranscriptionClient
from agent_worker.transcription.hearing import hear
from agent_worker.vendors import VendorError
from sip_config.codec import ContractError, decode
from sip_config.contract import TurnsOrder
from sip_config.contract.transcription import TranscriptionOrder, TranscriptionResult, TranscriptionTicket

log = structlog.get_logger()

PATIENCE_S = 10.0
RESULT_PATIENCE_S = 60.0
LONGEST_S = 1500.0
"""Less than the control plane waits before it sends another agent (calls/transcription_tasks)."""
NICENESS = 10
"""Calls go before."""
PAUSE_S = 0.6
"""Silence that ends an utterance: nobody waits for an answer, so sentences may stay whole."""
_LONGEST_WORDS = 300


async def run(ctx: JobContext, settings: Settings, warm: Warm) -> None:
    """Errors are told as a sentence, never raised. One that nobody wants any more is left quietly."""
    try:
        ticket = decode(TranscriptionTicket, ctx.job.metadata)
    except ContractError as error:
        log.error("transcription_without_ticket", error=str(error), job=ctx.job.id)
    else:
        os.nice(NICENESS)
        client = TranscriptionClient(warm.http, settings.control_plane_url, ticket)
        with contextlib.suppress(Superseded, Unreachable, Refused):
            await ctx.connect()
            result = await _transcribed(client, warm)
            await until(RESULT_PATIENCE_S, lambda: client.tell(result))
        await client.aclose()
    with contextlib.suppress(Exception):
        await ctx.delete_room()
    ctx.shutdown(reason="transcription over")


async def _transcribed(client: TranscriptionClient, warm: Warm) -> TranscriptionResult:
    given = await until(PATIENCE_S, client.transcription_order)
    keep_secret(credential.api_key for credential in given.order.credentials.values())
    recording = await until(PATIENCE_S, client.recording)
    pipeline.conversation_pace(warm.vad, TurnsOrder(pause_s=PAUSE_S))
    consumed = ModelUsageCollector()
    result = await _result(given, recording, warm, consumed)
    return replace(result, usage=usage_of(consumed.flatten()))


async def _result(given: TranscriptionOrder, recording: bytes, warm: Warm, consumed: ModelUsageCollector) -> TranscriptionResult:
    try:
        ear = pipeline.build_stt(given.order, warm)
        ear.on("metrics_collected", consumed.collect)
        async with asyncio.timeout(LONGEST_S):
            return TranscriptionResult(await hear(recording, ear, warm.vad, given.from_s))
    except VendorError as error:
        return _failed(str(error), may_pass=False)
    except TimeoutError:
        return _failed("It took too long.", may_pass=True)
    except APIStatusError as error:
        return _failed(f"The model answered HTTP {error.status_code}: {error.message}", may_pass=error.retryable)
    except APIError as error:
        return _failed(f"The model did not answer ({type(error).__name__}).", may_pass=error.retryable)
    except Exception as error:
        log.exception("transcription_failed")
        return _failed(f"{type(error).__name__}: {error}", may_pass=False)


def _failed(words: str, *, may_pass: bool) -> TranscriptionResult:
    return TranscriptionResult(error=without_secrets(words)[:_LONGEST_WORDS], may_pass=may_pass)
