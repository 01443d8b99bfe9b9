"""The chaos agent on a real livekit-server: takes jobs over the agents' own protocol, joins rooms, sees the phone as a participant.

No audio and no model: after a moment of conversation it behaves as if it had heard the word of its script. Everything that the control
plane sees of it is `tests/chaos/agent.py`.
"""

import asyncio
import contextlib
import os
import random
from typing import Any

import aiohttp
from livekit import api, rtc
from livekit.protocol import agent as protocol
from livekit.protocol.models import ParticipantPermission
from livekit.protocol.room import DeleteRoomRequest

from sip_config.codec import decode
from sip_config.contract import DispatchTicket
from sip_config.naming import AGENT_NAME, call_id_of_room, callee_identity
from tests.chaos.agent import RETRY_S, Job, Worker

PING_S = 3.0
TALKS_S = (1.0, 4.0)


class LiveKitWorker(Worker):
    """`slots` jobs at a time; a job is a room."""

    def __init__(self, livekit_url: str, key: str, secret: str, api_url: str, agent_key: str, slots: int) -> None:
        super().__init__(livekit_url, api_url, agent_key, slots)
        self._key, self._secret = key, secret
        self._rooms: dict[str, rtc.Room] = {}
        self._assigned: dict[str, tuple[str, protocol.JobAssignment]] = {}
        self._offered: set[str] = set()
        self._talks: set[asyncio.Task[None]] = set()

    async def tell(self, kind: str, room: str, **more: Any) -> bool:
        if kind == "join":
            await self._join(room)
        elif kind == "hang_up":
            return await self._delete(room)
        elif kind == "leave" and room in self._rooms:
            await self._rooms.pop(room).disconnect()
        elif kind == "finished" and room in self._assigned:
            job_id, _ = self._assigned.pop(room)
            await self._send(update_job=protocol.UpdateJobStatus(job_id=job_id, status=protocol.JobStatus.JS_SUCCESS))
        return True

    async def _listen(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                token = api.AccessToken(self._key, self._secret).with_grants(api.VideoGrants(agent=True)).to_jwt()
                headers = {"Authorization": f"Bearer {token}"}
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with session.ws_connect(f"{self._network_url}/agent", headers=headers, heartbeat=PING_S) as line:
                        await self._register(line)
                        async for message in line:
                            if message.type is aiohttp.WSMsgType.BINARY:
                                await self._obey(protocol.ServerMessage.FromString(message.data))
                self._offered.clear()
                await asyncio.sleep(RETRY_S)

    async def _register(self, line: aiohttp.ClientWebSocketResponse) -> None:
        permissions = ParticipantPermission(can_publish=True, can_subscribe=True, can_publish_data=True, agent=True)
        wanted = protocol.RegisterWorkerRequest(
            type=protocol.JobType.JT_ROOM, agent_name=AGENT_NAME, version="chaos", allowed_permissions=permissions
        )
        await line.send_bytes(protocol.WorkerMessage(register=wanted).SerializeToString())
        await line.receive_bytes()
        self._line = line

    async def _obey(self, said: protocol.ServerMessage) -> None:
        if said.HasField("availability"):
            job = said.availability.job
            is_free = len(self._jobs) + len(self._offered) < self._slots
            answer = protocol.AvailabilityResponse(job_id=job.id, available=is_free, participant_identity=f"agent-{job.id}")
            self._offered |= {job.id} if is_free else set()
            await self._send(availability=answer)
        elif said.HasField("assignment"):
            job = said.assignment.job
            self._offered.discard(job.id)
            self._assigned[job.room.name] = (job.id, said.assignment)
            await self._send(update_job=protocol.UpdateJobStatus(job_id=job.id, status=protocol.JobStatus.JS_RUNNING))
            self._begin(Job(self, job.room.name, decode(DispatchTicket, job.metadata)))
        elif said.HasField("termination"):
            for room, (job_id, _) in self._assigned.items():
                if job_id == said.termination.job_id and room in self._jobs:
                    self._jobs[room].heard.put_nowait({"kind": "closed"})

    async def _send(self, **message: Any) -> None:
        if self._line is not None and not self._line.closed:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._line.send_bytes(protocol.WorkerMessage(**message).SerializeToString())

    async def _join(self, name: str) -> None:
        """Connect, and tell the job what happens to the phone."""
        _, assignment = self._assigned[name]
        room = self._rooms[name] = rtc.Room()
        callee, heard = callee_identity(call_id_of_room(name) or ""), self._jobs[name].heard

        def status(participant: rtc.Participant) -> None:
            said = participant.attributes.get("sip.callStatus", "")
            if participant.identity == callee and said:
                heard.put_nowait({"kind": "leg", "status": said})
                if said == "active":
                    self._talk(name)

        def left(participant: rtc.RemoteParticipant) -> None:
            if participant.identity == callee:
                reason = rtc.DisconnectReason.Name(participant.disconnect_reason or rtc.DisconnectReason.UNKNOWN_REASON)
                last = participant.attributes.get("sip.callStatus", "")
                heard.put_nowait({"kind": "leg", "status": "gone", "last_status": last, "reason": reason})

        room.on("participant_connected", status)
        room.on("participant_attributes_changed", lambda _changed, participant: status(participant))
        room.on("participant_disconnected", left)
        room.on("disconnected", lambda _reason: heard.put_nowait({"kind": "closed"}))
        with contextlib.suppress(rtc.ConnectError):
            await room.connect(self._network_url, assignment.token)
            for participant in room.remote_participants.values():
                status(participant)
            return
        heard.put_nowait({"kind": "closed"})

    def _talk(self, name: str) -> None:
        async def talk() -> None:
            await asyncio.sleep(random.uniform(*TALKS_S))
            if name in self._jobs:
                self._jobs[name].heard.put_nowait({"kind": "said", "word": "talks"})

        task = asyncio.create_task(talk())
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def _delete(self, room: str) -> bool:
        with contextlib.suppress(api.ServerError, aiohttp.ClientError, TimeoutError, OSError):
            async with api.LiveKitAPI(self._network_url, self._key, self._secret, timeout=aiohttp.ClientTimeout(total=5)) as livekit:
                await livekit.room.delete_room(DeleteRoomRequest(room=room))
                return True
        return False


if __name__ == "__main__":
    env = os.environ
    keys = (env["LIVEKIT_URL"], env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"])
    asyncio.run(LiveKitWorker(*keys, env["CALLWRIGHT_API_URL"], env["CALLWRIGHT_AGENT_KEY"], int(env["CHAOS_SLOTS"])).run())
