"""A transcription's side of the control plane's internal API."""

import httpx

from agent_worker.control_plane_client import CallClient, Refused
from sip_config.codec import ContractError, decode, encode
from sip_config.contract import DispatchTicket
from sip_config.contract.transcription import TranscriptionOrder, TranscriptionResult, TranscriptionTicket

_RECORDING_TIMEOUT = httpx.Timeout(120.0, connect=3.0)


class TranscriptionClient(CallClient):
    """Speaks for one transcription with its ticket, by the means of a call's. Closes `http` in the end."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, ticket: TranscriptionTicket) -> None:
        super().__init__(http, base_url, DispatchTicket(ticket.transcription_id, 1, ticket.token))
        self._base = f"{base_url}/internal/transcriptions/{ticket.transcription_id}"

    async def transcription_order(self) -> TranscriptionOrder:
        """Raises `Superseded`, `Refused` (also when it does not fit the contract) or `Unreachable`; so do the others."""
        response = await self._send("GET", "/order")
        try:
            return decode(TranscriptionOrder, response.content)
        except ContractError as error:
            raise Refused(str(error)) from error

    async def recording(self) -> bytes:
        """Ogg Opus, callee left, agent right. It is kept in memory only."""
        return (await self._send("GET", "/recording", timeout=_RECORDING_TIMEOUT)).content

    async def tell(self, result: TranscriptionResult) -> None:
        await self._send("PUT", "/result", content=encode(result), headers={"Content-Type": "application/json"})
