"""Every scenario in `scenarios/` holds: by the agent's own code and rules, in text, with the stand-in model; with a real one where there is
a key for it (OPENAI_API_KEY)."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from openai import AsyncClient

from agent_worker.pipeline import Warm
from agent_worker.trial.talk import TextTalk
from control_plane.assistants.schemas import AssistantIn
from control_plane.db.models import Workspace
from control_plane.kit.ids import new_id
from control_plane.remote import scenario as scenarios
from control_plane.remote.scenario import Scenario
from control_plane.trials.orders import ANYBODY, Draft, trial_order
from sip_config.contract import CallOrder, ModelsOrder

FOLDER = Path(__file__).parents[3] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_scenario_holds_with_the_stand_in_model(path: Path, stand_in: AsyncClient) -> None:
    scenario = scenarios.read(path)
    order = replace(order_of(scenario), models=ModelsOrder(llm="stand-in-llm"))
    assert await play(scenario, order, stand_in) == []


@pytest.mark.skipif(not KEY, reason="OPENAI_API_KEY is not set: scenarios were tried with the stand-in model only")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_scenario_holds_with_a_real_model(path: Path) -> None:
    scenario = scenarios.read(path)
    async with AsyncClient(api_key=KEY, base_url=os.environ.get("OPENAI_BASE_URL"), max_retries=1) as models:
        assert await play(scenario, order_of(scenario), models) == []


async def test_what_does_not_come_as_expected_is_said(stand_in: AsyncClient) -> None:
    scenario = scenarios.read(FOLDER / "wrong-number.yaml")
    wrong = replace(scenario, expect={"says": ["Guten Tag"], "tools_not": ["end_call"], "outcome": "success", "is_over": False})
    failures = await play(wrong, replace(order_of(scenario), models=ModelsOrder(llm="stand-in-llm")), stand_in)
    assert failures == [
        "it should say 'Guten Tag'.",
        "it must not use end_call.",
        "outcome should be 'success' and is <Outcome.WRONG_NUMBER: 'wrong_number'>.",
        "The assistant should not have hung up.",
    ]
