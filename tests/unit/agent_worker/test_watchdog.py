"""When an opening counts as not heard."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from agent_worker import clock, watchdog
from sip_config.contract import CallPurpose
from tests.fakes.talk import PATIENCE_S, Session, Speech, Talk

SOON_S = 3600.0


class Unheard(Speech):
    def __await__(self) -> Generator[Any, None, None]:
        return asyncio.Event().wait().__await__()  # type: ignore[return-value]


class MuteSession(Session):
    """Takes what it is to say and never comes to say it."""

    def say(self, text: str, **how: Any) -> Speech:
        super().say(text, **how)
        return Unheard()


async def opening() -> Talk:
    """A call whose opening has been asked for."""
    talk = Talk(CallPurpose.CAMPAIGN, "Hello.", session=MuteSession())
    talk.conversation.begin(clock.seconds() - 1.4)
    await talk.session.until_said()
    return talk


async def test_an_opening_is_mute_only_once_its_time_is_over_and_no_more_once_it_sounds() -> None:
    talk = await opening()
    greeting = talk.conversation.greeting
    due_at = greeting.due_at
    assert due_at is not None
    assert not greeting.is_mute(due_at + 1.9, 2.0)
    assert greeting.is_mute(due_at + 2.1, 2.0)
    talk.session.sounds()
    assert not greeting.is_mute(due_at + 60, 2.0)
    await talk.aclose()


async def test_words_that_go_before_the_opening_are_no_silence() -> None:
    talk = await opening()
    talk.session.agent_state = "speaking"
    assert not talk.conversation.greeting.is_mute(clock.seconds() + 60, 2.0)
    await talk.aclose()


async def test_the_watchdog_barks_at_silence_and_at_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_S", 0.0)
    talk = await opening()
    watching = asyncio.create_task(watchdog.until_mute(lambda: talk.conversation.greeting))
    await asyncio.sleep(0)
    assert not watching.done()
    monkeypatch.setattr(clock, "seconds", lambda seconds=clock.seconds: seconds() + SOON_S)
    await asyncio.wait_for(watching, PATIENCE_S)
    await talk.aclose()
