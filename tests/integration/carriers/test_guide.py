"""The guide to a first real call over Twilio, typed as it stands, with the emulator in Twilio's place; nothing is dialled."""

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.twilio import ACCOUNT, TOKEN
from tests.fixtures.api import Api
from tests.fixtures.programs import ROOT
from tests.integration.carriers.conftest import Acme

BOUGHT, PHONE = "+14155552671", "+14155552672"
"""The guide's number, and a phone as its reader has one: real trunks refuse the fictional range."""


@asynccontextmanager
async def on_loopback(api: Api) -> AsyncIterator[str]:
    """Where curl finds the API of this process."""

    async def pass_on(request: web.Request) -> web.Response:
        told = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
        async with api.client(base="") as client:
            answer = await client.request(request.method, str(request.rel_url), content=await request.read(), headers=told)
        return web.Response(status=answer.status_code, body=answer.content)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1"
    finally:
        await runner.cleanup()


async def typed(script: str) -> str:
    """What the shell has printed."""
    told = {"PATH": os.environ["PATH"], "NO_PROXY": "*", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    process = await asyncio.create_subprocess_exec("sh", "-eu", "-c", script, stdout=PIPE, stderr=PIPE, env=told)
    said, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return said.decode()


def text(path: str) -> str:
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


async def test_the_first_call_can_be_typed(acme: Acme) -> None:
    acme.twilio.add_number(BOUGHT)
    functions = "\n".join(re.findall(r"^(?:call|id)\(\) .*$", text("api-guide.md"), re.MULTILINE))
    (block,) = re.findall(r"```sh\n(# 1  the account.*?)```", text("guides/twilio.md"), re.DOTALL)
    building, calling = block.replace("PHONE=+1…", f"PHONE={PHONE}").split("# 5  ")
    async with on_loopback(acme.api) as address:
        begin = f"API={address}\nKEY=cw_owner\n{functions}\n"
        said = await typed(f'{begin}{building}\necho "TRUNK=$TRUNK NUMBER=$NUMBER ASSISTANT=$ASSISTANT"')
        names = said.splitlines()[-1]
        await acme.sync(names.partition(" ")[0].removeprefix("TRUNK="))
        said = await typed(f"{begin}{names}\n# {calling}")
    call = json.loads(said.splitlines()[-1])
    assert (call["state"], call["from_number"]) == ("queued", BOUGHT), said
    assert acme.twilio.trunk_of(BOUGHT) is not None
