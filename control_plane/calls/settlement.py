"""Station 8: what follows for enrollment, contact and caller ID when a call is over. The retry policy decides, this writes."""

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

from control_plane.calls.analysis_asking import ask_for_analysis
from control_plane.calls.gate_rules import time_zones
from control_plane.calls.repository import CallRepository
from control_plane.calls.stopping import heed_the_network, settle_stop
from control_plane.campaigns.enrollments import Enrollments
from control_plane.contacts.repository import ContactRepository
from control_plane.db.models import Call, Campaign, Contact, Enrollment, Workspace
from control_plane.db.unit import Unit
from control_plane.domain.call_state import CallState
from control_plane.domain.calling_window import Window
from control_plane.domain.daypart import Place
from control_plane.domain.pacing import Priority
from control_plane.domain.retry_policy import DEAD_NUMBER, Again, Closed, End, RetryPolicy, counts_as_attempt, never_again
from control_plane.trunks.number_health import rest_if_blocked
from control_plane.usage.charging import charge
from sip_config.contract import AnsweredBy, CallPurpose, NetworkResult, Outcome

_SETTLES = (Outcome.SUCCESS, Outcome.NOT_INTERESTED)
"""Said by somebody who called back, it is the answer to what they had been called about."""
AFTER_RELEASE = timedelta(seconds=2)
LONGEST_AFTER_RELEASE = timedelta(minutes=5)
"""A call that was never dialled is due again at once. Each further release in a row doubles the pause, so that an agent worker, model or
prompt that is broken is not asked over and over, and is asked again soon after it was mended."""


async def settle(unit: Unit, call: Call) -> None:
    """Move the call's enrollment on, and wake the dialer: a slot, a number or a turn has become free."""
    unit.nudges.add("tick")
    if call.schedule_run_id is not None:
        # What follows for the run is the business of schedules, which know calls and are not known here.
        unit.nudges.add("follow_runs")
    await heed_the_network(unit, call)
    if call.purpose != CallPurpose.CAMPAIGN:
        # By its purpose: the run's row goes when its schedule is deleted meanwhile.
        await settle_stop(unit, call)
        await _settle_what_was_called_back(unit, call)
    enrollment = await _claimed_enrollment(unit, call)
    if enrollment is None:
        # No campaign's call; or an operator skipped or suppressed the enrollment meanwhile, and that decision stands.
        is_dialled = call.state != CallState.RELEASED and call.purpose != CallPurpose.INBOUND
        call.counts_as_attempt = is_dialled and counts_as_attempt(end_of(call, 0, {}))
    elif call.state == CallState.RELEASED:
        call.counts_as_attempt = False
        await _put_back(unit, call, enrollment)
    else:
        # Held here, because a session forgets rows that nobody holds, and the bill asks for the workspace too.
        workspace, campaign, contact = await CallRepository(unit.session).around(enrollment)
        await _follow_up(unit, call, enrollment, workspace, campaign, contact)
    # After the others, because a claim too locks enrollments before numbers; at the account all calls of the workspace meet.
    await _learn_of_numbers(unit, call)
    await ask_for_analysis(unit, call)
    await charge(unit, call)


async def settle_again(unit: Unit, call: Call) -> None:
    """A report that came after its call had been ended without it: if nobody is to be called again, that now holds."""
    await _close_if_it_must_be(unit, call, ("done", "suppressed"))
    await _settle_what_was_called_back(unit, call)


async def settle_amended(unit: Unit, call: Call) -> None:
    """What the network's answer meant was put right after the end: whoever waits and must never be called again is closed now, and the
    numbers are learned of. A ladder that has been climbed by the first reading is left as it is."""
    await heed_the_network(unit, call)
    # Before the numbers, because the contact's others are counted without the one that was called.
    await _close_if_it_must_be(unit, call, ("done", "suppressed", "exhausted"))
    await _learn_of_numbers(unit, call)


async def _close_if_it_must_be(unit: Unit, call: Call, states: tuple[str, ...]) -> None:
    if call.enrollment_id is None or call.campaign_id is None:
        return
    enrollments = Enrollments(unit)
    enrollment = await enrollments.lock(call.enrollment_id)
    if enrollment is None or enrollment.state != "waiting":
        return
    others = 0
    if "exhausted" in states:
        others = _other_numbers(await unit.session.get_one(Contact, enrollment.contact_id), call.to_e164)
    # The attempts of this call are counted already; only ends after which nobody is called again are asked for.
    followed = never_again(end_of(call, enrollment.attempts, enrollment.attempts_by_result, others))
    if followed is not None and followed.state in states:
        await enrollments.close(enrollment, followed.state, followed.reason)
        await enrollments.complete_campaign_if_finished(enrollment.campaign_id)


