"""The platform on a real livekit-server, with the rehearsal's carrier in place of LiveKit's SIP service (docs/adr/0008)."""

import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from control_plane.local.livekit import LiveKitKeys, LiveKitPorts, LocalLiveKit
from control_plane.local.processes import launch
from control_plane.local.secrets_file import random_password
from sip_config.naming import call_id_of_room
from tests.chaos.plan import Fault, Kind, Shape
from tests.chaos.platform import START_PATIENCE_S, Platform
from tests.fakes.telephony_server import read_ledger

CARRIERS = "2"


class LiveKitPlatform(Platform):
    """`program` is livekit-server."""

    _agent_module = "tests.chaos.livekit_agent"

    def __init__(self, folder: Path, shape: Shape, program: Path) -> None:
        super().__init__(folder, shape)
        self._departures = folder / "departures.jsonl"
        self._keys, self._ports, self._program = LiveKitKeys("chaos", random_password()), LiveKitPorts.free(), program

    def ledger_lines(self) -> list[dict[str, Any]]:
        """The carrier's ledger in the words of the network's, with the instants at which the task workers sent what it has seen."""
        left = {line["room"]: line["sent_at"] for line in read_ledger(self._departures)}
        lines = read_ledger(self.ledger)
        return [_line(line, left) for line in lines if line["event"] in ("dialed", "answered", "ended")]

    def do(self, fault: Fault) -> None:
        if fault.kind in (Kind.LIVEKIT_CRASH, Kind.LIVEKIT_RESTART):
            # A supervisor brings it back at once: `tend`.
            self._signal("livekit", signal.SIGKILL if fault.kind is Kind.LIVEKIT_CRASH else signal.SIGTERM)
            if fault.kind is Kind.LIVEKIT_RESTART:
                time.sleep(0.3)
                self._signal("livekit", signal.SIGTERM)
        else:
            super().do(fault)

    def _start_network(self, env: Mapping[str, str]) -> None:
        (self._folder / "livekit").mkdir()
        redis = (self._redis.address, self._redis.password)
        hooks = f"{self.api_url}/webhooks/livekit"
        server = LocalLiveKit(self._program, self._folder / "livekit", redis=redis, keys=self._keys, ports=self._ports, webhook_url=hooks)
        self._starts["livekit"] = lambda: launch(server.prepare())
        self._processes["livekit"] = self._starts["livekit"]()
        deadline = time.monotonic() + START_PATIENCE_S
        while not server.is_ready():
            assert time.monotonic() < deadline, "livekit-server does not start"
            time.sleep(0.05)
        flags = ("--models-url", "tone:", "--ledger", str(self.ledger), "--processes", CARRIERS)
        self._add("carrier", env, "rehearsal.carrier", *flags)

    def _make_environment(self) -> dict[str, str]:
        env = super()._make_environment()
        del env["CHAOS_NETWORK"]
        urls = {"LIVEKIT_URL": f"ws://127.0.0.1:{self._ports.http}", "CHAOS_DEPARTURES": str(self._departures)}
        return env | urls | {"LIVEKIT_API_KEY": self._keys.key, "LIVEKIT_API_SECRET": self._keys.secret}

    def _misbehave(self, mode: str, for_s: float) -> None:
        """A real LiveKit behaves as it does."""


def _line(line: Mapping[str, Any], left: Mapping[str, float]) -> dict[str, Any]:
    """`sent_at` is the carrier's own instant where the process that sent it died before it could say."""
    event = "invite" if line["event"] == "dialed" else line["event"]
    call = line["call_id"] or call_id_of_room(line["room"])
    same = {"at": line["at"], "sent_at": left.get(line["room"], line["at"]), "number": line["number"], "why": line.get("cause", "")}
    return {"event": event, "invite": line["sip_call_id"], "call": call, "trunk": "", **same}
