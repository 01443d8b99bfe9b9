"""The life of one trial in a worker: order ▸ opening ▸ step by step, each told as it happens ▸ what a report would say."""

import asyncio
import contextlib
from collections.abc import Sequence

import structlog
from livekit.agents import JobContext

from agent_worker import clock
from agent_worker.control_plane_client import Refused, Superseded, Unreachable
from agent_worker.logs import keep_secret, without_secrets
from agent_worker.pipeline import Warm
from agent_worker.retry import until
from agent_worker.settings import Settings
from agent_worker.trial.client import TrialClient
from agent_worker.trial.probe import probe
from agent_worker.trial.talk import TextTalk
from sip_config.codec import ContractError, decode
from sip_config.contract import CallEvent, CallReport
from sip_config.contract.trial import HANG_UP, PROBE, TrialNews, TrialOrder, TrialTicket

log = structlog.get_logger()

ORDER_PATIENCE_S = NEWS_PATIENCE_S = 10.0
LEFT_ALONE_S = 300.0
"""Without a step the trial is ended."""
LONGEST_S = 1800.0


async def run(ctx: JobContext, settings: Settings, warm: Warm) -> None:
    """Hold one trial; errors are told as a sentence, never raised. A trial that nobody wants any more is left quietly."""
    try:
        ticket = decode(TrialTicket, ctx.job.metadata)
    except ContractError as error:
        log.error("trial_without_ticket", error=str(error), job=ctx.job.id)
    else:
        client = TrialClient(warm.http, settings.control_plane_url, ticket)
        with contextlib.suppress(Superseded, Unreachable, Refused):
            await _told(client, ctx, warm)
        await client.aclose()
    with contextlib.suppress(Exception):
        await ctx.delete_room()
    ctx.shutdown(reason="trial over")


async def _told(client: TrialClient, ctx: JobContext, warm: Warm) -> None:
    try:
        await ctx.connect()
        order = await until(ORDER_PATIENCE_S, client.trial_order)
        keep_secret(credential.api_key for credential in order.order.credentials.values())
        async with asyncio.timeout(LONGEST_S):
            if order.kind == PROBE:
                await client.tell(TrialNews(tried=await probe(order.order, warm), is_over=True))
            else:
                await _Told(order, client, warm).hold()
    except (Superseded, Unreachable, Refused):
        raise
    except Exception as error:
        log.exception("trial_failed")
        await client.tell(TrialNews(is_over=True, error=without_secrets(f"{type(error).__name__}: {error}")[:500]))


class _Told:
    """A conversation in text whose news are sent in their order."""

    def __init__(self, order: TrialOrder, client: TrialClient, warm: Warm) -> None:
        self._order, self._client = order, client
        self._waiting: list[CallEvent] = []
        self._wake, self._one_after_the_other = asyncio.Event(), asyncio.Lock()
        self._is_ending = False
        self._talk = TextTalk(order.order, warm, order.tool_answers, self._noted, client.ask)

    async def hold(self) -> None:
        telling = asyncio.create_task(self._tell_as_it_comes())
        try:
            await self._talk.begin(self._order.first_words)
            await self._settled(0)
            await self._follow()
            report = await self._talk.end()
        finally:
            # What is on its way is not cut off: nobody would know whether it was heard.
            self._is_ending = True
            self._wake.set()
            await asyncio.gather(telling, return_exceptions=True)
            await self._talk.aclose()
        await self._send(report=report)

    async def _follow(self) -> None:
        done, last = 0, clock.seconds()
        while not self._talk.is_over and clock.seconds() - last < LEFT_ALONE_S:
            for step in await until(NEWS_PATIENCE_S, lambda: self._client.steps(done)):  # noqa: B023 - it is awaited here
                if step.kind == HANG_UP or self._talk.is_over:
                    return
                await self._talk.take(step.kind, step.text)
                done, last = done + 1, clock.seconds()
                await self._settled(done)

    async def _settled(self, steps: int) -> None:
        await self._talk.flush()
        if not self._talk.is_over:
            await self._send(steps_done=steps + 1)

    def _noted(self, events: Sequence[CallEvent]) -> None:
        self._waiting += events
        self._wake.set()

    async def _tell_as_it_comes(self) -> None:
        while not self._is_ending:
            await self._wake.wait()
            self._wake.clear()
            await self._send()

    async def _send(self, *, steps_done: int = 0, report: CallReport | None = None) -> None:
        """Everything that was noted, and how far it is."""
        async with self._one_after_the_other:
            noted, self._waiting = self._waiting, []
            news = TrialNews(tuple(noted), steps_done=steps_done, is_over=report is not None, report=report)
            if noted or steps_done or report:
                await until(NEWS_PATIENCE_S, lambda: self._client.tell(news))
