"""A campaign's budget over the API, and that neither it nor a single call of it starts when nothing is left."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.integration.calls.conftest import Stage


async def campaign_of(stage: Stage, **fields: Any) -> Any:
    people = (await stage.post("/contact-lists", {"name": "People"}))["id"]
    await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": "+12025550101"}], "contact_list_ids": [people]})
    wanted = {"name": "C", "assistant_id": stage.assistant_id, "contact_list_ids": [people], "number_ids": [stage.number_id]}
    return await stage.post("/campaigns", wanted | fields)


async def test_a_campaign_keeps_its_budget_and_does_not_start_when_the_month_is_used_up(stage: Stage) -> None:
    campaign = await campaign_of(stage, budget="12.50")
    assert Decimal(campaign["budget"]) == Decimal("12.5")
    path = f"/campaigns/{campaign['id']}"
    assert (await stage.api.manager.patch(path, json={"budget": "-1"})).status_code == 400
    changed = await stage.api.manager.patch(path, json={"budget": "0"})
    assert (changed.status_code, Decimal(changed.json()["budget"])) == (200, 0)
    refused = await stage.post(f"{path}/start", status=429)
    assert (refused["code"], refused["detail"]) == ("budget_used_up", "The campaign's budget of 0.00 is used up: its calls have cost 0.00.")
    assert (await stage.api.manager.patch(path, json={"budget": None})).json()["budget"] is None
    assert (await stage.api.owner.put("/usage/limits", json={"monthly": {"minutes": 0}})).status_code == 200
    assert (await stage.post(f"{path}/start", status=429))["code"] == "usage_limit_reached"
    assert Decimal((await stage.get(f"{path}/status"))["spent"]) == 0


async def test_a_single_call_of_a_campaign_that_waits_is_given_up_once_the_budget_is_used_up(stage: Stage) -> None:
    campaign = await campaign_of(stage, budget="12.50")
    of_campaign, of_none = await stage.call(campaign_id=campaign["id"]), await stage.call(to="+12025550102")
    # Its time has come, whatever the hour at which this runs.
    await stage.change(of_campaign, due_at=datetime.now(UTC))
    assert (await stage.api.manager.patch(f"/campaigns/{campaign['id']}", json={"budget": "0"})).status_code == 200
    assert await stage.tick() == 1
    given_up = await stage.get(f"/calls/{of_campaign['id']}")
    assert (given_up["state"], given_up["failure"]) == ("released", "The campaign's budget of 0.00 is used up: its calls have cost 0.00.")
    assert (await stage.get(f"/calls/{of_none['id']}"))["state"] != "released"
