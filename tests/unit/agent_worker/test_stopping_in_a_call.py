"""What becomes of "stop calling me" in a conversation, from the transcript to the end of the call, with a session that only speaks."""

import pytest

from agent_worker import phrases, stop_question
from sip_config.contract import CallPurpose, EndCause, EventKind
from tests.fakes.talk import Client, Talk

STOP = "Please stop calling me."
SAID = phrases.for_language("en")


class Stage(Talk):
    """The callee has answered a call of the schedule."""

    def __init__(self, client: Client, schedule_id: str) -> None:
        super().__init__(CallPurpose.SCHEDULE, "Hello.", client, schedule_id=schedule_id)
        self.conversation.begin(1.0)

    async def asks(self) -> None:
        self.session.hears(STOP)
        await self.session.until_said(SAID.stop_which)


async def test_only_these_calls_end_that_schedule_and_nothing_else():
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.session.hears("Only these calls, please.")
    assert await stage.end() is EndCause.AGENT_HANGUP
    assert client.asked == [{"cancels": "s1"}, {"yes": "Only these calls, please."}]
    assert client.opt_outs == []
    assert stage.session.said[-2:] == [SAID.stop_which, SAID.stopped_these]
    (told,) = (event for event in client.events if event.kind is EventKind.STOP_SAID)
    assert told.data == {"quote": STOP, "schedule_id": "s1"}


@pytest.mark.parametrize("answer", ["All calls.", "Yes.", "What do you mean?"])
async def test_any_other_answer_is_an_opt_out_from_all_calls(answer: str):
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.session.hears(answer)
    assert await stage.end() is EndCause.OPT_OUT
    (quote,) = client.opt_outs
    assert STOP in quote
    assert answer in quote
    assert (client.asked, stage.session.said[-1]) == ([], SAID.opted_out)


async def test_silence_is_an_opt_out_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stop_question, "ANSWER_S", 0.0)
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    assert await stage.end() is EndCause.OPT_OUT
    assert "no answer" in client.opt_outs[0]


async def test_who_says_it_again_is_not_asked_again():
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.session.hears("I said stop calling me!")
    assert await stage.end() is EndCause.OPT_OUT
    assert stage.session.said.count(SAID.stop_which) == len(client.opt_outs) == 1


async def test_the_key_that_means_all_calls_is_not_asked_about():
    stage = Stage(client := Client(), "s1")
    stage.conversation.key_pressed("9")
    assert await stage.end() is EndCause.OPT_OUT
    assert SAID.stop_which not in stage.session.said
    stage = Stage(client := Client(), "s1")
    await stage.asks()
    stage.conversation.key_pressed("9")
    assert await stage.end() is EndCause.OPT_OUT
    assert len(client.opt_outs) == 1


async def test_a_schedule_that_cannot_be_ended_now_makes_it_an_opt_out():
    stage = Stage(client := Client(can_cancel=False), "s1")
    await stage.asks()
    stage.session.hears("Only these calls.")
    assert await stage.end() is EndCause.OPT_OUT
    assert len(client.opt_outs) == 1


async def test_where_no_schedule_has_made_the_call_nothing_is_asked():
    stage = Stage(client := Client(), "")
    stage.session.hears(STOP)
    assert await stage.end() is EndCause.OPT_OUT
    assert client.opt_outs == [STOP]
    assert SAID.stop_which not in stage.session.said
