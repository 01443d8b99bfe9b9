"""Silence in a call, and staying with somebody who may be in danger: said by code, beside the model. Runs beside the conversation."""

import asyncio
from typing import Protocol

from livekit.agents import AgentSession

from agent_worker import clock, phrases, screening
from agent_worker.care.protocol import STILL_HERE_AFTER_S, Care
from agent_worker.going_on import GoingOn
from agent_worker.greeting import Greeting
from agent_worker.handing_over import HandingOver
from agent_worker.keeper import Keeper
from agent_worker.screener import Screener
from sip_config.contract import CallOrder, EndCause

TICK_S = 0.2


class Talk(Protocol):
    """What of the conversation is needed here. `quiet_since`: wall-clock seconds; `is_ending`: nothing more is to be said by itself."""

    order: CallOrder
    session: AgentSession
    screener: Screener
    keeper: Keeper
    going_on: GoingOn
    greeting: Greeting
    care: Care
    handing_over: HandingOver
    quiet_since: float

    @property
    def is_ending(self) -> bool: ...

    @property
    def is_elsewhere(self) -> bool:
        """The callee waits for somebody else, or talks with them."""
        ...

    def go_on_after_all(self) -> bool:
        """Whatever was about to end or to be asked is not any more; whether the call was about to end."""
        ...

    def hang_up(self, cause: EndCause) -> None: ...


async def stay_with(talk: Talk, words: str, *, at_once: bool) -> None:
    """Say these words, after an opening that has begun; `at_once`: the callee waits for them, so whatever is being said is broken off."""
    if talk.greeting.speech is not None:
        await talk.greeting.done.wait()
    if at_once:
        await talk.session.interrupt(force=True)
    await talk.session.say(words, allow_interruptions=False)
    talk.quiet_since = clock.seconds()
    talk.care.said_first(talk.quiet_since)
    talk.care.replies()
    if talk.go_on_after_all():
        await watch_silence(talk)


async def put_through(talk: Talk, destination: str) -> None:
    """Who may be in danger has said yes to talking with a human. Where that does not work the model goes on with them."""
    await talk.session.say(talk.care.puts_through, allow_interruptions=False)
    talk.care.replies()
    told = await talk.handing_over.to(destination, talk.care.about)
    if told is not None:
        talk.session.generate_reply(instructions=told)


async def watch_silence(talk: Talk) -> None:
    """Ask into a silence whether somebody is there, then hang up; who may be in danger is told that nobody has. Nothing is said to whoever
    waits for somebody else, or talks with them."""
    while not talk.is_ending:
        await asyncio.sleep(TICK_S)
        if talk.is_elsewhere:
            # Silence counts from when they are back.
            talk.quiet_since = clock.seconds()
            continue
        if talk.session.user_state == "speaking" or talk.session.agent_state in ("speaking", "thinking"):
            continue
        quiet_s = clock.seconds() - talk.quiet_since
        if talk.care.stays_on:
            await _reassure(talk, quiet_s)
            continue
        if quiet_s > talk.order.turns.answer_within_s and (reply := talk.going_on.reply()):
            # Its turn was over while something was said that nothing interrupts: LiveKit passes such turns over.
            await talk.session.say(reply)
            talk.quiet_since = clock.seconds()
            continue
        step = screening.quiet_step(talk.screener.heard, quiet_s)
        if step == "prompt":
            await _ask(talk)
        elif step == "give_up" and not talk.is_ending:
            talk.screener.gave_up()
            talk.hang_up(EndCause.AGENT_HANGUP)


async def _reassure(talk: Talk, quiet_s: float) -> None:
    if quiet_s >= STILL_HERE_AFTER_S:
        await talk.session.say(talk.care.still_here)
        talk.quiet_since = clock.seconds()


async def _ask(talk: Talk) -> None:
    talk.screener.prompted()
    talk.keeper.give_up()
    said = phrases.for_language(talk.order.language)
    await talk.session.say(f"{said.are_you_there} {said.may_go_on}" if talk.going_on.is_open else said.are_you_there)
    talk.quiet_since = clock.seconds()
