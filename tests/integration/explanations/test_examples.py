"""The description of the API shows whole answers of what is hard to imagine."""

from tests.fixtures.world import World

ROUTES = [
    ("/enrollments/{enrollment_id}/explain", "get", "may_dial"),
    ("/calls/{call_id}/explain", "get", "verdicts"),
    ("/campaigns/{campaign_id}/preview", "post", "reasons"),
    ("/rules", "get", "items"),
    ("/rules/{pack}", "get", "versions"),
    ("/workspace/rules", "get", "waivers"),
    ("/workspace/rules", "put", "waivers"),
]


async def test_explanations_previews_and_rules_are_described_with_a_whole_answer(world: World) -> None:
    paths = (await world.ours.client.get("/openapi.json")).json()["paths"]
    for path, method, field in ROUTES:
        answer = paths[f"/api/v1{path}"][method]["responses"]["200"]["content"]["application/json"]
        assert answer["schema"]["$ref"]
        examples = [example["value"] for example in answer["examples"].values()]
        assert [field in value for value in examples] == [True], path
