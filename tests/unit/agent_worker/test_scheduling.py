"""Only the callee's own yes, after the plan was read, has it stored."""

from agent_worker.control_plane_client import Unreachable
from agent_worker.scheduling import Scheduling

PLAN = "every Monday at 2:00 PM, Europe/Berlin time"


class Client:
    """Keeps what it is asked, and answers with a plan."""

    def __init__(self, *answers: dict[str, str] | Exception) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.answers = list(answers)

    async def schedule(self, words: str, about: str, yes: str) -> dict[str, str]:
        self.asked.append((words, about, yes))
        answer = self.answers.pop(0) if self.answers else {"read_back": PLAN}
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_plan_is_stored_after_it_was_read_and_the_callee_said_yes():
    client = Client()
    scheduling = Scheduling(client)  # type: ignore[arg-type]
    scheduling.heard("Yes, every Monday at two.")
    assert PLAN in await scheduling.propose("every Monday at 2 PM", "")
    assert "not said yes" in await scheduling.confirm()
    scheduling.heard("Hm, no.")
    assert "not said yes" in await scheduling.confirm()
    assert len(client.asked) == 1
    scheduling.heard("Yes please.")
    assert await scheduling.confirm() == f"Stored. Tell the person: we will call you {PLAN}."
    assert client.asked[1:] == [("every Monday at 2 PM", "", "Yes please.")]
    assert "first" in await scheduling.confirm()


async def test_a_question_goes_to_the_callee_and_stores_nothing():
    client = Client({"question": "At what time?"})
    scheduling = Scheduling(client)  # type: ignore[arg-type]
    assert await scheduling.propose("every Monday", "") == "Ask the person: At what time?"
    scheduling.heard("Yes.")
    assert "first" in await scheduling.confirm()
    assert len(client.asked) == 1


async def test_without_the_control_plane_nothing_is_promised():
    scheduling = Scheduling(Client(Unreachable("away")))  # type: ignore[arg-type]
    assert "did not work" in await scheduling.propose("every Monday at 2 PM", "")
