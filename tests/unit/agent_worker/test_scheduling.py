"""Only the callee's own yes, after the plan was read, has it done; the model names planned calls by their number and knows no id."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from agent_worker.control_plane_client import Superseded, Unreachable
from agent_worker.scheduling import Scheduling
from sip_config.contract import PlannedCalls

PLAN = "every Monday at 2:00 PM, Europe/Berlin time"
PLANNED = (PlannedCalls("id-1", "every day at noon"), PlannedCalls("id-2", PLAN))


class Client:
    """Keeps what it is asked, and answers with a plan."""

    def __init__(self, *answers: dict[str, str] | Exception) -> None:
        self.asked: list[Mapping[str, str]] = []
        self.answers = list(answers)

    async def schedule(self, asked: Mapping[str, str]) -> dict[str, str]:
        self.asked.append(asked)
        answer = self.answers.pop(0) if self.answers else {"read_back": PLAN}
        if isinstance(answer, Exception):
            raise answer
        return answer


def scheduling_with(client: Client) -> Scheduling:
    return Scheduling(client, PLANNED)  # type: ignore[arg-type]


async def test_a_plan_is_stored_after_it_was_read_and_the_callee_said_yes():
    client = Client()
    scheduling = scheduling_with(client)
    scheduling.heard("Yes, every Monday at two.")
    assert PLAN in await scheduling.create("every Monday at 2 PM", "", is_confirmed=False)
    assert "not said yes" in await scheduling.create("", "", is_confirmed=True)
    scheduling.heard("Hm, no.")
    assert "not said yes" in await scheduling.create("", "", is_confirmed=True)
    assert len(client.asked) == 1
    scheduling.heard("Yes please.")
    assert await scheduling.create("", "", is_confirmed=True) == f"Stored. Tell the person: we will call you {PLAN}."
    assert client.asked == [{"words": "every Monday at 2 PM", "about": ""}, {"yes": "Yes please."}]
    assert "first" in await scheduling.create("", "", is_confirmed=True)


@pytest.mark.parametrize("yes", ["Ja, gerne.", "Sí, claro.", "हाँ, ठीक है।"])
async def test_in_another_language_the_person_hears_the_sentence_of_the_rules_and_says_yes_in_theirs(yes: str):
    sentence = "wir rufen Sie an: jeden Montag um 14:00 Uhr"
    found = {"read_back": "jeden Montag um 14:00 Uhr", "sentence": sentence}
    scheduling = scheduling_with(Client(found, found))
    assert (await scheduling.create("every Monday at 2 PM", "", is_confirmed=False)).endswith(f": {sentence}.")
    scheduling.heard(yes)
    assert await scheduling.create("", "", is_confirmed=True) == f"Stored. Tell the person: {sentence}."


async def test_a_question_goes_to_the_callee_and_stores_nothing():
    client = Client({"question": "At what time?"})
    scheduling = scheduling_with(client)
    assert await scheduling.create("every Monday", "", is_confirmed=False) == "Ask the person: At what time?"
    scheduling.heard("Yes.")
    assert "first" in await scheduling.create("", "", is_confirmed=True)
    assert len(client.asked) == 1


@pytest.mark.parametrize("error", [Unreachable("away"), Superseded("409")])
async def test_without_the_control_plane_nothing_is_promised(error: Exception):
    scheduling = scheduling_with(Client(error))
    assert "did not work" in await scheduling.create("every Monday at 2 PM", "", is_confirmed=False)


async def test_planned_calls_are_moved_by_their_number_on_a_yes():
    client = Client()
    scheduling = scheduling_with(client)
    assert PLAN in await scheduling.change("2", "Tuesday at noon", is_confirmed=False)
    scheduling.heard("Yes.")
    assert "Stored" in await scheduling.change("2", "", is_confirmed=True)
    assert client.asked == [{"changes": "id-2", "words": "Tuesday at noon"}, {"yes": "Yes."}]


async def test_planned_calls_are_ended_by_their_number_on_a_yes():
    client = Client({"read_back": "every day at noon"})
    scheduling = scheduling_with(client)
    assert "we will not call you any more every day at noon" in await scheduling.cancel("1", is_confirmed=False)
    assert "not said yes" in await scheduling.cancel("1", is_confirmed=True)
    scheduling.heard("Yes, that is right.")
    assert "Stored" in await scheduling.cancel("1", is_confirmed=True)
    assert client.asked == [{"cancels": "id-1"}, {"yes": "Yes, that is right."}]


async def test_a_yes_is_one_to_what_was_read_and_to_nothing_else():
    client = Client()
    scheduling = scheduling_with(client)
    await scheduling.cancel("1", is_confirmed=False)
    scheduling.heard("Yes.")
    for other in (scheduling.cancel("2", is_confirmed=True), scheduling.change("1", "", is_confirmed=True)):
        assert "first" in await other
    assert "first" in await scheduling.create("", "", is_confirmed=True)
    assert len(client.asked) == 1


@pytest.mark.parametrize("which", ["0", "3", "", "id-1", "-1", "²", "9999999"])
async def test_nothing_but_a_number_of_the_list_is_taken(which: str):
    client = Client()
    assert "1 to 2" in await scheduling_with(client).cancel(which, is_confirmed=False)
    assert client.asked == []


async def test_a_stop_ends_the_schedule_at_once_and_says_whether_it_did():
    client = Client()
    assert await scheduling_with(client).stop("id-9", "Only these calls.")
    assert client.asked == [{"cancels": "id-9"}, {"yes": "Only these calls."}]
    assert not await scheduling_with(Client(Unreachable("away"))).stop("id-9", "Only these.")
    assert not await scheduling_with(Client({"read_back": PLAN}, Unreachable("away"))).stop("id-9", "Only these.")


async def test_a_call_back_is_agreed_on_the_callees_own_yes_after_its_time_was_read():
    found = {"read_back": "once, on Monday at 3:00 PM", "sentence": "we will call you once", "at": "2026-11-30T15:00:00-05:00"}
    client = Client(found)
    scheduling = scheduling_with(client)
    assert "first" in (await scheduling.call_back("Monday at 3 PM", is_confirmed=True)).next
    assert (await scheduling.call_back("Monday at 3 PM", is_confirmed=False)).next.endswith(": we will call you once.")
    unheard = await scheduling.call_back("", is_confirmed=True)
    assert ("not said yes" in unheard.next, unheard.is_agreed) == (True, False)
    scheduling.heard("Yes, that is fine.")
    agreed = await scheduling.call_back("", is_confirmed=True)
    assert (agreed.is_agreed, agreed.at, agreed.sentence) == (True, datetime(2026, 11, 30, 20, tzinfo=UTC), "we will call you once")
    assert not (await scheduling.call_back("", is_confirmed=True)).is_agreed
    assert client.asked == [{"calls_back": "Monday at 3 PM"}]


async def test_a_yes_to_a_plan_agrees_to_no_call_back():
    scheduling = scheduling_with(Client())
    await scheduling.create("every Monday at 2 PM", "", is_confirmed=False)
    scheduling.heard("Yes.")
    assert not (await scheduling.call_back("", is_confirmed=True)).is_agreed
