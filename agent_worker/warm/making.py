"""Puts one try to fetch a human together: the room, the leg's ledger, the session's voice and ears."""

from collections.abc import Callable
from functools import partial

from livekit.agents import AgentSession, JobContext, tts

from agent_worker.control_plane_client import CallClient
from agent_worker.opening_line import Line, NoSpeechError
from agent_worker.warm.ears import listen
from agent_worker.warm.ledger import LegLedger, LegTicket
from agent_worker.warm.party_line import RoomLine
from agent_worker.warm.transfer import WarmTransfer
from agent_worker.warm.words import briefing
from sip_config.contract import CallOrder


def fetcher(ctx: JobContext, order: CallOrder, client: CallClient, session: AgentSession) -> Callable[[LegTicket, str], WarmTransfer]:
    """For `HandingOver.fetches`; the session has started."""

    def fetch(leg: LegTicket, about: str) -> WarmTransfer:
        ears, voice, detector = session.stt, session.tts, session.vad
        assert ears is not None
        assert voice is not None
        assert detector is not None
        ledger = LegLedger(client.of_leg(leg.ticket), leg.ticket, order.heartbeat_every_s)
        hear = partial(listen, ears=ears, detector=detector)
        line = RoomLine(ctx, order.callee_identity, leg.identity, ledger.status, hear)
        return WarmTransfer(line, ledger, partial(_spoken, voice), briefing(order, about))

    return fetch


async def _spoken(voice: tts.TTS, text: str) -> Line:
    """Raises the voice's own error, or `NoSpeechError`."""
    frame = await voice.synthesize(text).collect()
    if not frame.data:
        raise NoSpeechError("the speech model returned no audio for a briefing")
    return Line(bytes(frame.data), frame.sample_rate)
