"""Imported once, in the forkserver, so that every job process has it ready from its first moment (facts: stack §1).

A call that begins must not take processor time from the calls that are being held: what is made here is made for all of them.
Measured per job process on a slow core: 0.25 s of TLS settings, late imports and schemas before the agent was ready.
"""

import anyio._backends._asyncio
import anyio.streams.stapled
import anyio.streams.tls
import av.subtitles.stream
import httpcore
import numpy.fft
import openai.resources.audio
import openai.resources.models
from livekit.agents import llm, tokenize
from livekit.agents.utils import http_context

from agent_worker import upkeep, upstream
from agent_worker.tls import tls_context

# What HTTP clients, recorder and speech models import at their first use; in a job process that stops the event loop for 150-350 ms.
LATE_IMPORTS = (
    anyio._backends._asyncio,
    anyio.streams.stapled,
    anyio.streams.tls,
    av.subtitles.stream,
    httpcore,
    numpy.fft,
    openai.resources.audio,
    openai.resources.models,
)


def _complete_schemas() -> None:
    """pydantic completes a model at its first use, which would be in every call anew."""
    for model in (llm.ChatMessage, llm.FunctionCall, llm.FunctionCallOutput):
        model.model_rebuild(force=True)
    llm.ChatContext.empty().add_message(role="system", content="")


def _fill_caches() -> None:
    """What livekit-agents makes once per process: settings for HTTPS, which it first needs while hanging up, and hyphenation."""
    http_context._create_ssl_context()
    tokenize.basic.hyphenate_word("ready")


tls_context()
_complete_schemas()
_fill_caches()
upstream.install()
upkeep.look_less_often()
