"""Lets the model hang up, after its own goodbye was heard."""

from livekit.agents import RunContext, function_tool, llm

from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import already_spoke, schema
from sip_config.contract import EndCause

_SCHEMA = schema("end_call", "Hang up. Say goodbye in the same reply; the call ends when that has been heard.", {})

_STAY = "The person may be in danger: stay with them. The call goes on until they hang up."


def end_call(control: CallControl) -> llm.Tool:
    """The tool; it hangs up when the whole reply it belongs to has been played."""

    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str | None:
        if control.stays_on:
            return _STAY
        if not context.speech_handle.interrupted:
            context.disallow_interruptions()
        spoke = await already_spoke(context)
        context.speech_handle.add_done_callback(lambda _: control.hang_up(EndCause.AGENT_HANGUP))
        return None if spoke else "Say goodbye in one short sentence. The call ends after it."

    return run
