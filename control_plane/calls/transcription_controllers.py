"""`/calls/{id}/transcriptions`, and what the agent of one talks to: its ticket opens that one recording and nothing else."""

import uuid
from typing import Any

from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Stream
from litestar.status_codes import HTTP_202_ACCEPTED

from control_plane.calls.internal_controllers import Authorization, StorageDep, UnitDep, message_of, ticket_of
from control_plane.calls.transcription_schemas import TranscriptionOut
from control_plane.calls.transcriptions import TranscriptionDesk, TranscriptionService
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.kit.secrets import SecretBox
from control_plane.workspaces.authentication import PUBLIC
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, over_unit
from sip_config.codec import encode
from sip_config.contract.transcription import TranscriptionResult


class CallTranscriptionController(Controller):
    path = "/calls/{call_id:uuid}/transcriptions"
    tags = ["calls"]
    guards = [requires("viewer")]
    dependencies = {"transcriptions": over_unit(TranscriptionService)}

    @get(summary="The recording as it was transcribed anew, newest version first")
    async def index(
        self,
        transcriptions: Given[TranscriptionService],
        call_id: FromPath[uuid.UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[TranscriptionOut]:
        return await transcriptions.listing(call_id, limit, cursor)

    @post(status_code=HTTP_202_ACCEPTED, guards=[requires("manager")], summary="Transcribe a stored recording anew")
    async def ask(self, transcriptions: Given[TranscriptionService], call_id: FromPath[uuid.UUID]) -> TranscriptionOut:
        """By the ear of its assistant as it is published now, in an agent worker; an analysis of it follows. The version that waits; asked
        again before it is done it is the same."""
        return await transcriptions.ask(call_id)


class AgentTranscriptionController(Controller):
    path = "/internal/transcriptions/{transcription_id:uuid}"
    include_in_schema = False
    opt = PUBLIC

    @get("/order")
    async def order(
        self,
        unit: UnitDep,
        secret_box: NamedDependency[SkipValidation[SecretBox]],
        transcription_id: FromPath[uuid.UUID],
        authorization: Authorization,
    ) -> Response[str]:
        order = encode(await TranscriptionDesk(unit, transcription_id, ticket_of(authorization)).order(secret_box))
        return Response(order, media_type="application/json", headers={"Cache-Control": "no-store"})

    @get("/recording", media_type="audio/ogg")
    async def recording(
        self, unit: UnitDep, storage: StorageDep, transcription_id: FromPath[uuid.UUID], authorization: Authorization
    ) -> Stream:
        key = await TranscriptionDesk(unit, transcription_id, ticket_of(authorization)).recording_key()
        return Stream(storage.open(key), headers={"Cache-Control": "no-store"})

    @put("/result")
    async def result(
        self, unit: UnitDep, transcription_id: FromPath[uuid.UUID], authorization: Authorization, request: Request[Any, Any, Any]
    ) -> dict[str, bool]:
        said = message_of(TranscriptionResult, await request.body())
        await TranscriptionDesk(unit, transcription_id, ticket_of(authorization)).take(said)
        return {"accepted": True}
