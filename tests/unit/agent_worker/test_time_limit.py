"""When the end of a call is announced, and when it comes."""

import asyncio
from types import SimpleNamespace

import pytest

from agent_worker import phrases, time_limit
from tests.fakes.talk import PATIENCE_S, Session

SAID = phrases.for_language("es").nearly_over


@pytest.mark.parametrize(("left_s", "notice_s"), [(600, 30), (120, 30), (60, 15), (21, 5.25), (20, 0), (3, 0)])
def test_the_notice_is_half_a_minute_or_a_quarter_of_a_short_call(left_s: float, notice_s: float) -> None:
    assert time_limit.notice_s(left_s) == notice_s


class Talk:
    """A call in Spanish that is nearly over."""

    def __init__(self) -> None:
        self.order, self.session = SimpleNamespace(language="es"), Session()
        self.over: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.stays_on = self.is_elsewhere = False


@pytest.fixture
async def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.setattr(time_limit, "LOOK_S", 0.0)
    return Talk()


async def moments() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_it_is_said_once_nobody_speaks(talk: Talk) -> None:
    talk.session.user_state = "speaking"
    announcing = asyncio.create_task(time_limit.announce(talk))
    await moments()
    assert talk.session.said == []
    talk.session.user_state = "listening"
    await asyncio.wait_for(announcing, PATIENCE_S)
    assert talk.session.said == [SAID]


@pytest.mark.parametrize("why", ["stays_on", "over"])
async def test_who_is_taking_leave_or_stays_because_of_danger_says_nothing_of_it(talk: Talk, why: str) -> None:
    if why == "over":
        talk.over.set_result(None)
    else:
        talk.stays_on = True
    await time_limit.announce(talk)
    assert talk.session.said == []


async def test_a_call_is_announced_to_end_and_ends(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "TOO_SHORT_S", 0.0)
    await asyncio.wait_for(time_limit.until_over(talk, 0.1), PATIENCE_S)
    assert talk.session.said == [SAID]


async def test_a_call_too_short_for_an_announcement_ends_without(talk: Talk) -> None:
    await asyncio.wait_for(time_limit.until_over(talk, 0.0), PATIENCE_S)
    assert talk.session.said == []


async def test_who_is_elsewhere_is_waited_for_and_told_when_they_are_back(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "NOTICE_S", 0.1)
    talk.is_elsewhere = True
    ending = asyncio.create_task(time_limit.until_over(talk, 0.0))
    await moments()
    assert (talk.session.said, ending.done()) == ([], False)
    talk.is_elsewhere = False
    await asyncio.wait_for(ending, PATIENCE_S)
    assert talk.session.said == [SAID]


async def test_who_leaves_for_somebody_after_the_announcement_is_waited_for_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "NOTICE_S", 0.1)
    monkeypatch.setattr(time_limit, "TOO_SHORT_S", 0.0)
    ending = asyncio.create_task(time_limit.until_over(talk, 0.2))
    await talk.session.until_said(SAID)
    talk.is_elsewhere = True
    await asyncio.wait({ending}, timeout=0.3)
    assert (talk.session.said, ending.done()) == ([SAID], False)
    talk.is_elsewhere = False
    await asyncio.wait_for(ending, PATIENCE_S)
    assert talk.session.said == [SAID, SAID]


async def test_nobody_is_waited_for_without_end(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "NOTICE_S", 0.0)
    monkeypatch.setattr(time_limit, "LONGEST_WAIT_S", 0.1)
    talk.is_elsewhere = True
    await asyncio.wait_for(time_limit.until_over(talk, 0.0), PATIENCE_S)
    assert talk.session.said == []
