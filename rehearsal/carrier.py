"""`python -m rehearsal.carrier`: LiveKit's SIP service without telephones, shared by several processes.

Legs are spread over processes because within one process every rtc event reaches every room's queue; the queue lock in Redis
makes each request belong to one of them (facts/carrier §1, §6).
"""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import ClientTimeout
from livekit import api

from rehearsal import wire
from rehearsal.leaving import leave
from rehearsal.ledger import Ledger
from rehearsal.logs import log_to_stderr
from rehearsal.outbound import STOPPED, Exchange, OutboundCall
from rehearsal.psrpc import RpcServer
from rehearsal.scripts import ScriptError, load_scripts
from rehearsal.settings import EXIT_CONFIG, Settings, SettingsError, parse
from rehearsal.shards import supervise
from rehearsal.speech_client import SpeechLibrary, SpeechUnavailableError, voices_at

EXIT_UNAVAILABLE = 69
"""EX_UNAVAILABLE of sysexits."""
LAST_CALLS_S = 10.0
"""Within which all hang up when the carrier stops; a LiveKit or Redis that has gone before must not hold it."""
_log = structlog.get_logger(__name__)


class Carrier:
    """One process of the carrier: takes requests between `start` and `stop`; `calls` holds those that live."""

    def __init__(self, exchange: Exchange, calls: set[OutboundCall]) -> None:
        self._exchange, self._calls = exchange, calls

    async def start(self) -> None:
        """Returns once LiveKit's requests are heard."""
        server = self._exchange.server
        await server.serve(wire.CreateRequest, "CreateSIPParticipant", self._create)
        await server.start()

    async def stop(self) -> None:
        """Take no more calls, hang up all, leave Redis."""
        self._exchange.server.stop_bidding()
        for call in self._calls:
            call.end(STOPPED)
        if lives := [call.life for call in self._calls if call.life]:
            await asyncio.wait(lives, timeout=LAST_CALLS_S)
        await self._exchange.server.close()

    async def _create(self, request: Any, expires_at: float) -> Any:
        call = OutboundCall(self._exchange, request, expires_at)
        self._calls.add(call)
        try:
            return await call.dial()
        finally:
            if call.life:
                call.life.add_done_callback(lambda life: self._forget(call, life))
            else:
                self._calls.discard(call)

    def _forget(self, call: OutboundCall, life: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        if not life.cancelled() and (error := life.exception()):
            _log.error("carrier_call_broke", error=f"{type(error).__name__}: {error}")


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Be one process of the carrier until `stop`. Raises `ScriptError`, `SpeechUnavailableError`."""
    book = load_scripts(settings.scripts)
    speech = SpeechLibrary(voices_at(settings.models_url))
    if not await _finished(speech.fill(book), stop):
        return
    ledger = Ledger(settings.ledger)
    url, key, secret = settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret
    async with api.LiveKitAPI(url, key, secret, timeout=ClientTimeout(total=5)) as livekit:
        calls: set[OutboundCall] = set()
        server = RpcServer(settings.redis_url, load=lambda: len(calls))
        carrier = Carrier(Exchange(settings, server, livekit, ledger, book, speech), calls)
        await carrier.start()
        _log.info("carrier_listening", scripts=len(book.scripts))
        await stop.wait()
        await carrier.stop()
    ledger.close()
    _log.info("carrier_stopped")


async def _finished(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Whether `work` was done before `stop`; raises what `work` raised."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    is_finished = working.done()
    for task in (working, stopping):
        task.cancel()
    outcome, _ = await asyncio.gather(working, stopping, return_exceptions=True)
    if is_finished and isinstance(outcome, BaseException):
        raise outcome
    return is_finished


def main() -> int:
    """Exit code 0 after a signal, 78 for wrong settings or scripts, 69 when no speech is to be had."""
    log_to_stderr()
    try:
        settings = parse("A carrier for rehearsal calls: LiveKit's SIP service with scripted callees instead of telephones.")
        load_scripts(settings.scripts)
        asyncio.run(_run(settings))
    except (SettingsError, ScriptError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    except SpeechUnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_UNAVAILABLE
    return 0


async def _run(settings: Settings) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if not settings.is_shard and settings.processes > 1:
        await supervise(settings, stop)
        return
    if settings.is_shard:
        # The supervisor holds the other end: its death, however sudden, ends this process too.
        loop.add_reader(sys.stdin.fileno(), stop.set)
    await serve(settings, stop)


if __name__ == "__main__":
    leave(main())
