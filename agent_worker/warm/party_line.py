"""The room while a human is fetched: who hears whom, on LiveKit.

Nothing moves anybody between rooms (self-hosted servers cannot), so both phones are in the call's room from the beginning, and what each
hears is a matter of subscriptions. Of the agent's own tracks each phone may subscribe to its part only: permissions, which hold before a
track has a sound. The phones' tracks know no such permissions: the server takes the one from the other's subscriptions, when the human's
phone appears (it rings for a while, and nothing of it is heard before the answer) and again until they may hear each other, because
LiveKit's SIP service subscribes by itself whenever it sees a track.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import ClientError
from livekit import api, rtc
from livekit.agents import JobContext
from livekit.protocol.room import RoomParticipantIdentity, UpdateSubscriptionsRequest
from livekit.rtc.participant import UnpublishTrackError

from agent_worker.opening_line import Line
from agent_worker.sip_leg import SipLeg
from agent_worker.warm import music
from agent_worker.warm.reply import Reply

log = structlog.get_logger()

HOLD_TRACK, BRIEFING_TRACK = "hold", "briefing"
LOOK_S, APART_SOON_S, APART_LATER_S, SOON = 0.1, 0.3, 2.0, 10
"""For the human's phone, and then between two times that the phones are kept apart: the first `SOON` of them quickly, and again from the
answer on, because that is when a phone's own wish to hear everybody comes."""
SUBSCRIBED_WITHIN_S = 5.0
TRIES, ANSWER_S = 3, 5.0

_ERRORS = (api.TwirpError, ClientError, TimeoutError, OSError)


class RoomLine:
    """A `PartyLine`. `listen` hears the human's track and calls back with each utterance and when it began, until it is cancelled."""

    def __init__(
        self,
        ctx: JobContext,
        callee: str,
        guest: str,
        on_status: Callable[[str, float], None],
        listen: Callable[[rtc.Track, Callable[[str, float], None]], Awaitable[None]],
    ) -> None:
        self._ctx, self._room, self._callee, self._guest, self._listen = ctx, ctx.room, callee, guest, listen
        # A key comes through the leg, and counts from its answer on.
        self.leg = SipLeg(ctx.room, guest, on_status, lambda digit: self.reply.key(digit))
        self.reply = Reply(self.leg.answered)
        self._hold, self._briefing = rtc.AudioSource(music.RATE, 1), rtc.AudioSource(music.RATE, 1)
        self._published: dict[str, rtc.LocalTrackPublication] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False

    async def hold(self) -> None:
        # Whoever comes hears nothing of the agent but what is for them.
        own = [each.sid for each in self._room.local_participant.track_publications.values()]
        self._permit({self._callee: own})
        hold = await self._publish(HOLD_TRACK, self._hold)
        briefing = await self._publish(BRIEFING_TRACK, self._briefing)
        self._permit({self._callee: [*own, hold], self._guest: [briefing]})
        self._tasks += [asyncio.create_task(self._play_music()), asyncio.create_task(self._keep_apart()), asyncio.create_task(self._hear())]

    async def say(self, line: Line) -> None:
        await asyncio.wait_for(self._published[BRIEFING_TRACK].wait_for_subscription(), SUBSCRIBED_WITHIN_S)
        resampler = None if line.sample_rate == music.RATE else rtc.AudioResampler(line.sample_rate, music.RATE)
        try:
            async for frame in line.frames():
                for each in [frame] if resampler is None else resampler.push(frame):
                    await self._briefing.capture_frame(each)
            await self._briefing.wait_for_playout()
        except asyncio.CancelledError:
            self._briefing.clear_queue()
            raise

    async def join(self) -> None:
        await self._stop()
        await self._subscribe(self._callee, self._guest, wanted=True)
        await self._subscribe(self._guest, self._callee, wanted=True)
        await self._unpublish()

    async def part(self) -> None:
        await self._stop()
        if self.leg.status and not self.leg.left.done():
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._ctx.api.room.remove_participant(RoomParticipantIdentity(room=self._room.name, identity=self._guest))
            except _ERRORS as error:
                # Who cannot be hung up on hears nobody, and leaves; the ledger ends the leg.
                log.warning("not_hung_up", error=type(error).__name__)
        await self._unpublish()

    async def aclose(self) -> None:
        if self._is_over:
            return
        await self._stop()
        self._is_over = True
        for source in (self._hold, self._briefing):
            await source.aclose()

    def _permit(self, tracks: dict[str, list[str]]) -> None:
        permissions = [rtc.ParticipantTrackPermission(participant_identity=who, allowed_track_sids=sids) for who, sids in tracks.items()]
        self._room.local_participant.set_track_subscription_permissions(allow_all_participants=False, participant_permissions=permissions)

    async def _publish(self, name: str, source: rtc.AudioSource) -> str:
        track = rtc.LocalAudioTrack.create_audio_track(name, source)
        self._published[name] = await self._room.local_participant.publish_track(track)
        return self._published[name].sid

    async def _unpublish(self) -> None:
        """No more music and no more briefing. Of the agent the callee hears what the session says, as before, and nobody else does."""
        for publication in self._published.values():
            with contextlib.suppress(UnpublishTrackError):
                await self._room.local_participant.unpublish_track(publication.sid)
        self._published.clear()
        self._permit({self._callee: [each.sid for each in self._room.local_participant.track_publications.values()]})

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _play_music(self) -> None:
        sound = Line(music.loop(), music.RATE)
        while True:
            async for frame in sound.frames():
                await self._hold.capture_frame(frame)

    async def _keep_apart(self) -> None:
        count, answered = 0, self.leg.answered
        while True:
            if self._tracks_of(self._guest):
                count += 1
                await self._subscribe(self._callee, self._guest, wanted=False, tries=1)
                await self._subscribe(self._guest, self._callee, wanted=False, tries=1)
            pause_s = LOOK_S if not count else APART_SOON_S if count < SOON else APART_LATER_S
            if answered.done():
                await asyncio.sleep(pause_s)
            elif (await asyncio.wait({answered}, timeout=pause_s))[0]:
                count = 0

    async def _hear(self) -> None:
        """The human's words, from the answer on."""
        await self.leg.answered
        while not (found := [track for each in self._publications(self._guest) if (track := each.track) is not None]):
            # Who answers calls that come in subscribes to nobody by itself.
            for each in self._publications(self._guest):
                each.set_subscribed(True)
            await asyncio.sleep(LOOK_S)
        await self._listen(found[0], self.reply.heard)

    def _publications(self, identity: str) -> list[rtc.RemoteTrackPublication]:
        participant = self._room.remote_participants.get(identity)
        return list(participant.track_publications.values()) if participant is not None else []

    def _tracks_of(self, identity: str) -> list[str]:
        return [each.sid for each in self._publications(identity)]

    async def _subscribe(self, who: str, to: str, *, wanted: bool, tries: int = TRIES) -> None:
        """Raises what LiveKit answers to the last try where the two are to hear each other; else the next time does it."""
        asked = UpdateSubscriptionsRequest(room=self._room.name, identity=who, track_sids=self._tracks_of(to), subscribe=wanted)
        for left in reversed(range(tries)):
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._ctx.api.room.update_subscriptions(asked)
                    return
            except _ERRORS as error:
                log.warning("subscriptions_not_changed", wanted=wanted, error=type(error).__name__)
                if wanted and not left:
                    raise
