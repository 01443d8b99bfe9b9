"""A kill before and after every commit and every send of a call's way, and what is true then and in the end.

The dying process carries out one step with mortal ports. Whoever comes after it has healthy ones: an agent or LiveKit repeats what it had
no answer to, the sweep looks around, every nudge is delivered once more. No row of the table ever sees a second INVITE.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from control_plane.db.models import Call
from control_plane.dialer import place
from control_plane.operations.invariants import LEAVING
from control_plane.operations.tasks import tidy_rooms
from sip_config.naming import room_name
from tests.integration.dialer import stations as at
from tests.integration.dialer.conftest import Bench
from tests.integration.dialer.mortal import Death, Killed, dying
from tests.integration.dialer.stations import Situation, Station, Step
from tests.integration.dialer.test_life_of_a_call import ONE

MOST_SWEEPS = 6
"""Enough for every repeated dispatch to time out as well."""
PATIENCE_S = 10
"""Less than the phone rings by itself."""
OVER = ("ended", "released", "lost")


@dataclass(frozen=True)
class Expected:
    """The call's state (None: there is no call), INVITEs sent, the enrollment's state and its attempts."""

    call: str | None
    invites: int
    enrollment: str
    attempts: int


NOT_CLAIMED = Expected(None, 0, "waiting", 0)
QUEUED, DISPATCHED, READY = (Expected(state, 0, "claimed", 0) for state in ("queued", "dispatched", "ready"))
GIVEN_BACK = Expected("released", 0, "waiting", 0)
UNSENT = Expected("dialing", 0, "claimed", 0)
DIALLED, RINGING, TALKING, WRAPPING = (Expected(state, 1, "claimed", 0) for state in ("dialing", "ringing", "in_progress", "wrapping"))
LOST_UNSENT = Expected("lost", 0, "waiting", 1)
LOST = Expected("lost", 1, "waiting", 1)
AGAIN = Expected("ended", 1, "waiting", 1)
"""Over, and to be called again: not reached, or talked to by an agent that never reported."""
DONE = Expected("ended", 1, "done", 1)
OPTED_OUT = Expected("ended", 1, "suppressed", 1)

DISPATCH, INVITE, CLOSE = "dispatch", "dial", "close_room"
"""Sends; a number is a commit of the step, the first one being 1."""

Row = tuple[str, Station, Step, int | str, tuple[Expected, Expected], tuple[Expected, Expected]]
TABLE: list[Row] = [
    # around what             the call is                  the step    where    killed before: then, in the end; killed after: the same
    ("claim", at.nothing, at.claim, 1, (NOT_CLAIMED, NOT_CLAIMED), (QUEUED, GIVEN_BACK)),
    ("dispatch: generation", at.claimed, at.dispatch, 1, (QUEUED, GIVEN_BACK), (QUEUED, GIVEN_BACK)),
    ("dispatch: send", at.claimed, at.dispatch, DISPATCH, (QUEUED, GIVEN_BACK), (QUEUED, GIVEN_BACK)),
    ("dispatch: noted", at.claimed, at.dispatch, 2, (QUEUED, GIVEN_BACK), (DISPATCHED, GIVEN_BACK)),
    ("ready", at.dispatched, at.agent_is_ready, 1, (DISPATCHED, TALKING), (READY, TALKING)),
    ("dial: intent", at.ready, at.dial, 1, (READY, GIVEN_BACK), (UNSENT, LOST_UNSENT)),
    ("dial: INVITE, answered", at.ready, at.dial, INVITE, (UNSENT, LOST_UNSENT), (DIALLED, TALKING)),
    ("dial: last look", at.ready, at.dial, 2, (DIALLED, TALKING), (DIALLED, TALKING)),
    ("dial: answer", at.ready, at.dial, 3, (DIALLED, TALKING), (TALKING, TALKING)),
    # Who misses a turn has had a last look, and moves the turn before the next.
    ("dial: moved turn", at.ready, at.dial_having_overslept, 3, (UNSENT, LOST_UNSENT), (UNSENT, LOST_UNSENT)),
    ("dial: INVITE, busy", at.ready_for_a_busy_line, at.dial, INVITE, (UNSENT, LOST_UNSENT), (DIALLED, LOST)),
    ("dial: busy", at.ready_for_a_busy_line, at.dial, 3, (DIALLED, LOST), (AGAIN, AGAIN)),
    ("dial: room of a busy line", at.ready_for_a_busy_line, at.dial, CLOSE, (AGAIN, AGAIN), (AGAIN, AGAIN)),
    ("ringing", at.dialled, at.agent_hears_it_ring, 1, (DIALLED, TALKING), (RINGING, TALKING)),
    ("opt-out", at.talking, at.agent_opts_out, 1, (TALKING, OPTED_OUT), (TALKING, OPTED_OUT)),
    ("report", at.talking, at.agent_reports, 1, (TALKING, DONE), (DONE, DONE)),
    # What LiveKit says of an agent or of a room moves nothing: the sweep looks for itself.
    ("webhook: callee left", at.talking, at.livekit_says_the_callee_left, 1, (TALKING, DONE), (WRAPPING, DONE)),
    ("webhook: agent left", at.talking, at.livekit_says_the_agent_left, 1, (TALKING, AGAIN), (TALKING, AGAIN)),
    ("webhook: room finished", at.talking, at.livekit_says_the_room_is_finished, 1, (TALKING, AGAIN), (TALKING, AGAIN)),
    # A person ends the call: the intent is committed, and this is the task that hangs up.
    ("stop while it rings: look", at.dialled_and_to_end, at.hang_up, 1, (DIALLED, AGAIN), (DIALLED, AGAIN)),
    ("stop while it rings: room", at.dialled_and_to_end, at.hang_up, CLOSE, (DIALLED, AGAIN), (AGAIN, AGAIN)),
    ("stop while they talk: look", at.talking_and_to_end, at.hang_up, 1, (TALKING, AGAIN), (TALKING, AGAIN)),
    ("stop while they talk: room", at.talking_and_to_end, at.hang_up, CLOSE, (TALKING, AGAIN), (TALKING, AGAIN)),
    # Somebody has opted out in another way while their phone rings; the suppression is committed.
    ("suppressed: look", at.dialled_and_suppressed, at.heed_the_suppression, 1, (DIALLED, AGAIN), (DIALLED, AGAIN)),
    ("suppressed: noted", at.dialled_and_suppressed, at.heed_the_suppression, 2, (DIALLED, AGAIN), (DIALLED, AGAIN)),
    ("suppressed: contact", at.dialled_and_suppressed, at.heed_the_suppression, 3, (DIALLED, AGAIN), (DIALLED, AGAIN)),
    ("suppressed: room", at.dialled_and_suppressed, at.hang_up, CLOSE, (DIALLED, AGAIN), (AGAIN, AGAIN)),
    # The sweep's own: first it looks whose lease is over, then it decides about each of them.
    ("sweep: look", at.dispatched_in_vain, at.look_around, 1, (DISPATCHED, GIVEN_BACK), (DISPATCHED, GIVEN_BACK)),
    ("sweep: another generation", at.dispatched_in_vain, at.look_around, 2, (DISPATCHED, GIVEN_BACK), (DISPATCHED, GIVEN_BACK)),
    ("sweep: room of the former", at.dispatched_in_vain, at.look_around, CLOSE, (DISPATCHED, GIVEN_BACK), (DISPATCHED, GIVEN_BACK)),
    ("sweep: dispatch again", at.dispatched_in_vain, at.look_around, DISPATCH, (DISPATCHED, GIVEN_BACK), (DISPATCHED, GIVEN_BACK)),
    ("sweep: that is noted", at.dispatched_in_vain, at.look_around, 3, (DISPATCHED, GIVEN_BACK), (DISPATCHED, GIVEN_BACK)),
    ("sweep: fence before giving back", at.ready_in_vain, at.look_around, 2, (READY, GIVEN_BACK), (READY, GIVEN_BACK)),
    ("sweep: room of one given back", at.ready_in_vain, at.look_around, CLOSE, (READY, GIVEN_BACK), (READY, GIVEN_BACK)),
    ("sweep: given back", at.ready_in_vain, at.look_around, 3, (READY, GIVEN_BACK), (GIVEN_BACK, GIVEN_BACK)),
    ("sweep: adopted", at.dialled_unheard_and_answered, at.look_around, 2, (DIALLED, TALKING), (TALKING, TALKING)),
    ("sweep: lost", at.dialled_unheard_and_gone, at.look_around, 2, (DIALLED, LOST), (LOST, LOST)),
    ("sweep: room of a lost one", at.dialled_unheard_and_gone, at.look_around, CLOSE, (LOST, LOST), (LOST, LOST)),
    ("sweep: agent gone", at.left_by_the_agent, at.look_around, 2, (TALKING, AGAIN), (AGAIN, AGAIN)),
    ("sweep: room without agent", at.left_by_the_agent, at.look_around, CLOSE, (AGAIN, AGAIN), (AGAIN, AGAIN)),
    ("sweep: slot given back", at.over_without_a_report, at.look_around, 2, (AGAIN, AGAIN), (AGAIN, AGAIN)),
    ("sweep: stop whose task is lost", at.dialled_and_to_end, at.look_around, 2, (DIALLED, AGAIN), (DIALLED, AGAIN)),
    ("sweep: its room", at.dialled_and_to_end, at.look_around, CLOSE, (DIALLED, AGAIN), (AGAIN, AGAIN)),
    ("sweep: suppression whose task is lost", at.dialled_and_suppressed, at.look_around, 2, (DIALLED, AGAIN), (DIALLED, AGAIN)),
    ("sweep: its room as well", at.dialled_and_suppressed, at.look_around, CLOSE, (DIALLED, AGAIN), (AGAIN, AGAIN)),
]
OTHERS: Mapping[Step, tuple[Step, ...]] = {
    at.agent_is_ready: (at.agent_is_ready, at.they_are_called_and_pick_up),
    at.agent_hears_it_ring: (at.agent_hears_it_ring, at.they_pick_up),
    at.agent_opts_out: (at.agent_opts_out, at.agent_reports),
    at.agent_reports: (at.agent_reports,),
    at.livekit_says_the_callee_left: (at.livekit_says_the_callee_left, at.agent_reports),
    at.livekit_says_the_agent_left: (at.livekit_says_the_agent_left,),
    at.livekit_says_the_room_is_finished: (at.livekit_says_the_room_is_finished,),
}
"""After whose death others go on before the sweep comes: the API died, and not the agent or LiveKit, which say again what it did not
answer. Of a task that died nobody knows but the sweep."""


@pytest.mark.parametrize(("station", "step", "where", "killed_before", "killed_after"), [pytest.param(*r[1:], id=r[0]) for r in TABLE])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_loses_nobody_and_dials_nobody_twice(
    bench: Bench,
    station: Station,
    step: Step,
    where: int | str,
    killed_before: tuple[Expected, Expected],
    killed_after: tuple[Expected, Expected],
    when: str,
) -> None:
    then, in_the_end = killed_before if when == "before" else killed_after
    await bench.make_world(ONE)
    situation = await station(bench)
    with pytest.raises(Killed):
        await step(_of_who_dies(situation, when, where))
    if situation.placing is not None and situation.room not in bench.telephony.room_of:
        # Hung up on; the process that dials lives, and writes down what it hears.
        await asyncio.wait_for(situation.placing, PATIENCE_S)
    assert await _as_it_is(bench) == then
    for other in OTHERS.get(step, ()):
        await other(situation)
    await _ringing_is_over(situation)
    await _swept(bench)
    await _everything_nudged_again(bench)
    assert await _as_it_is(bench) == in_the_end
    await _nothing_is_held_in_vain(bench)
    await _no_room_is_left_behind(bench)


async def test_after_a_kill_before_the_dial_the_contact_is_called_by_a_new_call(bench: Bench) -> None:
    await bench.make_world(ONE)
    situation = await at.ready(bench)
    with pytest.raises(Killed):
        await at.dial(_of_who_dies(situation, "before", 1))
    await _swept(bench)
    await at.whoever_waits_is_due(bench)
    assert await bench.tick() == 1
    assert [call.state for call in await bench.calls()] == ["released", "queued"]


async def test_a_lost_call_keeps_its_contact_from_being_called_until_its_phone_cannot_ring(bench: Bench) -> None:
    await bench.make_world(ONE)
    situation = await at.ready(bench)
    with pytest.raises(Killed):
        await at.dial(_of_who_dies(situation, "before", INVITE))
    await _swept(bench)
    await at.whoever_waits_is_due(bench)
    assert await bench.tick() == 0
    assert [call.state for call in await bench.calls()] == ["lost"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_while_a_guest_is_hung_up_on_leaves_the_room_to_its_own_call(bench: Bench, when: str) -> None:
    """Somebody who was fetched into a call's room is to leave it, and the one who does that dies."""
    host, guest = await at.a_guest_who_is_to_leave(bench)
    with pytest.raises(Killed):
        await at.hang_up(_of_who_dies(guest, when, "hang_up"))
    assert (guest.identity in bench.telephony.room_of[host.room].legs) is (when == "before")
    await bench.sweep()
    assert set(bench.telephony.room_of[host.room].legs) == {"agent", host.identity}
    assert [call.state for call in await bench.calls() if call.id == host.the_call.id] == ["in_progress"]


