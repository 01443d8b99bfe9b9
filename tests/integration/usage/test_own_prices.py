"""A workspace's own prices: calls are billed by them, and amounts of several currencies are never added up."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from control_plane.db.models import Campaign, UsageAccount
from control_plane.usage import prices as price_file
from tests.integration.calls.conftest import Stage
from tests.integration.usage.test_charging import A_MINUTE, LLM, OF_LLM, audited, conversation, put_limits

EURO = {"currency": "EUR", "destinations": {"+": "0.5", "+1": "0.1"}}


async def put(stage: Stage, status: int = 200, **prices: Any) -> Any:
    answer = await stage.api.owner.put("/usage/prices", json=prices)
    assert answer.status_code == status, answer.text
    return answer.json()


async def account(stage: Stage) -> UsageAccount:
    async with stage.api.sessions() as session:
        return (await session.scalars(select(UsageAccount))).one()


async def test_calls_are_billed_by_the_workspaces_own_prices(stage: Stage) -> None:
    before = await stage.get("/usage/prices")
    assert (before["price_list"], before["currency"], before["own"]["destinations"]) == ("reference@2026-11", "USD", {})
    shown = await put(stage, destinations={"+1": "0.5"}, models={"gpt-4.1-mini": {"input": "1"}})
    assert shown == await stage.get("/usage/prices")
    assert (shown["price_list"], shown["currency"]) == ("own-1@reference@2026-11", "USD")
    assert (shown["in_use"]["destinations"]["+1"], shown["in_use"]["destinations"]["+49"]) == ("0.5", "0.0200")
    call = await conversation(stage, seconds=61, usage=(LLM,))
    assert (Decimal(call["cost"]), call["currency"]) == (Decimal("1.5"), "USD")
    assert (await stage.get("/usage"))["price_list"] == "own-1@reference@2026-11"
    (changed,) = await audited(stage, "usage.prices_changed")
    assert (changed.before, changed.after["destinations"]) == ({}, {"+1": "0.5"})


async def test_an_empty_body_goes_back_to_the_installations_list(stage: Stage) -> None:
    await put(stage, destinations={"+1": "0.5"})
    assert (await put(stage))["price_list"] == "reference@2026-11"
    assert Decimal((await conversation(stage, usage=(LLM,)))["cost"]) == 2 * A_MINUTE + OF_LLM
    assert (await put(stage, per_call="1"))["price_list"] == "own-3@reference@2026-11"


@pytest.mark.parametrize(
    "wrong",
    [{"currency": "EUR"}, {"destinations": {"1": "1"}}, {"per_call": "-1"}, {"models": {"m": {"x": "1"}}}, {"per_call": "99999"}, {"x": 1}],
)
async def test_nonsense_is_refused_and_changes_nothing(stage: Stage, wrong: dict[str, Any]) -> None:
    await put(stage, 400, **wrong)
    assert (await stage.get("/usage/prices"))["price_list"] == "reference@2026-11"


async def test_costs_of_two_currencies_stand_side_by_side(stage: Stage) -> None:
    await conversation(stage)
    await put(stage, **EURO)
    call = await conversation(stage, to="+12025550102")
    assert (Decimal(call["cost"]), call["currency"]) == (Decimal("0.2"), "EUR")
    month = await stage.get("/usage")
    assert (month["currency"], Decimal(month["total"]["cost"]), month["total"]["calls"]) == ("EUR", Decimal("0.2"), 1)
    (other,) = month["other_currencies"]
    assert (other["currency"], Decimal(other["cost"]), other["calls"]) == ("USD", 2 * A_MINUTE, 1)
    for rows in (month["by_day"], month["by_assistant"], month["by_campaign"], month["by_destination"]):
        assert sorted((row["currency"], Decimal(row["cost"])) for row in rows) == [("EUR", Decimal("0.2")), ("USD", 2 * A_MINUTE)]
    figures = await stage.get("/analytics/summary")
    assert (figures["cost"], figures["currency"], figures["priced_calls"]) == (None, None, 2)
    assert sorted((each["currency"], Decimal(each["cost"])) for each in figures["costs"]) == [
        ("EUR", Decimal("0.2")),
        ("USD", 2 * A_MINUTE),
    ]
    assert (await account(stage)).cost == Decimal("0.2")


async def test_the_currency_stays_while_amounts_of_it_are_kept(stage: Stage) -> None:
    await put_limits(stage, monthly={"cost": "5"}, destination_breaker={"cost_per_hour": "20"})
    await stage.api.owner.post("/usage/credits", json={"amount": "3"})
    people = (await stage.post("/contact-lists", {"name": "People"}))["id"]
    wanted = {"name": "C", "assistant_id": stage.assistant_id, "contact_list_ids": [people], "number_ids": [stage.number_id]}
    campaign = await stage.post("/campaigns", wanted | {"budget": "7"})
    refused = await put(stage, 409, **EURO)
    assert (refused["code"], refused["detail"]) == (
        "currency_in_use",
        "The workspace has a monthly cost limit, credits, an hourly cost limit of destinations, a campaign's budget in USD;"
        " take that away first, then change the currency.",
    )
    await put_limits(stage)
    await stage.api.owner.post("/usage/credits", json={"amount": "-3"})
    await stage.api.manager.patch(f"/campaigns/{campaign['id']}", json={"budget": None})
    assert (await put(stage, **EURO))["currency"] == "EUR"
    added = (await stage.api.owner.post("/usage/credits", json={"amount": "4"})).json()
    assert (added["currency"], Decimal(added["balance"])) == ("EUR", 4)
    assert [row["currency"] for row in (await stage.get("/usage/credits"))["items"]] == ["EUR", "USD", "USD"]
    status = await stage.get(f"/campaigns/{campaign['id']}/status")
    assert (status["currency"], status["budget"], Decimal(status["spent"])) == ("EUR", None, 0)


async def test_credits_of_another_currency_than_the_installations_new_list_pay_for_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.api.owner.post("/usage/credits", json={"amount": "5"})
    await conversation(stage)
    left = 5 - 2 * A_MINUTE
    monkeypatch.setitem(price_file._known(), "in_use", price_file.msgspec.structs.replace(price_file.prices_in_use(), currency="EUR"))
    refused = await stage.call(429)
    assert refused["detail"] == "The workspace's credits are in USD and its prices in EUR; take the credits back and add some in EUR."
    assert (await stage.api.owner.post("/usage/credits", json={"amount": "5"})).json()["code"] == "currency_in_use"
    back = (await stage.api.owner.post("/usage/credits", json={"amount": f"-{left}"})).json()
    assert (back["currency"], Decimal(back["balance"])) == ("USD", 0)
    added = (await stage.api.owner.post("/usage/credits", json={"amount": "5"})).json()
    assert (added["currency"], Decimal(added["balance"])) == ("EUR", 5)
    call = await conversation(stage, to="+12025550102")
    assert call["currency"] == "EUR"
    assert (await account(stage)).credits == left


async def test_campaigns_that_were_paused_are_named_when_there_is_room_again_and_stay_paused(stage: Stage) -> None:
    people = (await stage.post("/contact-lists", {"name": "People"}))["id"]
    await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": "+12025550101"}], "contact_list_ids": [people]})
    wanted = {"name": "C", "assistant_id": stage.assistant_id, "contact_list_ids": [people], "number_ids": [stage.number_id]}
    campaign = await stage.post("/campaigns", wanted)
    await stage.post(f"/campaigns/{campaign['id']}/start", status=200)
    assert (await put_limits(stage, monthly={"calls": 0}))["paused_campaigns"] == []
    await stage.tick()
    reason = "The workspace's limit of 0 calls a month is used up."
    named = [{"id": campaign["id"], "name": "C", "reason": reason}]
    assert (await put_limits(stage, monthly={"calls": 9}))["paused_campaigns"] == named
    assert (await stage.api.owner.post("/usage/credits", json={"amount": "5"})).json()["paused_campaigns"] == named
    await stage.tick()
    async with stage.api.sessions() as session:
        assert (await session.scalars(select(Campaign.execution_status))).one() == "paused"
    await stage.post(f"/campaigns/{campaign['id']}/resume", status=200)
    assert (await stage.get("/usage/limits"))["paused_campaigns"] == []
