"""Every scenario in `scenarios/` holds: by the agent's own code and rules, in text, with the stand-in model; with a real one where there is
a key for it (OPENAI_API_KEY). Those in which something is booked or somebody put through are played over the API, which answers that."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openai import AsyncClient
from sqlalchemy import func, select

from agent_worker.pipeline import Warm
from agent_worker.trial.talk import TextTalk
from control_plane.assistants.schemas import AssistantIn
from control_plane.db.models import Appointment, Booking, Call, Workspace
from control_plane.kit.ids import new_id
from control_plane.remote import scenario as scenarios
from control_plane.remote.scenario import Scenario
from control_plane.trials.orders import ANYBODY, Draft, trial_order
from sip_config.contract import CallOrder, ModelsOrder
from tests.fixtures.api import Api
from tests.integration.trials.test_trying import Voice, asked, settings, voice

__all__ = ["settings", "voice"]

FOLDER = Path(__file__).parents[3] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
OVER_THE_API = [path for path in FILES if {"booked", "transferred_to"} & set(scenarios.read(path).expect)]
IN_ONE_PROCESS = [path for path in FILES if path not in OVER_THE_API]
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
KEY = os.environ.get("OPENAI_API_KEY", "")


def order_of(scenario: Scenario) -> CallOrder:
    """As POST /assistants/{id}/try makes it."""
    assistant = msgspec.convert(scenario.assistant, AssistantIn)
    asked = dict(scenario.request)
    to = asked.pop("to", ANYBODY)
    draft = Draft(assistant.name, msgspec.to_builtins(assistant.config()), to, asked)
    return trial_order(draft, Workspace(id=new_id(), name="Acme", rules=None, rules_version=0), None, NOW)


async def play(scenario: Scenario, order: CallOrder, models: AsyncClient) -> list[str]:
    """What did not come as expected."""
    events: list[dict] = []
    heard = lambda batch: events.extend({"kind": event.kind.value, "data": event.data} for event in batch)  # noqa: E731
    talk = TextTalk(order, Warm(None, models, None), scenario.request.get("tool_answers", {}), heard)  # type: ignore[arg-type]
    steps: list[Sequence[dict]] = []
    try:
        await talk.begin(scenario.request.get("first_words", ""))
        steps.append(await told(talk, events))
        for turn in scenario.turns:
            if talk.is_over or turn.kind == "hang_up":
                break
            await talk.take(turn.kind, turn.text)
            steps.append(await told(talk, events))
        is_over, report = talk.is_over, await talk.end()
    finally:
        await talk.aclose()
    result = {name: getattr(report, name) for name in ("answered_by", "outcome", "outcome_label", "end_cause")}
    return scenarios.judge(scenario, steps, result, is_over=is_over)


async def told(talk: TextTalk, events: list[dict]) -> list[dict]:
    await talk.flush()
    batch = list(events)
    events.clear()
    return batch


@pytest.fixture
async def stand_in(chat_url: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(api_key="none", base_url=chat_url, max_retries=0) as models:
        yield models


@pytest.mark.parametrize("path", IN_ONE_PROCESS, ids=lambda path: path.stem)
async def test_a_scenario_holds_with_the_stand_in_model(path: Path, stand_in: AsyncClient) -> None:
    scenario = scenarios.read(path)
    order = replace(order_of(scenario), models=ModelsOrder(llm="stand-in-llm"))
    assert await play(scenario, order, stand_in) == []


@pytest.mark.skipif(not KEY, reason="OPENAI_API_KEY is not set: scenarios were tried with the stand-in model only")
@pytest.mark.parametrize("path", IN_ONE_PROCESS, ids=lambda path: path.stem)
async def test_a_scenario_holds_with_a_real_model(path: Path) -> None:
    scenario = scenarios.read(path)
    async with AsyncClient(api_key=KEY, base_url=os.environ.get("OPENAI_BASE_URL"), max_retries=1) as models:
        assert await play(scenario, order_of(scenario), models) == []


async def play_over(api: Api, scenario: Scenario) -> list[str]:
    """As `callwright try --scenario` plays it, with the stand-in model."""
    assert isinstance(scenario.assistant, dict)
    books = {"calendar_ids": [await made(api, "/calendars", each) for each in scenario.calendars]}
    who = await made(api, "/assistants", scenario.assistant | books | {"models": {"llm": "stand-in-llm"}})
    path = f"/assistants/{who}/try"
    told = await asked(api, path, **scenario.request)
    steps = [told["events"]]
    for turn in scenario.turns:
        if told["is_over"]:
            break
        told = await asked(api, path, trial_id=told["trial_id"], after=told["next"], steps=[turn.step])
        steps.append(told["events"])
    is_over = told["is_over"]
    if not is_over:
        told = await asked(api, path, trial_id=told["trial_id"], after=told["next"], steps=[{"kind": "hang_up"}])
    return scenarios.judge(scenario, steps, told["result"], is_over=is_over)


async def made(api: Api, path: str, described: Any) -> str:
    answer = await api.manager.post(path, json=described)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.mark.parametrize("path", OVER_THE_API, ids=lambda path: path.stem)
async def test_a_scenario_in_which_something_is_booked_or_somebody_put_through_holds_and_has_no_effect(
    path: Path, api: Api, voice: Voice
) -> None:
    assert await play_over(api, scenarios.read(path)) == []
    async with api.sessions() as session:
        assert [await session.scalar(select(func.count()).select_from(each)) for each in (Booking, Appointment, Call)] == [0, 0, 0]


async def test_what_does_not_come_as_expected_is_said(stand_in: AsyncClient) -> None:
    scenario = scenarios.read(FOLDER / "wrong-number.yaml")
    expect = {"says": ["Guten Tag"], "tools_not": ["end_call"], "outcome": "success", "is_over": False}
    wrong = replace(scenario, expect=expect | {"booked": ["Model home"], "transferred_to": "Front desk"})
    failures = await play(wrong, replace(order_of(scenario), models=ModelsOrder(llm="stand-in-llm")), stand_in)
    assert failures == [
        "it should say 'Guten Tag'.",
        "it must not use end_call.",
        "outcome should be 'success' and is <Outcome.WRONG_NUMBER: 'wrong_number'>.",
        "The assistant should not have hung up.",
        "Booked should be ['Model home'] and is [].",
        "transferred_to should be 'Front desk' and is ''.",
    ]