def _of_who_dies(situation: Situation, when: str, where: int | str) -> Situation:
    """The same situation in a process with mortal ports."""
    death = Death(when, send=where) if isinstance(where, str) else Death(when, commit=where)
    return replace(situation, dialer=dying(situation.dialer, situation.bench.telephony, death))


async def _as_it_is(bench: Bench) -> Expected:
    calls, (enrollment,) = await bench.calls(), await bench.enrollments()
    state = calls[0].state if calls else None
    return Expected(state, len(bench.telephony.sent), enrollment.state, enrollment.attempts)


async def _ringing_is_over(situation: Situation) -> None:
    """Where the phone rings, somebody has picked up by now, or the next sweep hangs up; the process that dials lives and writes it down."""
    await situation.bench.sweep()
    if situation.placing is not None:
        await asyncio.wait_for(situation.placing, PATIENCE_S)


async def _swept(bench: Bench) -> None:
    await bench.let_ringing_times_pass()
    for _ in range(MOST_SWEEPS):
        await bench.let_leases_expire()
        await bench.sweep()


async def _everything_nudged_again(bench: Bench) -> None:
    for call in await bench.calls():
        await place.dispatch(bench.dialer, call.id)
        await place.place(bench.dialer, call.id)


async def _nothing_is_held_in_vain(bench: Bench) -> None:
    """A call that is over has given its slot back. Its number it keeps only while its phone may still be there, and until a stated time:
    a lost one, and one that was answered and that nobody has seen end."""
    for call in await bench.calls():
        if call.state in OVER:
            assert not call.holds_slot
            assert call.holds_number == (call.reserved_until is not None)
            assert call.holds_number is (call.state == "lost" or (call.answered_at is not None and call.reported_at is None))


async def _no_room_is_left_behind(bench: Bench) -> None:
    """A room that nobody has closed is closed once nobody can be leaving it any more."""
    longer = LEAVING + timedelta(minutes=1)
    async with bench.dialer.sessions.begin() as session:
        await session.execute(update(Call).where(Call.ended_at.is_not(None)).values(ended_at=Call.ended_at - longer))
    await tidy_rooms({"sessions": bench.dialer.sessions, "telephony": bench.telephony})
    over = {room_name(str(call.id)) for call in await bench.calls() if call.state in OVER}
    assert over.isdisjoint(bench.telephony.room_of)
