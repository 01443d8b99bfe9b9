"""Somebody has called: the dispatch rule of their number has opened a room and sent an agent, and there is no call in the ledger yet.

The room is joined without listening: LiveKit's SIP service lets the caller's phone ring until somebody hears it, so that nobody who is
answered waits for an agent to get ready.
"""

import asyncio

from livekit import rtc
from livekit.agents import AutoSubscribe, JobContext

from agent_worker.control_plane_client import Unreachable, arrive
from agent_worker.pipeline import Warm
from agent_worker.retry import until
from agent_worker.settings import Settings
from sip_config.contract import DispatchTicket, InboundArrival, InboundTicket
from sip_config.naming import SIP_CALLED, SIP_CALLER

CALLER_COMES_S = 15.0
"""From the agent's coming to the caller's leg, which is there before as a rule."""
TICKET_PATIENCE_S = 10.0


class NobodyThere(Exception):
    """The caller is gone, or the control plane does not want the call; the text says which."""


async def ticket_of(ctx: JobContext, rule: InboundTicket, settings: Settings, warm: Warm) -> DispatchTicket:
    """The call's ticket. Raises `NobodyThere`, `Superseded` or `Refused`: hang up."""
    await ctx.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE)
    try:
        async with asyncio.timeout(CALLER_COMES_S):
            caller = await ctx.wait_for_participant(kind=rtc.ParticipantKind.PARTICIPANT_KIND_SIP)
        seen = caller.attributes
        numbers = {"called": seen.get(SIP_CALLED, ""), "caller": seen.get(SIP_CALLER, "")}
        arrived = InboundArrival(rule.number_id, ctx.room.name, caller.identity, **numbers)
        return await until(TICKET_PATIENCE_S, lambda: arrive(warm.http, settings.control_plane_url, settings.agent_key, arrived))
    except (TimeoutError, RuntimeError) as error:
        raise NobodyThere(f"the caller is gone ({type(error).__name__})") from error
    except Unreachable as error:
        raise NobodyThere(f"the control plane does not answer ({error})") from error


def pick_up(room: rtc.Room, identity: str) -> None:
    """Listen to the caller, now and to what they begin to send later."""

    def listen(publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == identity and publication.kind == rtc.TrackKind.KIND_AUDIO:
            publication.set_subscribed(True)

    room.on("track_published", listen)
    if (caller := room.remote_participants.get(identity)) is not None:
        for publication in caller.track_publications.values():
            listen(publication, caller)