async def _settle_what_was_called_back(unit: Unit, call: Call) -> None:
    """Who was called by a campaign, has called back and has settled it with the same assistant is not called for it again."""
    before_id = call.request.get("calls_back")
    if before_id is None or call.outcome is None or call.outcome not in _SETTLES:
        return
    before = await CallRepository(unit.session).find(call.workspace_id, uuid.UUID(before_id))
    if before is None or before.enrollment_id is None or before.assistant_id != call.assistant_id:
        return
    enrollments = Enrollments(unit)
    enrollment = await enrollments.lock(before.enrollment_id)
    if enrollment is not None and enrollment.state == "waiting":
        await enrollments.close(enrollment, "done", f"called back: outcome {call.outcome.replace('_', ' ')}")
        await enrollments.complete_campaign_if_finished(enrollment.campaign_id)


async def keep_promise(unit: Unit, call: Call) -> None:
    """A person says after the call that the contact is to be called back at `callback_at`: whoever still waits, waits for that."""
    if call.enrollment_id is None or call.callback_at is None:
        return
    enrollment = await Enrollments(unit).lock(call.enrollment_id)
    if enrollment is not None and enrollment.state == "waiting":
        enrollment.priority = Priority.CALLBACK
        await Enrollments(unit).wait(enrollment, call.callback_at, ["To be called back at the time that was promised."])


async def _put_back(unit: Unit, call: Call, enrollment: Enrollment) -> None:
    """The enrollment of a call that was never dialled: due again soon, unless a person ended the call."""
    words = call.failure or "The call was put back before dialling."
    if call.ended_by_request:
        await Enrollments(unit).close(enrollment, "skipped", "Ended by a person before it was dialled.")
        await Enrollments(unit).complete_campaign_if_finished(enrollment.campaign_id)
        return
    in_a_row = await CallRepository(unit.session).releases_in_a_row(enrollment.id)
    pause = min(AFTER_RELEASE * 2 ** max(0, in_a_row - 1), LONGEST_AFTER_RELEASE)
    await Enrollments(unit).wait(enrollment, unit.now + pause, [words])


async def _claimed_enrollment(unit: Unit, call: Call) -> Enrollment | None:
    if call.enrollment_id is None or call.campaign_id is None:
        return None
    # What follows from it is written to the call together with its end.
    with unit.session.no_autoflush:
        enrollment = await Enrollments(unit).lock(call.enrollment_id)
    return enrollment if enrollment is not None and enrollment.state == "claimed" else None


async def _learn_of_numbers(unit: Unit, call: Call) -> None:
    """What the end says of the number that was called, and of the one that called."""
    dead = DEAD_NUMBER.get(NetworkResult(call.network_result or NetworkResult.UNKNOWN))
    if dead is not None:
        await ContactRepository(unit.session, call.workspace_id).mark_dead(call.to_e164, dead)
    if call.network_result == NetworkResult.BLOCKED_ANALYTICS and call.from_number_id is not None:
        await rest_if_blocked(unit, call.from_number_id)


async def _follow_up(unit: Unit, call: Call, enrollment: Enrollment, workspace: Workspace, campaign: Campaign, contact: Contact) -> None:
    policy = RetryPolicy.from_plain(campaign.attempts, rehearsal=campaign.rule_pack == "rehearsal")
    end = end_of(call, enrollment.attempts, enrollment.attempts_by_result, _other_numbers(contact, call.to_e164))
    followed = policy.after(end, unit.now, seed=str(call.id), place=_place(workspace, campaign, contact, call.to_e164))
    call.counts_as_attempt = followed.counts
    enrollment.attempts += followed.counts
    enrollment.last_from_number_id = call.from_number_id
    counts = dict(enrollment.attempts_by_result)
    enrollment.attempts_by_result = {**counts, followed.retry_class: counts.get(followed.retry_class, 0) + 1}
    match followed:
        case Again():
            promised = followed.retry_class == "callback"
            enrollment.priority = Priority.CALLBACK if promised else Priority.RETRY
            await Enrollments(unit).wait(enrollment, followed.at, [f"To be called {followed.reason}."])
        case Closed():
            await Enrollments(unit).close(enrollment, followed.state, followed.reason)
            await Enrollments(unit).complete_campaign_if_finished(enrollment.campaign_id)


def _place(workspace: Workspace, campaign: Campaign, contact: Contact, e164: str) -> Place:
    """Where the contact's day passes. Of several zones the first is as good as any: the gate asks all of them."""
    zone = ZoneInfo(next(iter(time_zones(e164, contact)), workspace.time_zone))
    window = Window.from_plain(campaign.window) if campaign.window is not None else None
    return Place(zone, None if window is None or window.follows_workspace else window)


def _other_numbers(contact: Contact, e164: str) -> int:
    return sum(phone.e164 != e164 and not phone.dead_reason for phone in contact.phones)


def end_of(call: Call, attempts: int, attempts_by_result: dict[str, int], other_numbers: int = 0) -> End:
    """The call's end as the retry policy sees it."""
    from_row = End(
        network_result=NetworkResult(call.network_result or NetworkResult.UNKNOWN),
        answered_by=AnsweredBy(call.answered_by or AnsweredBy.NONE),
        outcome=Outcome(call.outcome or Outcome.UNKNOWN),
        attempts=attempts,
        attempts_of_class=0,
        other_numbers=other_numbers,
        callback_at=call.callback_at,
        rang=call.ringing_at is not None,
    )
    return from_row.with_history(attempts_by_result)
