"""Writes the agent's order from the rows: everything it needs, variables filled in, no secret."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from control_plane.assistants.choices import model_of
from control_plane.assistants.compliance import added_by
from control_plane.calls.continuity import Continuity
from control_plane.calls.gate_rules import jurisdictions, purpose_of, rules_of, time_zones
from control_plane.calls.rooms import identity_of, room_of
from control_plane.db.models import AssistantVersion, Call, Campaign, Contact, Trunk, Workspace
from control_plane.domain import phone
from control_plane.domain.errors import Invalid
from control_plane.domain.rules import Rules, stricter
from control_plane.domain.variables import as_text, contact_values, fill, fill_what_is_known, missing
from sip_config.contract import (
    CallOrder,
    CallPurpose,
    InboundOrder,
    MenuMode,
    MenuOrder,
    ModelsOrder,
    RecordingPolicy,
    ScreeningMode,
    ScreeningOrder,
    TurnsOrder,
    VoicemailMode,
    VoicemailOrder,
    VoiceOrder,
)
from sip_config.languages import is_spoken


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows that an order is written from."""

    version: AssistantVersion
    workspace: Workspace
    trunk: Trunk
    campaign: Campaign | None
    contact: Contact | None
    continuity: Continuity = field(default_factory=Continuity)

    def time_zone(self, call: Call) -> str:
        """Where the callee's day passes; empty when nobody knows."""
        return next(iter(time_zones(_anchor(call), self.contact)), "")

    def rules(self, call: Call, now: datetime) -> Rules:
        """All that binds the call: what the gate sees, and what the assistant's version adds to it."""
        of_gate = rules_of(self.workspace, self.trunk, jurisdictions(_anchor(call), self.contact), purpose_of(self.campaign), now)
        return stricter(of_gate, *added_by(self.version.config))


def order_of(call: Call, parts: Parts, now: datetime) -> CallOrder:
    """The complete order of one call."""
    version, campaign, contact, rules = parts.version, parts.campaign, parts.contact, parts.rules(call, now)
    config, request = version.config, call.request
    values = variables_of(version, contact, request)
    # A mailbox may be heard by anybody, so its message knows nothing of earlier calls.
    remembered = parts.continuity.variables | values
    if call.purpose == CallPurpose.INBOUND:
        return _inbound_order(call, parts, now, remembered)
    voicemail = config.get("voicemail") or {}
    return CallOrder(
        call_id=str(call.id),
        generation=call.agent_generation,
        room_name=room_of(call),
        callee_identity=identity_of(call),
        to=call.to_e164,
        purpose=CallPurpose(call.purpose),
        system_prompt=fill(config.get("system_prompt", ""), remembered),
        opening_line=fill(request.get("welcome_message") or config.get("first_message") or "", remembered),
        language=_spoken((contact.language if contact else None) or "", config.get("language") or ""),
        campaign_prompt=fill(campaign.prompt, values) if campaign else "",
        agenda=request.get("agenda") or "",
        custom_prompt=request.get("custom_prompt") or "",
        initial_mood=request.get("initial_mood") or "",
        contact_name=contact.name if contact else "",
        contact_facts={key: str(value) for key, value in (contact.attributes if contact else {}).items()},
        time_zone=parts.time_zone(call),
        country=_country(jurisdictions(_anchor(call), contact)),
        memory=parts.continuity.memory,
        planned=parts.continuity.planned,
        schedule_id=parts.continuity.schedule_id,
        tools=_tools(config, request),
        outcome_labels=tuple(request.get("outcome_labels") or config.get("outcome_labels") or ()),
        models=_models(config),
        voice=_part(VoiceOrder, config.get("voice")),
        voicemail=VoicemailOrder(VoicemailMode(voicemail.get("mode", "hang_up")), fill(voicemail.get("message") or "", values)),
        menu=_menu(config.get("menu") or {}, values),
        screening=_screening(config.get("call_screening") or {}, values),
        turns=_part(TurnsOrder, config.get("turns")),
        recording_policy=RecordingPolicy(rules.recording),
        assistant_name=version.name,
        calls_for=config.get("calls_for") or parts.workspace.name,
        explain_opt_out="offer_opt_out" in rules.duties,
        say_purpose=purpose_of(campaign) if "say_purpose" in rules.duties else "",
        ask_to_go_on="ask_before_going_on" in rules.duties,
        callback_number=phone.written_for(call.from_e164, call.to_e164),
        ringing_timeout_s=call.ringing_timeout_s,
        max_duration_s=call.max_duration_s,
        trace_context=call.trace_context,
    )


