"""What was decided about a call, on which rules, what came of it, and who may ask."""

from control_plane.telephony.port import Refused
from tests.integration.calls.conftest import Stage

BUSY = Refused(486, "Busy Here", "resource_exhausted")


async def test_a_call_is_explained_from_its_request_to_its_end(stage: Stage) -> None:
    called, _ = await stage.dialing()
    await stage.network_says(called, BUSY)
    told = await stage.get(f"/calls/{called['id']}/explain")
    assert [(v["stage"], v["decision"]) for v in told["verdicts"]] == [("planning", "dial"), ("claim", "dial"), ("last_gate", "dial")]
    assert [v["decided_at"] for v in told["verdicts"]] == sorted(v["decided_at"] for v in told["verdicts"])
    assert (told["may_dial"], told["decided_at"]) == (True, told["verdicts"][-1]["decided_at"])
    assert told["what_happened"] == "It was not answered: the line was busy (SIP 486)."
    assert told["what_follows"] == "No other call follows from it."
    assert told["summary"] == f"{told['what_happened']} {told['what_follows']}"
    assert [pack["name"] for pack in told["packs"]] == ["rehearsal"]
    assert told["zones"][0]["is_open"]
    assert (told["caller"]["from_number"], told["next_possible_at"], told["consent"]) == (called["from_number"], None, None)


async def test_a_call_that_waits_to_be_claimed_says_when_it_is_due(stage: Stage) -> None:
    call = await stage.call()
    planned = await stage.get(f"/calls/{call['id']}/explain")
    assert [verdict["stage"] for verdict in planned["verdicts"]] == ["planning"]
    assert (planned["state"], planned["what_happened"]) == ("queued", "The call is queued.")
    assert planned["what_follows"].startswith("It is due at ")


async def test_explanations_are_for_viewers_and_previews_for_managers(stage: Stage) -> None:
    call = await stage.call()
    assert (await stage.api.agent.get(f"/calls/{call['id']}/explain")).status_code == 403
    for client, status in ((stage.api.viewer, 403), (stage.api.manager, 404)):
        assert (await client.post(f"/campaigns/{call['id']}/preview", json={})).status_code == status
