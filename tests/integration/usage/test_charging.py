"""What a call costs when it is over: on the call, in the month's usage, in limits and credits."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import AuditEntry, UsageRecord
from control_plane.telephony.port import Refused
from sip_config.contract import AnsweredBy, EndCause, EventKind, ModelUsage, Outcome
from tests.integration.calls.conftest import Stage

LLM = ModelUsage("llm", "gpt-4.1-mini", {"input_tokens": 500_000.0, "output_tokens": 100_000.0})
OF_LLM = Decimal("0.3600")
UNKNOWN = ModelUsage("tts", "a-voice-of-our-own", {"characters_count": 900.0})
A_MINUTE = Decimal("0.0140")
NOBODY = {"answered": False, "answered_by": AnsweredBy.NONE, "outcome": Outcome.NO_CONVERSATION, "end_cause": EndCause.NONE}


async def records(stage: Stage) -> list[UsageRecord]:
    async with stage.api.sessions() as session:
        return list(await session.scalars(select(UsageRecord)))


async def audited(stage: Stage, action: str) -> list[AuditEntry]:
    async with stage.api.sessions() as session:
        return list(await session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


async def put_limits(stage: Stage, **fields: Any) -> Any:
    answer = await stage.api.owner.put("/usage/limits", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def conversation(stage: Stage, *, seconds: float = 61, usage: tuple[ModelUsage, ...] = (), to: str = "+12025550101") -> Any:
    """A call that was answered and lasted so long, as its agent reports."""
    call, agent = await stage.in_progress(to=to)
    began = (await stage.row(call)).answered_at
    assert began is not None
    await agent.reports(answered_at=began, ended_at=began + timedelta(seconds=seconds), usage=usage)
    return await stage.get(f"/calls/{call['id']}")


async def test_a_call_shows_what_network_and_models_cost_and_the_month_adds_up(stage: Stage) -> None:
    call = await conversation(stage, seconds=61, usage=(LLM, UNKNOWN))
    assert Decimal(call["cost"]) == 2 * A_MINUTE + OF_LLM
    month = await stage.get("/usage")
    total = month["total"]
    assert (total["calls"], total["failed_calls"], total["simulated_calls"], total["talk_s"]) == (1, 0, 1, 61)
    assert (Decimal(total["minutes"]), Decimal(total["model_cost"]), Decimal(total["network_cost"])) == (2, OF_LLM, 2 * A_MINUTE)
    (day,), (assistant,), (of_none,), (to,) = (month[f"by_{of}"] for of in ("day", "assistant", "campaign", "destination"))
    assert {Decimal(row["cost"]) for row in (day, assistant, of_none, to)} == {Decimal(call["cost"])}
    assert (assistant["assistant_id"], of_none["campaign_id"], to["prefix"]) == (stage.assistant_id, None, "+1")
    (record,) = await records(stage)
    assert [(m["model"], m["cost"] is None) for m in record.models] == [("gpt-4.1-mini", False), ("a-voice-of-our-own", True)]
    assert "555" not in record.prefix


async def test_what_each_call_was_billed_for_is_a_file_that_adds_up_to_the_month(stage: Stage) -> None:
    first = await conversation(stage, seconds=61, usage=(LLM,))
    call, _ = await stage.dialing(to="+12025550102")
    await stage.network_says(call, Refused(486, "Busy Here", "resource_exhausted"))
    answer = await stage.api.viewer.get("/usage/records.csv")
    assert "usage-records.csv" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["call_id"] for line in lines] == [first["id"], call["id"]]
    assert (lines[0]["seconds"], lines[0]["billable_seconds"], lines[0]["is_failed"], lines[1]["is_failed"]) == (
        "61",
        "120",
        "False",
        "True",
    )
    total = (await stage.get("/usage"))["total"]
    assert sum(Decimal(line["cost"]) for line in lines) == Decimal(total["cost"]) > 0
    assert {line["currency"] for line in lines} == {total["currency"]}
    assert "555" not in {line["prefix"] for line in lines}
    assert (await stage.api.viewer.get("/usage/records.csv", params={"month": "2020-01"})).text.count("\n") == 1
    assert (await stage.api.viewer.get("/usage/records.csv", params={"month": "2026-13"})).status_code == 400


async def test_a_call_that_nobody_answers_counts_as_failed_and_costs_nothing(stage: Stage) -> None:
    call, _ = await stage.dialing()
    await stage.network_says(call, Refused(486, "Busy Here", "resource_exhausted"))
    assert Decimal((await stage.get(f"/calls/{call['id']}"))["cost"]) == 0
    total = (await stage.get("/usage"))["total"]
    assert (total["calls"], total["failed_calls"], Decimal(total["minutes"])) == (1, 1, 0)


async def test_a_report_that_comes_late_adds_what_the_models_used_once(stage: Stage) -> None:
    call, agent = await stage.dialing()
    await stage.network_says(call, Refused(486, "Busy Here", "resource_exhausted"))
    for _ in range(2):
        await agent.reports(**NOBODY, usage=(LLM,))
    assert Decimal((await stage.get(f"/calls/{call['id']}"))["cost"]) == OF_LLM
    total = (await stage.get("/usage"))["total"]
    assert (total["calls"], Decimal(total["cost"])) == (1, OF_LLM)


async def test_a_call_that_was_never_dialled_leaves_no_record(stage: Stage) -> None:
    call, agent = await stage.dispatched()
    await agent.says(EventKind.FAILED, error="no model")
    await stage.post(f"/calls/{call['id']}/end", status=202)
    assert await records(stage) == []


async def test_a_used_up_limit_refuses_the_next_call_in_plain_words_until_it_is_raised(stage: Stage) -> None:
    await put_limits(stage, monthly={"calls": 1})
    await conversation(stage)
    refused = await stage.call(429)
    assert refused["detail"] == "The workspace's limit of 1 calls a month is used up."
    assert (refused["code"], refused["title"]) == ("usage_limit_reached", "Too many requests")
    await put_limits(stage, monthly={"calls": 2})
    await stage.call(202)


@pytest.mark.parametrize("monthly", [{"minutes": 2}, {"cost": "0.02"}])
async def test_minutes_and_money_are_limited_too(stage: Stage, monthly: dict[str, Any]) -> None:
    await put_limits(stage, monthly=monthly)
    await conversation(stage)
    assert "a month is used up" in (await stage.call(429))["detail"]


async def test_each_threshold_is_told_once(stage: Stage) -> None:
    await put_limits(stage, monthly={"minutes": 4}, thresholds=[50, 75])
    await conversation(stage)
    await put_limits(stage, monthly={"minutes": 4}, thresholds=[50, 75])
    await conversation(stage, to="+12025550102")
    notices = [(n["measure"], n["percent"]) for n in (await stage.get("/usage"))["notices"]]
    assert notices == [("minutes", 50), ("minutes", 75), ("minutes", 100)]
    assert len(await audited(stage, "usage.threshold_reached")) == 2
    assert len(await audited(stage, "usage.limit_reached")) == 1


async def test_credits_are_used_by_calls_and_added_by_people(stage: Stage) -> None:
    assert (await stage.get("/usage/limits"))["credits"] is None
    added = await stage.api.owner.post("/usage/credits", json={"amount": "0.02", "note": "Invoice 7"})
    assert (added.status_code, Decimal(added.json()["balance"])) == (201, Decimal("0.02"))
    await conversation(stage)
    refused = await stage.call(429)
    assert (refused["code"], refused["detail"]) == ("credits_used_up", "The workspace's credits are used up; add some to go on.")
    await stage.api.owner.post("/usage/credits", json={"amount": "1.00"})
    assert Decimal((await stage.get("/usage"))["credits"]) == Decimal("1.02") - 2 * A_MINUTE
    await stage.call(202)
    assert [Decimal(row["amount"]) for row in (await stage.get("/usage/credits"))["items"]] == [1, Decimal("0.02")]


async def test_rehearsals_can_be_left_out_of_limits(stage: Stage) -> None:
    await put_limits(stage, monthly={"calls": 1}, counts_rehearsals=False)
    await conversation(stage)
    await stage.call(202)
    assert (await stage.get("/usage"))["total"]["simulated_calls"] == 1


async def test_limits_are_shown_as_they_were_put_and_nonsense_is_refused(stage: Stage) -> None:
    given = {
        "monthly": {"minutes": 1000, "calls": None, "cost": "250.50"},
        "thresholds": [90],
        "allowed_countries": ["MX", "US"],
        "destination_breaker": {"calls_per_hour": 20, "cost_per_hour": None, "includes_home": True},
    }
    shown = await put_limits(stage, **given)
    assert {name: shown[name] for name in given} == given | {"monthly": {"minutes": 1000, "calls": None, "cost": "250.5000"}}
    assert await stage.get("/usage/limits") == shown
    for wrong in ({"allowed_countries": ["ZZ"]}, {"monthly": {"cost": "-1"}}, {"monthly": {"cost": "1e9"}}, {"thresholds": [0]}, {"x": 1}):
        assert (await stage.api.owner.put("/usage/limits", json=wrong)).status_code == 400, wrong
    assert (await stage.api.owner.post("/usage/credits", json={"amount": "NaN"})).status_code == 400
    assert (await stage.api.viewer.get("/usage", params={"month": "2026-13"})).status_code == 400


async def test_a_call_that_waits_is_given_up_when_its_turn_comes_and_nothing_is_left(stage: Stage) -> None:
    call = await stage.call()
    await put_limits(stage, monthly={"calls": 0})
    assert await stage.tick() == 0
    given_up = await stage.get(f"/calls/{call['id']}")
    assert (given_up["state"], given_up["cost"]) == ("released", None)
    assert given_up["failure"] == "The workspace's limit of 0 calls a month is used up."
    assert await records(stage) == []
