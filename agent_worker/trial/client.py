"""A trial's side of the control plane's internal API."""

import json
from collections.abc import Sequence

import httpx

from agent_worker.control_plane_client import CallClient, Refused
from sip_config.codec import ContractError, decode, encode, from_plain
from sip_config.contract import DispatchTicket
from sip_config.contract.trial import TrialNews, TrialOrder, TrialStep, TrialTicket

ANSWERS_WITHIN_S = 10.0
"""Above what a model takes that has to understand the question."""


class TrialClient(CallClient):
    """Speaks for one trial with its ticket, by the means of a call's. Closes `http` in the end."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, ticket: TrialTicket) -> None:
        super().__init__(http, base_url, DispatchTicket(ticket.trial_id, 1, ticket.token))
        self._base = f"{base_url}/internal/trials/{ticket.trial_id}"

    async def trial_order(self) -> TrialOrder:
        """Raises `Superseded`, `Refused` (also when it does not fit the contract) or `Unreachable`; so do the others."""
        response = await self._send("GET", "/order")
        try:
            return decode(TrialOrder, response.content)
        except ContractError as error:
            raise Refused(str(error)) from error

    async def steps(self, after: int) -> Sequence[TrialStep]:
        """What is to be done but the first `after`; empty when nothing came for some seconds."""
        response = await self._send("GET", "/steps", params={"after": str(after)})
        try:
            return [from_plain(TrialStep, step) for step in json.loads(response.content)]
        except (ContractError, ValueError) as error:
            raise Refused(str(error)) from error

    async def ask(self, path: str, asked: bytes | str) -> httpx.Response:
        """Ask what a call asks under this path: the control plane answers it for a trial, without an effect."""
        headers = {"Content-Type": "application/json"}
        return await self._send("POST", path, content=asked, headers=headers, timeout=ANSWERS_WITHIN_S)

    async def tell(self, news: TrialNews) -> None:
        await self._send("POST", "/news", content=encode(news), headers={"Content-Type": "application/json"})
