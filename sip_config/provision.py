"""Makes LiveKit agree with a trunk's description, whatever it knew before: finds by name, creates, updates, removes.

Safe to run at any time and any number of times. Two runs for one trunk at once could both create; the caller sees to that.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, TypeVar

import aiohttp
from livekit import api
from livekit.protocol.agent_dispatch import RoomAgentDispatch
from livekit.protocol.room import RoomConfiguration
from livekit.protocol.sip import (
    CreateSIPDispatchRuleRequest,
    CreateSIPInboundTrunkRequest,
    CreateSIPOutboundTrunkRequest,
    DeleteSIPDispatchRuleRequest,
    DeleteSIPTrunkRequest,
    ListSIPDispatchRuleRequest,
    ListSIPInboundTrunkRequest,
    ListSIPOutboundTrunkRequest,
    SIPDispatchRule,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
)

from sip_config.codec import encode
from sip_config.contract import InboundTicket
from sip_config.naming import AGENT_NAME, inbound_room_prefix
from sip_config.trunks import ProvisionedTrunk, TrunkDescription

REQUEST_TIMEOUT_S = 10.0
# A wrong key or secret is answered before Twirp: no code, no message, only the HTTP status.
_UNAUTHORIZED = 401


class ProvisionError(Exception):
    """LiveKit refused or could not be reached; the text is a sentence."""


class _Named(Protocol):
    name: str


Thing = TypeVar("Thing", bound=_Named)


class Provisioner:
    """`async with Provisioner(url, key, secret) as provisioner:` inside a running event loop."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._livekit = api.LiveKitAPI(url, key, secret, timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S))
        self._sip = self._livekit.sip

    async def __aenter__(self) -> "Provisioner":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._livekit.aclose()

    async def apply(self, trunk: TrunkDescription) -> ProvisionedTrunk:
        """Make LiveKit agree. Raises `ProvisionError`; what was done until then is found again by the next run."""
        try:
            rules = await self._rules_of(trunk)
            await self._drop_rules(rules, keep={trunk.rule_tag(e164) for e164 in trunk.answered})
            outbound_id = await self._apply_outbound(trunk)
            inbound_id = await self._apply_inbound(trunk)
            rule_ids = {e164: await self._apply_rule(trunk, e164, str(inbound_id), rules) for e164 in trunk.answered}
            return ProvisionedTrunk(outbound_id, inbound_id, rule_ids)
        except api.ServerError as error:
            raise ProvisionError(_refusal(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise ProvisionError(f"LiveKit cannot be reached ({type(error).__name__}).") from error

    async def remove(self, trunk_id: str) -> None:
        """Remove everything of a trunk that is gone. Raises `ProvisionError`."""
        await self.apply(TrunkDescription(id=trunk_id, address=""))

    async def known_ids(self) -> frozenset[str]:
        """Ids of all trunks and dispatch rules that LiveKit knows. Raises `ProvisionError`."""
        try:
            outbound = (await self._sip.list_outbound_trunk(ListSIPOutboundTrunkRequest())).items
            inbound = (await self._sip.list_inbound_trunk(ListSIPInboundTrunkRequest())).items
            rules = (await self._sip.list_dispatch_rule(ListSIPDispatchRuleRequest())).items
        except api.ServerError as error:
            raise ProvisionError(_refusal(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise ProvisionError(f"LiveKit cannot be reached ({type(error).__name__}).") from error
        trunks = {trunk.sip_trunk_id for trunk in (*outbound, *inbound)}
        return frozenset(trunks | {rule.sip_dispatch_rule_id for rule in rules})

    async def _apply_outbound(self, trunk: TrunkDescription) -> str | None:
        listed = await self._sip.list_outbound_trunk(ListSIPOutboundTrunkRequest())
        found = await self._only([item for item in listed.items if item.name == trunk.tag], wanted=bool(trunk.numbers))
        if not trunk.numbers:
            return None
        wanted = outbound_info(trunk)
        if found is None:
            return (await self._sip.create_outbound_trunk(CreateSIPOutboundTrunkRequest(trunk=wanted))).sip_trunk_id
        if not _same(found, wanted, _OUTBOUND_FIELDS):
            await self._sip.update_outbound_trunk(found.sip_trunk_id, wanted)
        return found.sip_trunk_id

    async def _apply_inbound(self, trunk: TrunkDescription) -> str | None:
        listed = await self._sip.list_inbound_trunk(ListSIPInboundTrunkRequest())
        found = await self._only([item for item in listed.items if item.name == trunk.tag], wanted=bool(trunk.answered))
        if not trunk.answered:
            return None
        wanted = inbound_info(trunk)
        if found is None:
            return (await self._sip.create_inbound_trunk(CreateSIPInboundTrunkRequest(trunk=wanted))).sip_trunk_id
        if not _same(found, wanted, _INBOUND_FIELDS):
            await self._sip.update_inbound_trunk(found.sip_trunk_id, wanted)
        return found.sip_trunk_id

    async def _apply_rule(self, trunk: TrunkDescription, e164: str, inbound_id: str, rules: Sequence[Any]) -> str:
        wanted = rule_info(trunk, e164, inbound_id)
        found = next((rule for rule in rules if rule.name == wanted.name), None)
        if found is None:
            return (await self._sip.create_dispatch_rule(CreateSIPDispatchRuleRequest(dispatch_rule=wanted))).sip_dispatch_rule_id
        if not _same(found, wanted, _RULE_FIELDS):
            await self._sip.update_dispatch_rule(found.sip_dispatch_rule_id, wanted)
        return found.sip_dispatch_rule_id

    async def _rules_of(self, trunk: TrunkDescription) -> list[Any]:
        listed = await self._sip.list_dispatch_rule(ListSIPDispatchRuleRequest())
        return [rule for rule in listed.items if rule.name.startswith(f"{trunk.tag}:")]

    async def _drop_rules(self, rules: list[Any], keep: set[str]) -> None:
        """Remove rules of numbers that are gone, and doubles; `rules` keeps what stays."""
        seen: set[str] = set()
        for rule in list(rules):
            if rule.name in keep - seen:
                seen.add(rule.name)
                continue
            await self._sip.delete_dispatch_rule(DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id))
            rules.remove(rule)

    async def _only(self, found: Sequence[Any], *, wanted: bool) -> Any | None:
        """The oldest of several trunks with our name; the others are removed, and all when none is wanted."""
        keep = min(found, key=lambda trunk: (trunk.created_at.ToNanoseconds(), trunk.sip_trunk_id)) if found and wanted else None
        for trunk in found:
            if trunk is not keep:
                await self._sip.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=trunk.sip_trunk_id))
        return keep


_OUTBOUND_FIELDS = ("name", "address", "transport", "numbers", "auth_username", "auth_password", "media_encryption")
_INBOUND_FIELDS = ("name", "numbers", "media_encryption")
_RULE_FIELDS = ("name", "trunk_ids", "numbers", "rule", "room_config")


def outbound_info(trunk: TrunkDescription) -> SIPOutboundTrunkInfo:
    return SIPOutboundTrunkInfo(
        name=trunk.tag,
        address=trunk.address,
        transport=f"SIP_TRANSPORT_{trunk.transport.upper()}",
        numbers=trunk.caller_ids,
        auth_username=trunk.auth_username,
        auth_password=trunk.auth_password,
        media_encryption=_encryption(trunk),
    )


def inbound_info(trunk: TrunkDescription) -> SIPInboundTrunkInfo:
    return SIPInboundTrunkInfo(name=trunk.tag, numbers=trunk.answered, media_encryption=_encryption(trunk))


def rule_info(trunk: TrunkDescription, e164: str, inbound_trunk_id: str) -> SIPDispatchRuleInfo:
    """Each inbound call gets a room of its own, and an agent in it that is told which number was called."""
    ticket = InboundTicket(next((number.id for number in trunk.numbers if number.e164 == e164), ""))
    individual = SIPDispatchRuleIndividual(room_prefix=inbound_room_prefix())
    return SIPDispatchRuleInfo(
        name=trunk.rule_tag(e164),
        trunk_ids=[inbound_trunk_id],
        numbers=[e164],
        rule=SIPDispatchRule(dispatch_rule_individual=individual),
        room_config=RoomConfiguration(agents=[RoomAgentDispatch(agent_name=AGENT_NAME, metadata=encode(ticket))]),
    )


def _encryption(trunk: TrunkDescription) -> str:
    return f"SIP_MEDIA_ENCRYPT_{trunk.media_encryption.upper()}"


def _same(found: Any, wanted: Any, fields: Sequence[str]) -> bool:
    return all(_plain(getattr(found, name)) == _plain(getattr(wanted, name)) for name in fields)


def _plain(value: Any) -> Any:
    return sorted(value) if hasattr(value, "__iter__") and not isinstance(value, str) else value


def _refusal(error: api.ServerError) -> str:
    if error.status == _UNAUTHORIZED:
        return "LiveKit does not accept LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
    if "redis required" in error.message:
        return "The LiveKit server runs without Redis and so without SIP; give it a Redis."
    return f"LiveKit refused the trunk: {(error.message or error.code).rstrip('.')}."
