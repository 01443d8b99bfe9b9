"""A workspace with an account at the emulated Twilio, in an installation that calls real phones."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from control_plane.trunks.tasks import sync_trunk
from sip_config.provision import Provisioner
from tests.fakes.twilio import ACCOUNT, TOKEN, TwilioEmulator, twilio_emulator
from tests.fixtures.api import Api
from tests.fixtures.services import LiveKitService

SIP_URI = "sip:sip.example.com;transport=tcp"
ONE, TWO = "+12025550250", "+12025550251"
"""Not of the fictional range, which a real trunk must not have; the emulator calls nobody."""


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioEmulator]:
    async with twilio_emulator() as emulator:
        emulator.add_number(ONE)
        emulator.add_number(TWO)
        yield emulator


@dataclass
class Acme:
    """The workspace, and what a task worker of its installation has."""

    api: Api
    twilio: TwilioEmulator
    ctx: dict[str, Any]

    async def account(self) -> None:
        secret = await self.api.owner.post("/secrets", json={"name": "twilio-token", "value": TOKEN})
        assert secret.status_code == 201, secret.text
        given = await self.api.owner.put("/carriers/twilio", json={"account_sid": ACCOUNT, "auth_token_secret": "twilio-token"})
        assert given.status_code == 200, given.text

    async def trunk(self, **more: Any) -> str:
        made = await self.api.manager.post("/trunks", json={"name": "Twilio", "provider": "twilio"} | more)
        assert made.status_code == 201, made.text
        return made.json()["id"]

    async def number(self, trunk: str, e164: str = ONE) -> str:
        taken = await self.api.manager.post("/numbers/import", json={"trunk_id": trunk, "numbers": [e164]})
        assert taken.json()["left"] == [], taken.text
        return taken.json()["imported"][0]["id"]

    async def assistant(self) -> str:
        return (await self.api.manager.post("/assistants", json={"name": "Ann", "system_prompt": "Be kind."})).json()["id"]

    async def answered_number(self) -> tuple[str, str]:
        """Ids of a managed trunk and of a number on it whose calls an assistant takes; nothing is built yet."""
        await self.account()
        trunk = await self.trunk()
        number = await self.number(trunk)
        assigned = await self.api.manager.put(f"/numbers/{number}/assistant", json={"assistant_id": await self.assistant()})
        assert assigned.status_code == 200, assigned.text
        return trunk, number

    async def sync(self, trunk: str) -> dict[str, Any]:
        """Carry out what a change of the trunk asked for; the trunk afterwards."""
        await sync_trunk(self.ctx, trunk)
        return (await self.api.viewer.get(f"/trunks/{trunk}")).json()

    async def steps(self, trunk: str) -> list[dict[str, Any]]:
        return (await self.api.viewer.get(f"/trunks/{trunk}/path")).json()["steps"]


@pytest.fixture
async def acme(api: Api, twilio: TwilioEmulator, livekit: LiveKitService) -> AsyncIterator[Acme]:
    addresses = {"livekit_url": livekit.url, "livekit_api_key": livekit.key, "livekit_api_secret": livekit.secret}
    settings = replace(api.settings, rehearsal=False, livekit_sip_uri=SIP_URI, **addresses)
    api.app.state.twilio_connect, api.app.state.settings = twilio.connect, settings
    state = api.app.state
    ctx = {"settings": settings, "sessions": state.sessions, "secret_box": state.secret_box, "clock": api.clock, "queue": api.queue}
    made = Acme(api, twilio, ctx | {"twilio_connect": twilio.connect, "job_try": 1})
    yield made
    # LiveKit is everybody's here, and takes calls to one number over one trunk only.
    trunks = (await api.manager.get("/trunks")).json()["items"]
    async with Provisioner(livekit.url, livekit.key, livekit.secret) as provisioner:
        for trunk in trunks:
            await provisioner.remove(trunk["id"])
