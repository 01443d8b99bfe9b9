"""Every PATCH takes `If-Match`: of two who have seen the same, the second is told."""

import asyncio

from tests.fixtures.api import Api
from tests.integration.api.belongings import belongings
from tests.integration.api.test_tenants_and_roles import routes

CHANGES = {
    "/workspace": ({"name": "One"}, {"name": "Two"}),
    "/assistants/{assistant_id}": ({"first_message": "One"}, {"first_message": "Two"}),
    "/trunks/{trunk_id}": ({"calls_per_second": 2}, {"calls_per_second": 3}),
    "/numbers/{number_id}": ({"label": "One"}, {"label": "Two"}),
    "/contacts/{contact_id}": ({"attributes": {"b": 1, "a": 2}}, {"attributes": {"a": 2}}),
    "/contact-lists/{list_id}": ({"name": "One"}, {"name": "Two"}),
    "/secrets/{secret_id}": ({"description": "One"}, {"description": "Two"}),
    "/tools/{tool_id}": ({"description": "One"}, {"description": "Two"}),
    "/knowledge/{knowledge_id}": ({"description": "One"}, {"description": "Two"}),
    "/appointment-feeds/{feed_id}": ({"name": "One"}, {"name": "Two"}),
    "/appointments/{appointment_id}": ({"place": "One"}, {"place": "Two"}),
    "/operators/{operator_id}": ({"is_active": False}, {"mode": "warm"}),
    "/calendars/{calendar_id}": ({"place": "One"}, {"place": "Two"}),
    "/bookings/{booking_id}": ({"note": "One"}, {"note": "Two"}),
    "/webhook-endpoints/{endpoint_id}": ({"description": "One"}, {"description": "Two"}),
    "/schedules/{schedule_id}": ({"cron": "0 15 * * 1"}, {"agenda": "Sleep"}),
    "/checkups/{checkup_id}": ({"time_of_day": "evening"}, {"time_of_day": "afternoon"}),
    "/campaigns/{campaign_id}": ({"weight": 2}, {"weight": 3}),
}
"""By path: two bodies that change something, whichever comes first."""


async def test_a_stale_tag_is_a_conflict_on_every_patch_and_changes_nothing(api: Api) -> None:
    mine = await belongings(api, api.owner)
    assert {path for method, path in routes(api.app) if method == "PATCH"} == CHANGES.keys()
    for template, (one, two) in CHANGES.items():
        path = mine.path(template)
        seen = (await api.owner.get(path)).headers["etag"]
        fresh = await api.owner.patch(path, json=one, headers={"If-Match": f'"else", {seen}'})
        shown = await api.owner.get(path)
        assert (fresh.status_code, fresh.headers["etag"]) == (200, shown.headers["etag"]), fresh.text
        assert fresh.headers["etag"] != seen
        stale = await api.owner.patch(path, json=two, headers={"If-Match": seen})
        assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile"), template
        assert (await api.owner.get(path)).json() == shown.json()
        for tag in ({"If-Match": "*"}, {}):
            assert (await api.owner.patch(path, json=two, headers=tag)).status_code == 200, template


async def test_of_two_changes_at_the_same_moment_one_is_told(api: Api) -> None:
    mine = await belongings(api, api.owner)
    for template, bodies in CHANGES.items():
        path = mine.path(template)
        tag = {"If-Match": (await api.owner.get(path)).headers["etag"]}
        answers = await asyncio.gather(*(api.owner.patch(path, json=body, headers=tag) for body in bodies))
        assert sorted(answer.status_code for answer in answers) == [200, 409], template
        (winner,) = [answer for answer in answers if answer.status_code == 200]
        assert (await api.owner.get(path)).headers["etag"] == winner.headers["etag"]


async def test_what_the_platform_writes_by_itself_leaves_the_tag_alone(api: Api) -> None:
    mine = await belongings(api, api.owner)
    path = mine.path("/trunks/{trunk_id}")
    before = await api.owner.get(path)
    await api.owner.post(f"{path}/sync")
    after = await api.owner.get(path)
    assert (before.json()["sync_state"], after.json()["sync_state"]) == ("synced", "pending")
    assert after.headers["etag"] == before.headers["etag"]
