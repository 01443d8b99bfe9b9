"""The consents of many numbers at once, as the gate asks for them."""

from datetime import timedelta

from control_plane.calls.gate_repository import Asked, GateRepository
from control_plane.contacts.consent_repository import ConsentRepository
from tests.fixtures.api import START, Api

ONE, TWO = "+12025550101", "+12025550102"


async def test_consents_come_for_each_number_in_the_order_asked_newest_first_and_only_of_the_workspace(api: Api) -> None:
    async with api.sessions.begin() as session:
        consents = ConsentRepository(session)
        act = {"e164": ONE, "purpose": "survey", "basis": "written", "granted_at": START, "source": "form", "recorded_by": "api"}
        older, is_new = await consents.put(api.workspace_id, act)
        assert is_new
        same, is_new = await consents.put(api.workspace_id, act)
        assert (same.id, is_new) == (older.id, False)
        newer, _ = await consents.put(api.workspace_id, act | {"granted_at": START + timedelta(days=1)})
        await consents.put(api.other_workspace_id, act)
        asked = [Asked(api.workspace_id, e164, None, None, "") for e164 in (TWO, ONE)]
        none, both = [known.consents for known in await GateRepository(session).known(asked, START)]
    assert none == ()
    assert [row.id for row in both] == [newer.id, older.id]
    assert (both[1].purpose, both[1].basis, both[1].granted_at, both[1].revoked_at) == ("survey", "written", START, None)
