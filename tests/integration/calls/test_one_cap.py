"""Calls to one person count together, however they were asked for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from control_plane.calls.gate_repository import Asked, GateRepository
from control_plane.db.models import Call
from control_plane.telephony.port import Refused
from tests.integration.calls.conftest import Stage

FIRST, SECOND, STRANGER = "+12025550171", "+12025550172", "+12025550173"


async def test_calls_to_a_bare_number_count_for_the_contact_who_has_it_now(stage: Stage) -> None:
    for number in (SECOND, STRANGER):
        await stage.call(to=number)
    async with stage.api.sessions.begin() as session:
        await session.execute(update(Call).values(dialing_at=datetime.now(UTC), state="ended", counts_as_attempt=True))
    contact = await stage.post("/contacts", {"name": "Ada", "phones": [{"e164": FIRST}, {"e164": SECOND}]})
    workspace_id, since = (await stage.rows())[0].workspace_id, datetime.now(UTC) - timedelta(days=1)
    asked = [Asked(workspace_id, FIRST, None, whom, "") for whom in (UUID(contact["id"]), uuid4())]
    async with stage.api.sessions() as session:
        theirs, nobodys = await GateRepository(session).known(asked, since)
    assert (len(theirs.dialled), len(nobodys.dialled)) == (1, 0)


@pytest.mark.parametrize(("text", "counts"), [("CPS limit exceeded", False), ("Service Unavailable", False), ("Q.850;cause=17", True)])
async def test_a_single_call_counts_when_it_may_have_reached_the_person(stage: Stage, text: str, counts: bool) -> None:
    call, _ = await stage.dialing()
    await stage.network_says(call, Refused(503, text, "failed_precondition"))
    assert (await stage.row(call)).counts_as_attempt is counts
