"""The telephony port in memory: rooms, legs and dials behave as LiveKit's do, at the speed of the test.

A dial waits until the test answers it, as a phone waits until somebody picks up. `sent` is the ledger of INVITEs.
"""

import asyncio
from dataclasses import dataclass, field

from control_plane.telephony.port import (
    TURNED_AWAY,
    Answered,
    Dial,
    DialResult,
    Dispatch,
    Leg,
    NotTransferred,
    PermittedDial,
    Refused,
    TelephonyError,
    Transfer,
    Transferred,
    TransferResult,
)

RANG_OUT = Refused(None, "twirp error unknown: sip request timed out", "canceled")


@dataclass(slots=True)
class FakeRoom:
    agent_metadata: str
    legs: dict[str, Leg] = field(default_factory=dict)


class FakeTelephony:
    def __init__(self) -> None:
        self.room_of: dict[str, FakeRoom] = {}
        self.sent: list[Dial] = []
        self.transfers: list[Transfer] = []
        self.refuses_transfers = ""
        """Why the carrier puts nobody through; empty when it does."""
        self.is_down = False
        self._answers: dict[str, asyncio.Future[DialResult]] = {}

    async def dispatch(self, order: Dispatch) -> None:
        self._reach()
        if order.room not in self.room_of:
            self.room_of[order.room] = FakeRoom(order.agent_metadata)
            self.agent_joins(order.room)

    async def dial(self, order: PermittedDial) -> DialResult:
        if self.is_down:
            return Refused(None, "connection refused", "unavailable", not_sent=True)
        if not order.door.passes():
            return TURNED_AWAY
        self.sent.append(order)
        room = self.room_of.setdefault(order.room, FakeRoom(""))
        # A second phone in a room is answered by its identity.
        key = order.identity if any(leg.is_phone for leg in room.legs.values()) else order.room
        room.legs[order.identity] = Leg(order.identity, is_agent=False, is_phone=True, call_status="ringing")
        answer = self._answers.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            result = await asyncio.wait_for(asyncio.shield(answer), order.ringing_timeout_s)
        except TimeoutError:
            result = RANG_OUT
        if isinstance(result, Answered):
            room.legs[order.identity] = Leg(order.identity, is_agent=False, is_phone=True, call_status="active")
        else:
            room.legs.pop(order.identity, None)
        return result

    async def transfer(self, order: Transfer) -> TransferResult:
        if self.is_down:
            return NotTransferred("connection refused")
        self.transfers.append(order)
        legs = self.room_of[order.room].legs if order.room in self.room_of else {}
        if order.identity not in legs or self.refuses_transfers:
            return NotTransferred(self.refuses_transfers or "participant does not exist")
        legs.pop(order.identity)
        return Transferred()

    async def close_room(self, room: str) -> None:
        self._reach()
        self.room_of.pop(room, None)
        answer = self._answers.get(room)
        if answer is not None and not answer.done():
            answer.set_result(RANG_OUT)

    async def hang_up(self, room: str, identity: str) -> None:
        self._reach()
        if room in self.room_of and self.room_of[room].legs.pop(identity, None) is not None:
            answer = self._answers.get(identity)
            if answer is not None and not answer.done():
                answer.set_result(RANG_OUT)

    async def legs(self, room: str) -> tuple[Leg, ...]:
        self._reach()
        return tuple(self.room_of[room].legs.values()) if room in self.room_of else ()

    async def rooms(self) -> tuple[str, ...]:
        self._reach()
        return tuple(self.room_of)

    def answer(self, room: str, result: DialResult) -> None:
        """What the network says to the dial in `room`, whether it was sent already or not."""
        answer = self._answers.setdefault(room, asyncio.get_running_loop().create_future())
        answer.set_result(result)

    def agent_joins(self, room: str, identity: str = "agent") -> None:
        self.room_of[room].legs[identity] = Leg(identity, is_agent=True, is_phone=False, call_status="")

    def agent_leaves(self, room: str, identity: str = "agent") -> None:
        self.room_of[room].legs.pop(identity, None)

    def phone_appears(self, room: str, identity: str) -> None:
        """A request to dial that was under way for long is carried out, in a room that LiveKit makes anew if need be."""
        legs = self.room_of.setdefault(room, FakeRoom("")).legs
        legs[identity] = Leg(identity, is_agent=False, is_phone=True, call_status="ringing")

    def everybody_leaves(self, room: str) -> None:
        self.room_of[room].legs.clear()

    def _reach(self) -> None:
        if self.is_down:
            raise TelephonyError("connection refused")