def _inbound_order(call: Call, parts: Parts, now: datetime, values: Mapping[str, str]) -> CallOrder:
    """The order of a call that came in. Of the duties of callers hold: to say who speaks, that it is an AI, what is recorded and how to
    opt out. What the assistant says when it calls somebody is not said."""
    version, contact, rules, request = parts.version, parts.contact, parts.rules(call, now), call.request
    config, where = version.config, jurisdictions(_anchor(call), contact)
    keys = tuple(sorted(request.get("keys") or ()))
    closed_words = request.get("only_says")
    return CallOrder(
        call_id=str(call.id),
        generation=call.agent_generation,
        room_name=room_of(call),
        callee_identity=identity_of(call),
        to=call.to_e164,
        purpose=CallPurpose.INBOUND,
        system_prompt=fill_what_is_known(config.get("system_prompt", ""), values),
        opening_line=fill_what_is_known(request.get("welcome_message") or "", values),
        language=_spoken((contact.language if contact else None) or "", config.get("language") or ""),
        agenda=request.get("agenda") or "",
        contact_name=contact.name if contact else "",
        contact_facts={key: str(value) for key, value in (contact.attributes if contact else {}).items()},
        time_zone=parts.time_zone(call),
        country=_country(where),
        memory=parts.continuity.memory,
        planned=parts.continuity.planned,
        tools=_tools(config, request),
        outcome_labels=tuple(config.get("outcome_labels") or ()),
        models=_models(config),
        voice=_part(VoiceOrder, config.get("voice")),
        turns=_part(TurnsOrder, config.get("turns")),
        recording_policy=RecordingPolicy(rules.recording),
        assistant_name=version.name,
        calls_for=config.get("calls_for") or parts.workspace.name,
        explain_opt_out="offer_opt_out" in rules.duties,
        callback_number=phone.written_for(call.from_e164, call.to_e164),
        ringing_timeout_s=call.ringing_timeout_s,
        max_duration_s=call.max_duration_s,
        inbound=InboundOrder(
            closed_words is not None, closed_words or "", request.get("key_prompt") or "", keys, request.get("fallback") or ""
        ),
        trace_context=call.trace_context,
    )


def _anchor(call: Call) -> str:
    """The number by which it is judged where the person is; of one who withholds it nothing is known but whom they have called."""
    return call.to_e164 or call.from_e164


def _country(places: Iterable[str]) -> str:
    """The one country where the callee may be; empty when there are several."""
    countries = {place.partition("-")[0] for place in places}
    return countries.pop() if len(countries) == 1 else ""


def _menu(config: Mapping[str, Any], values: Mapping[str, str]) -> MenuOrder:
    return MenuOrder(MenuMode(config.get("mode", "hang_up")), fill(config.get("goal") or "", values))


def _screening(config: Mapping[str, Any], values: Mapping[str, str]) -> ScreeningOrder:
    return ScreeningOrder(ScreeningMode(config.get("mode", "introduce")), fill(config.get("reason") or "", values))


def _tools(config: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[str, ...]:
    """The assistant's tools; a call with outcomes of its own can always record one. None at all means every tool."""
    tools = tuple(config.get("tools") or ())
    needs_outcome = bool(tools) and bool(request.get("outcome_labels")) and "set_outcome" not in tools
    return (*tools, "set_outcome") if needs_outcome else tools


def _spoken(*wanted: str) -> str:
    """The first language that calls can be held in: a contact may have any, and hears that of the assistant then."""
    return next((language for language in wanted if is_spoken(language)), "en")


def variables_of(version: AssistantVersion, contact: Contact | None, request: Mapping[str, Any]) -> dict[str, str]:
    """What `{name}` and its like stand for: what the contact contributes, then what the call was given, which wins."""
    values = {"assistant_name": version.name}
    if contact is not None:
        values |= contact_values(
            name=contact.name,
            email=contact.email,
            language=contact.language,
            time_zone=contact.time_zone,
            attributes=contact.attributes,
        )
    return values | {key: as_text(value) for key, value in (request.get("variables") or {}).items()}


def require_variables(version: AssistantVersion, campaign: Campaign | None, contact: Contact | None, request: Mapping[str, Any]) -> None:
    """Raises `Invalid` when a text of the call needs a variable that nobody gives, which the callee would hear as a hole."""
    config, voicemail = version.config, version.config.get("voicemail") or {}
    opening = request.get("welcome_message") or config.get("first_message") or ""
    texts = (
        config.get("system_prompt") or "",
        opening,
        voicemail.get("message") or "",
        *_at_machines(config),
        campaign.prompt if campaign else "",
    )
    lacking = missing(" ".join(texts), variables_of(version, contact, request))
    if lacking:
        listed = ", ".join("{" + name + "}" for name in lacking)
        raise Invalid.field("variables", f"The prompts need {listed}; give a value in `variables`.")


def _at_machines(config: Mapping[str, Any]) -> tuple[str, str]:
    """What is looked for in menus and said to screeners."""
    return (config.get("menu") or {}).get("goal") or "", (config.get("call_screening") or {}).get("reason") or ""


def _models(config: Mapping[str, Any]) -> ModelsOrder:
    (llm_vendor, llm), (stt_vendor, stt), (_, tts) = (model_of(config, kind) for kind in ("llm", "stt", "tts"))
    return ModelsOrder(llm=llm, stt=stt, tts=tts, llm_provider=llm_vendor, stt_provider=stt_vendor)


def _part(kind: Any, config: dict[str, Any] | None) -> Any:
    """A part of the order from the assistant's configuration; what is not said keeps the contract's default."""
    known = {name: value for name, value in (config or {}).items() if value is not None and name in kind.__dataclass_fields__}
    return kind(**known)
