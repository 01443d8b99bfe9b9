"""`python -m rehearsal.inbound --from +1… --to +1…`: a person calls us, by LiveKit's own trunks and dispatch rules."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

import structlog
from livekit import api
from livekit.protocol.models import DisconnectReason
from livekit.protocol.room import CreateRoomRequest
from livekit.protocol.sip import ListSIPDispatchRuleRequest, ListSIPInboundTrunkRequest

from rehearsal.callee import play
from rehearsal.inbound_rules import InboundCall, NoRouteError, choose_rule, choose_trunk, room_of
from rehearsal.leaving import leave
from rehearsal.ledger import CallLabel, Ledger
from rehearsal.leg import Leg, Seat
from rehearsal.logs import log_to_stderr
from rehearsal.phone import Phone
from rehearsal.psrpc import new_id
from rehearsal.scripts import DEFAULT_SCRIPT, Script, ScriptError, load_scripts
from rehearsal.settings import EXIT_CONFIG, Settings, SettingsError, parser, read
from rehearsal.speech_client import SpeechLibrary, SpeechUnavailableError, voices_at
from sip_config.naming import SIP_CALL_ID, SIP_CALL_STATUS

_log = structlog.get_logger(__name__)


async def call(settings: Settings, numbers: InboundCall, script: Script) -> None:
    """Place the call, play `script` as the caller until one side hangs up. Raises `NoRouteError`."""
    speech, ledger = SpeechLibrary(voices_at(settings.models_url)), Ledger(settings.ledger)
    await speech.fill_script(script)
    async with api.LiveKitAPI(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret) as livekit:
        seat = await _open_room(livekit, numbers)
        label = CallLabel(seat.attributes[SIP_CALL_ID], "", numbers.caller, 1, script.name, seat.room)
        leg = Leg(seat, livekit, lambda heard: ledger.write("agent_audio", label, started_at=heard.started_at, ended_at=heard.ended_at))
        ledger.write("inbound_dialed", label, to=numbers.called)
        await leg.join(settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret)
        phone = Phone(leg, label, script, speech, ledger)
        ledger.write("answered", label, at=phone.answered_at)
        leg.listen()
        ledger.write("ended", label, cause=await _talk(leg, phone, script), code=0)
    ledger.close()


async def _open_room(livekit: api.LiveKitAPI, numbers: InboundCall) -> Seat:
    trunks = await livekit.sip.list_inbound_trunk(ListSIPInboundTrunkRequest())
    trunk = choose_trunk(trunks.items, numbers)
    rules = await livekit.sip.list_dispatch_rule(ListSIPDispatchRuleRequest())
    rule = choose_rule(rules.items, trunk.sip_trunk_id, numbers)
    room, config = room_of(rule, numbers), rule.room_config
    await livekit.room.create_room(
        CreateRoomRequest(
            name=room,
            metadata=config.metadata,
            agents=config.agents,
            empty_timeout=config.empty_timeout,
            departure_timeout=config.departure_timeout,
        )
    )
    attributes = {
        **rule.attributes,
        SIP_CALL_ID: new_id("SCL_"),
        "sip.trunkID": trunk.sip_trunk_id,
        "sip.ruleID": rule.sip_dispatch_rule_id,
        SIP_CALL_STATUS: "active",
    }
    if not rule.hide_phone_number:
        attributes |= {"sip.phoneNumber": numbers.caller, "sip.trunkPhoneNumber": numbers.called}
    return Seat(room, f"sip_{numbers.caller}", f"Phone {numbers.caller}", rule.metadata, attributes)


async def _talk(leg: Leg, phone: Phone, script: Script) -> str:
    """Ledger cause of the end."""
    talk = asyncio.create_task(play(script.behaviour(1), phone))
    await asyncio.wait((talk, leg.gone), return_when=asyncio.FIRST_COMPLETED)
    is_thrown_out = leg.gone.done()
    talk.cancel()
    await asyncio.gather(talk, return_exceptions=True)
    if not is_thrown_out:
        await leg.set_status("hangup")
    await leg.leave(DisconnectReason.CLIENT_INITIATED)
    return "agent_hung_up" if is_thrown_out else "callee_hung_up"


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    made = parser("Place one inbound rehearsal call.")
    made.add_argument("--from", dest="caller", required=True, help="the caller's number, E.164")
    made.add_argument("--to", dest="called", required=True, help="the called number, E.164")
    made.add_argument("--script", default=DEFAULT_SCRIPT, help="callee script that the caller plays; its first attempt must be answered")
    return made.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 0 when the call ended by itself, 78 for wrong settings, 1 when the call could not be placed."""
    arguments = _arguments(given)
    log_to_stderr()
    try:
        settings = read(arguments)
        script = load_scripts(settings.scripts).choose("", arguments.script)
        if script.behaviour(1).answer is None:
            raise ScriptError(f"{script.name}: a caller needs a script whose first attempt is answered.")
        asyncio.run(call(settings, InboundCall(arguments.caller, arguments.called), script))
    except (SettingsError, ScriptError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    except (NoRouteError, SpeechUnavailableError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _log.info("inbound_call_ended", script=script.name)
    return 0


if __name__ == "__main__":
    leave(main())
