"""When the end of a call is announced."""

import asyncio

import pytest

from agent_worker import phrases, time_limit
from tests.fakes.talk import PATIENCE_S, Session

SAID = phrases.for_language("es").nearly_over


@pytest.mark.parametrize(("left_s", "notice_s"), [(600, 30), (120, 30), (60, 15), (21, 5.25), (20, 0), (3, 0)])
def test_the_notice_is_half_a_minute_or_a_quarter_of_a_short_call(left_s: float, notice_s: float) -> None:
    assert time_limit.notice_s(left_s) == notice_s


@pytest.fixture
def now_is_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "notice_s", lambda left_s: left_s)
    monkeypatch.setattr(time_limit, "LOOK_S", 0.0)


@pytest.mark.usefixtures("now_is_the_time")
async def test_it_is_said_once_nobody_speaks() -> None:
    session = Session()
    session.user_state = "speaking"
    announcing = asyncio.create_task(time_limit.announce(session, "es", 30, lambda: True))  # type: ignore[arg-type]
    for _ in range(5):
        await asyncio.sleep(0)
    assert session.said == []
    session.user_state = "listening"
    await asyncio.wait_for(announcing, PATIENCE_S)
    assert session.said == [SAID]


@pytest.mark.usefixtures("now_is_the_time")
async def test_who_is_taking_leave_or_stays_because_of_danger_says_nothing_of_it() -> None:
    session = Session()
    await time_limit.announce(session, "es", 30, lambda: False)  # type: ignore[arg-type]
    assert session.said == []
