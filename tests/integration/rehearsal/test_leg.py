"""A phone's place in a room of the unmodified livekit-server."""

import asyncio

import pytest
from livekit import api
from livekit.protocol.models import DisconnectReason

from rehearsal.leg import Leg, Seat, abandoned
from tests.fixtures.services import LiveKitService


async def test_a_join_that_is_given_up_leaves_nobody_in_the_room(lk: api.LiveKitAPI, livekit: LiveKitService) -> None:
    room = "given-up"
    await lk.room.create_room(api.CreateRoomRequest(name=room, empty_timeout=30))
    leg = Leg(Seat(room, "callee", "", "", {}), lk, lambda _: None)
    joining = asyncio.create_task(leg.join(livekit.url, livekit.key, livekit.secret))
    for _ in range(5):
        # So that LiveKit's client has been told to join.
        await asyncio.sleep(0)
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    await leg.leave(DisconnectReason.USER_UNAVAILABLE)
    assert len(abandoned) == 1
    await asyncio.wait_for(asyncio.gather(*abandoned), 20)
    assert not (await lk.room.list_participants(api.ListParticipantsRequest(room=room))).participants
    await lk.room.delete_room(api.DeleteRoomRequest(room=room))
