"""A campaign's budget over the API, and that one does not start when nothing is left."""

from decimal import Decimal

from tests.integration.calls.conftest import Stage


async def test_a_campaign_keeps_its_budget_and_does_not_start_when_the_month_is_used_up(stage: Stage) -> None:
    people = (await stage.post("/contact-lists", {"name": "People"}))["id"]
    await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": "+12025550101"}], "contact_list_ids": [people]})
    wanted = {"name": "C", "assistant_id": stage.assistant_id, "contact_list_ids": [people], "number_ids": [stage.number_id]}
    campaign = await stage.post("/campaigns", wanted | {"budget": "12.50"})
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
