"""A phone to which the agent's voice finds no way: real livekit-server, real worker, and a callee who subscribes too late."""

import asyncio

from agent_worker.watchdog import NOT_HEARD
from rehearsal.hearing import Utterance
from rehearsal.leg import Leg, Seat
from sip_config.contract import EndCause, EventKind, Outcome
from sip_config.naming import SIP_CALL_STATUS
from tests.integration.agent_worker.harness import Stage


async def test_who_does_not_hear_the_agent_in_time_hears_an_apology_and_the_call_is_our_failure(calls: Stage):
    order = calls.order()
    kept = await calls.dispatch(order)
    heard: list[Utterance] = []
    leg = Leg(Seat(order.room_name, order.callee_identity, "", "", {SIP_CALL_STATUS: "dialing"}), calls.api, heard.append)
    await leg.join(calls.livekit.url, calls.livekit.key, calls.livekit.secret)
    try:
        await leg.set_status("active")
        async with asyncio.timeout(60):
            await calls.plane.until(lambda: EventKind.FAILED in kept.kinds())
            leg.listen()
            await leg.gone
            await kept.reported.wait()
    finally:
        await leg.leave(1)
    report = kept.report
    assert report is not None
    assert (report.outcome, report.end_cause) == (Outcome.AGENT_FAILURE, EndCause.SYSTEM_ERROR)
    assert NOT_HEARD in report.errors
    # Some 4 s of apology, of which the way to the phone takes the beginning.
    assert sum(utterance.ended_at - utterance.started_at for utterance in heard) > 1.0
