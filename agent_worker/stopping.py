"""What becomes of "stop calling me": the question which calls are meant, the commit of the wish, and the goodbye that confirms it.

Runs beside the conversation and speaks through it.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from livekit.agents import AgentSession

from agent_worker import clock, phrases
from agent_worker.call_log import CallLog
from agent_worker.control_plane_client import CallClient
from agent_worker.opt_out_wish import OptOutWish
from agent_worker.scheduling import Scheduling
from agent_worker.stop_question import StopQuestion
from agent_worker.stop_words import means_only_these
from sip_config.contract import CallOrder, EndCause, EventKind

OPT_OUT_LABEL = "do_not_call"


class Talk(Protocol):
    """What of the conversation is needed here."""

    order: CallOrder
    session: AgentSession
    log: CallLog
    scheduling: Scheduling
    errors: list[str]

    @property
    def stays_on(self) -> bool: ...

    @property
    def offset_s(self) -> float:
        """Seconds since the answer; 0 before it."""
        ...

    def close(self) -> None:
        """Begin nothing more: the call is about to end."""
        ...

    async def leave_with(self, words: str, cause: EndCause) -> None:
        """Say these last words and hang up, unless somebody may be in danger."""
        ...

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None: ...


class Stopping:
    """One call's."""

    def __init__(self, talk: Talk, client: CallClient) -> None:
        self._talk = talk
        self._wish = OptOutWish(client)
        self._question = StopQuestion(talk.order.schedule_id)

    @property
    def _said(self) -> phrases.Phrases:
        return phrases.for_language(self._talk.order.language)

    @property
    def is_wished(self) -> bool:
        """Whether the callee wants no more calls at all, stored or not."""
        return self._wish.is_asked

    def heard(self, text: str, began: float) -> None:
        """The callee's words may be the answer to the question. `began`: wall-clock seconds."""
        self._question.heard(text, began)

    async def wanted(self, quote: str) -> bool:
        """Commit the wish, then confirm it and hang up in the background; whether it was committed. Where a schedule has made the call,
        it is first asked whether only its calls are meant."""
        talk = self._talk
        if not self.is_wished and not talk.stays_on and self._question.may_ask():
            talk.close()
            talk.log.note(EventKind.STOP_SAID, {"quote": quote, "schedule_id": talk.order.schedule_id})
            talk.spawn(self._ask(quote))
        return False if self._question.is_open else await self._of_all(quote)

    def pressed(self) -> None:
        """The key that the opening told of, where it means all calls: nothing is asked."""
        self._question.settle("pressed 9")
        self._talk.spawn(self._of_all("pressed 9"))

    async def _ask(self, quote: str) -> None:
        talk = self._talk
        await talk.session.interrupt(force=True)
        self._question.begin(clock.seconds())
        # The end of the turn that said stop would interrupt it otherwise; what is said over it is heard all the same.
        await talk.session.say(self._said.stop_which, allow_interruptions=False)
        answer = await self._question.answer(lambda: talk.session.user_state == "speaking")
        if means_only_these(answer) and await talk.scheduling.stop(talk.order.schedule_id, answer):
            await talk.leave_with(self._said.stopped_these, EndCause.AGENT_HANGUP)
        else:
            await self._of_all(f"{quote} (asked which calls: {answer or 'no answer'})")

    async def _of_all(self, quote: str) -> bool:
        if not self.is_wished:
            self._wish.ask()
            self._talk.close()
            self._talk.log.note(EventKind.OUTCOME_SET, {"label": OPT_OUT_LABEL, "note": quote})
            self._talk.spawn(self._keep(quote))
        assert self._wish.committed is not None
        return await asyncio.shield(self._wish.committed)

    async def _keep(self, quote: str) -> None:
        is_committed = await self._wish.commit(quote, self._talk.offset_s)
        if self._wish.is_superseded:
            self._talk.log.superseded.set()
            return
        if not is_committed:
            # Never confirm what is not stored; the report carries the wish all the same.
            self._talk.errors.append(self._wish.error)
        await self._talk.leave_with(self._said.opted_out if is_committed else self._said.goodbye, EndCause.OPT_OUT)
