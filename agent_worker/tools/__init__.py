"""What the model may do in a call: one capability per file. Which of them a call gets is decided here, from its order."""

from livekit.agents import llm

from agent_worker import phrases
from agent_worker.outcomes import category
from agent_worker.tools.book_appointment import book_appointment
from agent_worker.tools.change_schedule import cancel_schedule, change_schedule
from agent_worker.tools.check_availability import check_availability
from agent_worker.tools.configured import configured
from agent_worker.tools.control import CallControl
from agent_worker.tools.create_schedule import create_schedule
from agent_worker.tools.end_call import end_call
from agent_worker.tools.flag_risk import flag_risk
from agent_worker.tools.log_activity import log_activity
from agent_worker.tools.look_up_knowledge import look_up_knowledge
from agent_worker.tools.note_promise import note_promise
from agent_worker.tools.opt_out import opt_out
from agent_worker.tools.qualify_lead import qualify_lead
from agent_worker.tools.record_mood import record_mood
from agent_worker.tools.remember import remember
from agent_worker.tools.schedule_callback import schedule_callback
from agent_worker.tools.schedule_tour import schedule_tour
from agent_worker.tools.send_dtmf import send_dtmf
from agent_worker.tools.set_outcome import set_outcome
from agent_worker.tools.transfer_to_human import transfer_to_human
from sip_config.contract import CallOrder, Outcome

ALL = ("end_call", "opt_out", "set_outcome", "note_promise")
"""What an order that names no tools means. Planning further calls is only for assistants that are told to."""

_PLAIN = {"qualify_lead": qualify_lead, "log_activity": log_activity, "send_dtmf": send_dtmf}

_OF_CALENDARS = {"check_availability": check_availability, "book_appointment": book_appointment, "schedule_tour": schedule_tour}


def tools_for(order: CallOrder, control: CallControl) -> list[llm.Tool]:
    """Opting out always, because no assistant may switch it off; the others as the order names them, all when it names none."""
    wanted = order.tools or ALL
    tools: list[llm.Tool] = [opt_out(control)]
    if "end_call" in wanted:
        tools.append(end_call(control))
    back = [label for label in order.outcome_labels if category(label) is Outcome.CALLBACK] if "schedule_callback" in wanted else []
    if "set_outcome" in wanted and order.outcome_labels:
        # A time to call back is promised in one way only: where it is read back first, not beside it.
        tools.append(set_outcome(control, order.outcome_labels, "" if back else order.time_zone))
    if back:
        tools.append(schedule_callback(control, back[0]))
    if "note_promise" in wanted:
        tools.append(note_promise(control, order.time_zone))
    if "remember" in wanted:
        tools.append(remember(control))
    if "create_schedule" in wanted:
        tools.append(create_schedule(control))
    if "change_schedule" in wanted and order.planned:
        tools.append(change_schedule(control, order.planned))
    if "cancel_schedule" in wanted and order.planned:
        tools.append(cancel_schedule(control, order.planned))
    if "flag_risk" in wanted:
        tools.append(flag_risk(control))
    if "record_mood" in wanted:
        tools.append(record_mood(control))
    tools += [make(control) for name, make in _PLAIN.items() if name in wanted]
    if "transfer_to_human" in wanted and order.destinations:
        tools.append(transfer_to_human(control, order.destinations))
    if order.calendars:
        tools += [make(control, order.calendars) for name, make in _OF_CALENDARS.items() if name in wanted]
    filler = phrases.for_language(order.language).looking_up
    if order.knowledge.about:
        tools.append(look_up_knowledge(control, order.knowledge, filler))
    return tools + [configured(control, each, filler) for each in order.configured_tools]
