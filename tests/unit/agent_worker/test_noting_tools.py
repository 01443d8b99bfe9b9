"""Keys, notes and scores: what the model asks for, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest
from livekit.agents import Agent, AgentSession

from agent_worker.call_log import CallLog
from agent_worker.effects import Effects
from agent_worker.keeper import Keeper
from agent_worker.tools import tools_for
from sip_config.contract import EventKind, RecordingPolicy
from tests.fakes.talk import Client
from tests.unit.agent_worker.test_tools import ORDER, Control, ScriptedLLM

NOTING = replace(ORDER, tools=("send_dtmf", "qualify_lead", "log_activity"))


class Call(Control):
    is_ending = False

    def __init__(self, log: CallLog) -> None:
        super().__init__()
        self.effects = Effects(None, Keeper(log, RecordingPolicy.NOTIFY), self)  # type: ignore[arg-type]

    async def press(self, key: str) -> None:
        self.asked.append(("press", key))


async def done(*calls: tuple[str, dict[str, Any]]) -> tuple[list[tuple], list[dict[str, Any]], list[str]]:
    """What was pressed, what was noted, and what was refused."""
    log = CallLog(Client(), 1, "job")  # type: ignore[arg-type]
    call = Call(log)
    tools, refused = tools_for(NOTING, call), []
    for one in calls:
        async with AgentSession(llm=ScriptedLLM(("Well.", [one]), ("Well.", [])), vad=None) as session:
            await session.start(Agent(instructions="", tools=tools))
            await session.run(user_input="something")
            refused += [item.output for item in session.history.items if item.type == "function_call_output" and item.is_error]
    await log.aclose(1.0)
    return call.asked, [event.data for event in log.events if event.kind is EventKind.ACTIVITY], refused


async def test_keys_are_pressed():
    assert (await done(("send_dtmf", {"keys": "12#"})))[0] == [("press", "12#")]


@pytest.mark.parametrize("keys", ["", "call me", "9" * 21, "1\r\n2", "٣", "1,2"])
async def test_what_is_no_key_or_too_many_is_not_pressed(keys: str):
    asked, _, refused = await done(("send_dtmf", {"keys": keys}))
    assert (asked, len(refused)) == ([], 1)


async def test_a_call_has_only_so_many_keys():
    asked, _, refused = await done(*[("send_dtmf", {"keys": "9" * 20})] * 6)
    assert (len(asked), len(refused)) == (5, 1)


async def test_a_score_and_a_note_are_noted():
    score, note = {"score": 80, "reasons": ["Has a garden.", " Wants it\nsoon. "]}, {"what": "Moves to\nOslo in May."}
    _, noted, refused = await done(("qualify_lead", score), ("log_activity", note))
    assert noted == [
        {"seq": 0, "kind": "lead_score", "what": "Has a garden.\nWants it soon.", "score": 80},
        {"seq": 1, "kind": "note", "what": "Moves to Oslo in May."},
    ]
    assert refused == []


@pytest.mark.parametrize("given", [{"score": 101, "reasons": ["a"]}, {"score": -1, "reasons": ["a"]}, {"score": 5, "reasons": []}, {}])
async def test_a_score_beyond_all_scores_or_without_a_reason_is_refused(given: dict[str, Any]):
    _, noted, refused = await done(("qualify_lead", given), ("log_activity", {"what": " "}))
    assert (noted, len(refused)) == ([], 2)
