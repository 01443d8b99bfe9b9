"""Opens streams: who may hear what, from where on, and what they are told first."""

import uuid
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable

from control_plane.calls.service import CallService
from control_plane.campaigns.service import CampaignService
from control_plane.db.unit import Unit
from control_plane.domain.call_state import FINAL
from control_plane.kit.clock import monotonic
from control_plane.kit.live_feed import FAILURES
from control_plane.live import frames
from control_plane.live.hub import TOO_OLD, Hub
from control_plane.live.listener import Listener
from control_plane.webhooks.events import EVERYTHING, topic_of

RETRY_S = 3.0
RETRY_WITHOUT_FEED_S = 5.0
_ENDED = frozenset({"completed", "stopped", "archived"})
"""Campaigns for which nothing more is dialled, whatever anybody asks (domain/campaign_state)."""
Messages = AsyncIterator[bytes]


class LiveService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, hub: Hub) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._hub = hub

    async def of_workspace(self, last_id: str | None) -> Messages | None:
        async def is_over() -> bool:
            return False

        return await self._open(self._hub.admit(self._workspace_id, EVERYTHING, "/api/v1"), last_id, is_over)

    async def of_call(self, call_id: uuid.UUID, last_id: str | None) -> Messages | None:
        """None when the call is over and the client knows. Raises `NotFound`, `LimitReached`."""

        async def is_over() -> bool:
            return (await CallService(self._unit, self._workspace_id).get(call_id)).state in FINAL

        url, ends = f"/api/v1/calls/{call_id}", frozenset({"call.ended"})
        return await self._open(self._hub.admit(self._workspace_id, topic_of("call", call_id), url, ends), last_id, is_over)

    async def of_campaign(self, campaign_id: uuid.UUID, last_id: str | None) -> Messages | None:
        """None when the campaign is over and the client knows. Raises `NotFound`, `LimitReached`."""

        async def is_over() -> bool:
            return (await CampaignService(self._unit, self._workspace_id).get(campaign_id)).execution_status in _ENDED

        url, ends = f"/api/v1/campaigns/{campaign_id}", frozenset({"campaign.completed", "campaign.stopped"})
        listener = self._hub.admit(self._workspace_id, topic_of("campaign", campaign_id), url, ends)
        return await self._open(listener, last_id, is_over, has_counters=True)

    async def _open(
        self, listener: Listener, last_id: str | None, is_over: Callable[[], Awaitable[bool]], *, has_counters: bool = False
    ) -> Messages | None:
        """The row is read after the listener has joined: whatever it does not show yet will be told."""
        try:
            first = await self._join(listener, last_id)
            listener.is_over = await is_over()
        except BaseException:
            self._hub.release(listener)
            raise
        if listener.is_over and last_id == frames.OVER_ID:
            self._hub.release(listener)
            return None
        if has_counters:
            self._hub.tell_counters(listener)
        messages = _messages(self._hub, listener, first)
        # An answer that never begins, because its client is gone already, has no other end than this.
        weakref.finalize(messages, self._hub.release, listener)
        return messages

    async def _join(self, listener: Listener, last_id: str | None) -> bytes | None:
        """The first event; None when the feed is away."""
        try:
            is_known = await self._hub.join(listener, last_id)
        except FAILURES:
            return None
        if is_known:
            return frames.ready(listener.begins_at, is_resumed=last_id is not None)
        return frames.reset(listener.begins_at, TOO_OLD)


async def _messages(hub: Hub, listener: Listener, first: bytes | None) -> Messages:
    try:
        if first is None:
            yield frames.retry(RETRY_WITHOUT_FEED_S)
            return
        yield frames.retry(RETRY_S) + first
        try:
            async for frame in hub.missed(listener):
                yield frame
        except FAILURES:
            # The client comes back with the last id that it has heard.
            return
        async for frame in listener.messages(pulse_s=hub.limits.pulse_s, until=monotonic() + hub.limits.longest_s):
            yield frame
    finally:
        hub.release(listener)
