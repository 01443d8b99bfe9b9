"""The agent worker's side of the control plane's internal API, with the errors that decide what the agent does next."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from agent_worker.tls import tls_context
from sip_config.codec import ContractError, decode, encode
from sip_config.contract import CONTRACT_VERSION, CallEvent, CallOrder, CallReport, DispatchTicket, InboundArrival, WorkerHeartbeat
from sip_config.versions import VERSION_HEADER, encode_report, knows_event

_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_RECORDING_TIMEOUT = httpx.Timeout(60.0, connect=3.0)
_TRANSFER_S = 45.0
"""Somebody's phone rings meanwhile."""
_SPARE_S = 5.0
"""What a tool may take beyond its own time: the ledger around it."""
_CHUNK = 64 * 1024


class Superseded(Exception):
    """The control plane no longer wants this generation of the call (404, 409, 410): leave without touching the room."""


class Refused(Exception):
    """The control plane will never accept this message; repeating it is useless."""


class Unreachable(Exception):
    """No usable answer (network, 429, 5xx): trying again may help."""


def http_client() -> httpx.AsyncClient:
    """A client that may be made before its event loop runs."""
    return httpx.AsyncClient(timeout=_TIMEOUT, verify=tls_context())


class CallClient:
    """Speaks for one call with the token of its dispatch ticket. Closes `http` in the end."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, ticket: DispatchTicket) -> None:
        self._http, self._ticket, self._base_url = http, ticket, base_url
        self._base = f"{base_url}/internal/calls/{ticket.call_id}"
        self._version = CONTRACT_VERSION
        self.traceparent = ""
        """The call's trace, once the order has named it."""

    async def order(self) -> CallOrder:
        """The complete order. Raises `Superseded`, `Refused` (also when it does not fit the contract) or `Unreachable`."""
        asked = {"params": {"generation": str(self._ticket.generation)}, "headers": {VERSION_HEADER: str(CONTRACT_VERSION)}}
        response = await self._send("GET", "/order", **asked)
        try:
            order = decode(CallOrder, response.content)
        except ContractError as error:
            raise Refused(str(error)) from error
        self._version, self.traceparent = min(order.version, CONTRACT_VERSION), order.trace_context
        return order

    async def send_events(self, events: Sequence[CallEvent]) -> bool:
        """Append events, in order. Repeats are harmless: each event has its own id. Whether, as a heartbeat is told, the callee is being
        put through at somebody's request."""
        known = [event for event in events if knows_event(event.kind, self._version)]
        body = f"[{','.join(encode(event) for event in known)}]"
        return _is_transferring(await self._send("POST", "/events", content=body, headers=_JSON))

    async def opt_out(self, quote: str, offset_s: float) -> None:
        """Record that the callee asked never to be called again; returns only once it is committed. Raises `Refused` also where there is
        no number to keep it for."""
        body = json.dumps({"quote": quote, "offset_s": round(offset_s, 2)})
        if not (await self._send("POST", "/opt-out", content=body, headers=_JSON)).json().get("committed", True):
            raise Refused("the caller's number is withheld")

    async def schedule(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Propose a plan of further calls (`words`, `about`), a change (`changes`: a schedule's id, `words`) or an end (`cancels`: an id);
        with `yes`, the callee's own words, have what was proposed last done."""
        return (await self._send("POST", "/schedules", content=json.dumps(dict(asked)), headers=_JSON)).json()

    async def booking(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """What is free in a `calendar` (`after`, a local time), or a time (`at`) proposed; with `yes`, the callee's own words, have what
        was proposed last booked."""
        return (await self._send("POST", "/bookings", content=json.dumps(dict(asked)), headers=_JSON)).json()

    async def transfer(self, destination: str, *, can_brief: bool) -> dict[str, Any]:
        """Have the callee put through to one of the order's destinations, where it may ring: `is_done`, or `why` not; for whoever is to be
        told first, where the agent `can_brief` them, a `leg` instead. Never sent twice."""
        asked = {"content": json.dumps({"destination": destination, "can_brief": can_brief}), "headers": _JSON}
        return (await self._send("POST", "/transfer", timeout=httpx.Timeout(_TRANSFER_S, connect=3.0), **asked)).json()

    def of_leg(self, ticket: DispatchTicket) -> "CallClient":
        """Speaks for a leg of this call, over the same connections; not to be closed by itself."""
        return CallClient(self._http, self._base_url, ticket)

    async def end_transfer(self, leg: str, why: str) -> None:
        """What came of a leg, by its call's id: the two talk with each other; or `why` they do not."""
        asked = json.dumps({"leg": leg, "is_joined": not why, "why": why})
        await self._send("PUT", "/transfer", content=asked, headers=_JSON)

    async def standing(self) -> str:
        """The state of a leg, for which this speaks. Raises `Superseded` once it is over."""
        return str((await self._send("GET", "/transfer")).json().get("state", ""))

    async def use_tool(self, name: str, arguments: Mapping[str, Any], use_id: str, timeout_s: float) -> dict[str, Any]:
        """Have the control plane use a tool of the order, which it gives `timeout_s`: `is_done`, and `data` or `why`. Never sent twice."""
        asked = {"content": json.dumps({"use_id": use_id, "arguments": dict(arguments)}), "headers": _JSON}
        return (await self._send("POST", f"/tools/{name}", timeout=httpx.Timeout(timeout_s + _SPARE_S, connect=3.0), **asked)).json()

    async def choose(self, key: str) -> bool:
        """The caller has pressed a key of the number's menu: whether the order is another one now."""
        return bool((await self._send("POST", "/choice", content=json.dumps({"key": key}), headers=_JSON)).json().get("is_another"))

    async def put_report(self, report: CallReport) -> None:
        await self._send("PUT", "/report", content=encode_report(report, self._version), headers=_JSON)

    async def put_recording(self, path: Path) -> None:
        """Stream the Ogg/Opus file at `path` to the control plane's storage."""
        size = (await asyncio.to_thread(path.stat)).st_size
        headers = {"Content-Type": "audio/ogg", "Content-Length": str(size)}
        await self._send("PUT", "/recording", content=_chunks(path), headers=headers, timeout=_RECORDING_TIMEOUT)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send(self, method: str, path: str, **request) -> httpx.Response:
        try:
            trace = {"traceparent": self.traceparent} if self.traceparent else {}
            headers = {**request.pop("headers", {}), **_bearer(self._ticket.token), **trace}
            response = await self._http.request(method, self._base + path, headers=headers, **request)
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        return _checked(response)


def _is_transferring(answer: httpx.Response) -> bool:
    """Older control planes do not say. Nothing that is wrong in it may stop the events."""
    try:
        return answer.json().get("is_transferring") is True
    except (ValueError, AttributeError):
        return False


async def arrive(http: httpx.AsyncClient, base_url: str, agent_key: str, arrived: InboundArrival) -> DispatchTicket:
    """The ticket of the call of a caller in a room. Raises `Superseded` or `Refused` when the call is not to be taken, or `Unreachable`."""
    try:
        sent = await http.post(f"{base_url}/internal/inbound", content=encode(arrived), headers=_JSON | _bearer(agent_key))
    except httpx.HTTPError as error:
        raise Unreachable(type(error).__name__) from error
    try:
        return decode(DispatchTicket, _checked(sent).content)
    except ContractError as error:
        raise Refused(str(error)) from error


class WorkerClient:
    """Speaks for the worker process with the installation's agent key."""

    def __init__(self, base_url: str, agent_key: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{base_url}/internal/workers", headers=_bearer(agent_key), timeout=_TIMEOUT)

    async def heartbeat(self, beat: WorkerHeartbeat) -> None:
        """Say what the worker holds. Raises `Unreachable`, `Refused` or `Superseded`."""
        try:
            response = await self._http.post("/heartbeat", content=encode(beat), headers=_JSON)
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        _checked(response)

    async def aclose(self) -> None:
        await self._http.aclose()


_JSON = {"Content-Type": "application/json"}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    if response.status_code in (404, 409, 410):
        raise Superseded(f"HTTP {response.status_code}")
    if response.status_code == 429 or response.status_code >= 500:
        raise Unreachable(f"HTTP {response.status_code}")
    raise Refused(f"HTTP {response.status_code}")
