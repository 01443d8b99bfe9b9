"""Trials and transcriptions take no slot from calls, a worker holds few of them, and neither keeps the other out."""

import asyncio
from types import SimpleNamespace

from agent_worker.slots import FULL_LOAD, MOST_TRANSCRIPTIONS, MOST_TRIALS, Slots
from sip_config.naming import room_name, transcription_room, trial_room


def job(id_: str, room: str) -> SimpleNamespace:
    return SimpleNamespace(job=SimpleNamespace(id=id_, metadata="", room=SimpleNamespace(name=room)))


class Request:
    def __init__(self, room: str, id_: str = "new") -> None:
        self.job = job(id_, room).job
        self.answer = ""
        self.is_assigned = asyncio.Event()
        self.is_assigned.set()

    async def accept(self, **_: str) -> None:
        await self.is_assigned.wait()
        self.answer = "accepted"

    async def reject(self, **_: bool) -> None:
        self.answer = "rejected"


async def asked(slots: Slots, server: SimpleNamespace, room: str) -> str:
    request = Request(room)
    await slots.answer(server, request)  # type: ignore[arg-type]
    return request.answer


async def test_a_trial_takes_no_slot() -> None:
    slots, server = Slots(1), SimpleNamespace(active_jobs=[job("1", trial_room("a"))])
    assert slots.load(server) == 0
    assert slots.calls(server) == ()
    assert await asked(slots, server, room_name("b")) == "accepted"


async def test_a_worker_full_of_calls_still_holds_a_trial() -> None:
    slots, server = Slots(1), SimpleNamespace(active_jobs=[job("1", room_name("a"))])
    assert slots.load(server) == FULL_LOAD
    assert await asked(slots, server, room_name("b")) == "rejected"
    assert await asked(slots, server, trial_room("c")) == "accepted"


async def test_a_worker_holds_few_trials() -> None:
    server = SimpleNamespace(active_jobs=[job(str(place), trial_room(str(place))) for place in range(MOST_TRIALS)])
    assert await asked(Slots(9), server, trial_room("one-more")) == "rejected"


async def test_trials_that_are_offered_at_once_are_held_to_few_as_well() -> None:
    slots, server = Slots(9), SimpleNamespace(active_jobs=[])
    offered = [Request(trial_room(str(place)), str(place)) for place in range(MOST_TRIALS)]
    for request in offered:
        request.is_assigned.clear()
    answers = [asyncio.ensure_future(slots.answer(server, request)) for request in offered]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert await asked(slots, server, trial_room("one-more")) == "rejected"
    for request in offered:
        request.is_assigned.set()
    await asyncio.gather(*answers)
    assert [request.answer for request in offered] == ["accepted"] * MOST_TRIALS
    assert await asked(slots, server, trial_room("later")) == "accepted"


async def test_transcriptions_have_a_bound_of_their_own() -> None:
    heard = [job(f"heard-{place}", transcription_room(str(place))) for place in range(MOST_TRANSCRIPTIONS)]
    tried = [job(f"tried-{place}", trial_room(str(place))) for place in range(MOST_TRIALS)]
    assert await asked(Slots(9), SimpleNamespace(active_jobs=heard), transcription_room("one-more")) == "rejected"
    assert await asked(Slots(9), SimpleNamespace(active_jobs=heard), trial_room("a")) == "accepted"
    assert await asked(Slots(9), SimpleNamespace(active_jobs=tried), transcription_room("a")) == "accepted"
