"""Calls wait while the processors are busier than is good for those that are being held."""

import asyncio

from agent_worker.admission import Admission


def busy(admission: Admission, share: float, seconds: int) -> Admission:
    for _ in range(seconds):
        admission.measured(share)
    return admission


def idle(_: float) -> float:
    return 0.0


def test_no_slot_is_free_while_the_processors_are_busy_and_all_are_once_they_have_calmed_down():
    admission = Admission(0.85, idle)
    assert admission.slots(8, 3) == 8
    assert busy(admission, 1.0, 10).slots(8, 3) == 3
    assert busy(admission, 0.8, 20).slots(8, 3) == 3, "that little less is no calm"
    assert busy(admission, 0.5, 10).slots(8, 3) == 8


def test_a_busy_second_makes_nobody_wait():
    assert not busy(busy(Admission(0.85, idle), 0.5, 20), 1.0, 1).is_closed


def test_a_worker_without_a_call_takes_one_and_calls_beyond_its_slots_are_not_named():
    admission = busy(Admission(0.85, idle), 1.0, 10)
    assert (admission.slots(8, 0), admission.slots(8, 1), admission.slots(1, 1), admission.slots(2, 3)) == (1, 1, 1, 2)


async def test_it_is_measured_again_and_again_and_not_at_all_where_nothing_is_held_back():
    measured: list[float] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def measure(seconds: float) -> float:
        measured.append(seconds)
        if len(measured) == 10:
            loop.call_soon_threadsafe(enough.set)
        return 1.0

    await Admission(1.0, measure).run()
    assert measured == []
    admission = Admission(0.85, measure)
    running = asyncio.create_task(admission.run())
    async with asyncio.timeout(30):
        await enough.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert admission.is_closed


async def test_what_cannot_be_measured_holds_nothing_back():
    def fails(_: float) -> float:
        raise FileNotFoundError("/sys/fs/cgroup/cpu.stat")

    admission = busy(Admission(0.85, fails), 1.0, 10)
    await admission.run()
    assert admission.slots(8, 3) == 8
