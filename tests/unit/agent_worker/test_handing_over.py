"""Who was put through is talked to no more; who was not, is."""

from typing import Any, cast

import pytest

from agent_worker.control_plane_client import CallClient, Unreachable
from agent_worker.handing_over import HandingOver
from sip_config.contract import CallPurpose, EventKind
from tests.fakes.talk import Talk


class Line:
    """A call, and the control plane that answers for it."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked, self.is_over, self.quiet_since = answer, [], False, 0.0

    async def transfer(self, destination: str, *, can_brief: bool) -> Any:
        assert not can_brief
        self.asked.append(destination)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def handed_over(self) -> None:
        self.is_over = True


async def test_the_call_is_over_for_us_once_the_person_is_put_through() -> None:
    line = Line({"is_done": True, "why": ""})
    assert await HandingOver(cast(CallClient, line), line).to("Ada") is None
    assert (line.asked, line.is_over) == (["Ada"], True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"is_done": False, "why": "nobody there has taken the call."}, "nobody there has taken the call."),
        (Unreachable("HTTP 503"), "cannot be reached"),
        ({}, "cannot be reached"),
    ],
)
async def test_when_it_does_not_work_the_model_is_told_and_the_call_goes_on(answer: Any, said: str) -> None:
    line = Line(answer)
    told = await HandingOver(cast(CallClient, line), line).to("Ada")
    assert told is not None
    assert said in told
    assert not line.is_over
    assert line.quiet_since > 0.0


@pytest.mark.parametrize("is_transferring", [True, False])
async def test_silence_counts_from_when_it_last_rang_elsewhere(is_transferring: bool) -> None:
    talk = Talk(CallPurpose.CAMPAIGN, "Hello.")
    talk.client.is_transferring = is_transferring
    talk.log.note(EventKind.HEARTBEAT)
    await talk.log.sent()
    assert (talk.conversation.quiet_since > 0.0) is is_transferring
    await talk.aclose()
