"""Keys of model vendors: given by owners, read back by nobody, handed to the agent of a live call."""

import asyncio
from typing import Any

from sqlalchemy import func, select, text

from control_plane.db.base import Base
from control_plane.db.models import AuditEntry, Secret
from sip_config.codec import decode
from sip_config.contract import CONTRACT_VERSION, CallOrder, ModelCredential
from sip_config.versions import VERSION_HEADER
from tests.integration.calls.conftest import ASSISTANT, Stage

VALUE, LATER = "sk-of-acme-and-nobody-else", "sk-that-came-later"
ENDPOINT = "https://models.example.com/v1"
OURS = {VERSION_HEADER: str(CONTRACT_VERSION)}


async def give(stage: Stage, status: int = 201, **fields: Any) -> Any:
    answer = await stage.api.owner.post("/secrets", json={"name": "acme", "value": VALUE} | fields)
    assert answer.status_code == status, answer.text
    return answer.json()


async def use(stage: Stage, **models: Any) -> Any:
    """The stage's assistant with these models, published."""
    answer = await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"models": models})
    assert answer.status_code == 200, answer.text
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    return answer.json()


async def dump(stage: Stage) -> str:
    async with stage.api.sessions() as session:
        tables = [await session.scalars(text(f'select row_to_json(t)::text from "{t.name}" t')) for t in Base.metadata.sorted_tables]
    return "\n".join(row for rows in tables for row in rows)


async def test_a_value_goes_in_and_never_comes_out(stage: Stage) -> None:
    made = await give(stage, base_url=ENDPOINT, description="Ada's account")
    assert (made["name"], made["base_url"], made["description"], made["used_by"]) == ("acme", ENDPOINT, "Ada's account", [])
    path = f"/secrets/{made['id']}"
    shown = [await stage.api.manager.get(path), await stage.api.manager.get("/secrets"), await stage.api.manager.get("/audit")]
    shown.append(await stage.api.owner.patch(path, json={"value": LATER}))
    assert [answer.status_code for answer in shown] == [200] * 4
    assert not any(secret in answer.text for answer in shown for secret in (VALUE, LATER))
    dumped = await dump(stage)
    assert ENDPOINT in dumped
    assert VALUE not in dumped
    assert LATER not in dumped
    async with stage.api.sessions() as session:
        actions = list(
            await session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("secret.")).order_by(AuditEntry.id))
        )
        row = (await session.scalars(select(Secret))).one()
    assert actions == ["secret.created", "secret.changed"]
    assert stage.api.app.state.secret_box.open(row.value_sealed) == LATER


async def test_a_value_is_never_sent_to_another_endpoint_than_it_was_given_for(stage: Stage) -> None:
    path = f"/secrets/{(await give(stage, base_url=ENDPOINT))['id']}"
    refused = await stage.api.owner.patch(path, json={"base_url": "https://elsewhere.example.com"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "base_url")
    moved = await stage.api.owner.patch(path, json={"base_url": "https://elsewhere.example.com", "value": LATER})
    assert moved.json()["base_url"] == "https://elsewhere.example.com"
    for wrong in (
        "http://models.example.com",
        "https://127.0.0.1/v1",
        "https://localhost",
        "https://u:p@example.com",
        "https://example.com?k=1",
    ):
        await give(stage, 400, name="other", base_url=wrong)


async def test_names_are_taken_once_and_nonsense_is_refused(stage: Stage) -> None:
    await give(stage)
    assert (await give(stage, 409))["code"] == "secret_exists"
    for wrong in ({"name": "A b"}, {"value": ""}, {"value": "a\nb"}, {"value": "ключ"}, {"surprise": 1}):
        await give(stage, 400, **wrong)
    async with stage.api.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Secret)) == 1


async def test_an_assistant_names_only_secrets_that_there_are(stage: Stage) -> None:
    wanted = {"models": {"llm": {"model": "m", "credential": "acme"}}}
    refused = await stage.post("/assistants", ASSISTANT | wanted, status=400)
    assert refused["errors"] == [{"field": "models.llm.credential", "message": "There is no secret called 'acme'."}]
    await give(stage)
    made = await stage.post("/assistants", ASSISTANT | wanted)
    assert made["models"] == {"llm": {"model": "m", "credential": "acme", "provider": "openai"}, "stt": None, "tts": None}
    assert (await stage.api.manager.patch(f"/assistants/{made['id']}", json={"models": {"tts": {"credential": "x"}}})).status_code == 400


async def test_a_secret_stays_while_an_assistant_uses_it(stage: Stage) -> None:
    path = f"/secrets/{(await give(stage))['id']}"
    await use(stage, stt={"credential": "acme"})
    assert (await stage.api.manager.get(path)).json()["used_by"] == ["Ann"]
    refused = await stage.api.owner.delete(path)
    assert (refused.status_code, refused.json()["code"], "'Ann'" in refused.json()["detail"]) == (409, "secret_in_use", True)
    draft = await stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json={"models": {}})
    assert draft.status_code == 200
    assert (await stage.api.owner.delete(path)).status_code == 409
    await stage.post(f"/assistants/{stage.assistant_id}/publish")
    assert (await stage.api.owner.delete(path)).status_code == 204


async def test_of_using_and_deleting_at_once_one_is_refused(stage: Stage) -> None:
    path = f"/secrets/{(await give(stage))['id']}"
    body = {"models": {"llm": {"credential": "acme"}}}
    used, deleted = await asyncio.gather(
        stage.api.manager.patch(f"/assistants/{stage.assistant_id}", json=body), stage.api.owner.delete(path)
    )
    assert (used.status_code, deleted.status_code) in ((200, 409), (400, 204))


async def test_the_agent_of_a_live_call_gets_the_credentials_and_nobody_else(stage: Stage) -> None:
    await give(stage, base_url=ENDPOINT)
    await use(stage, llm={"model": "large", "credential": "acme"}, stt="small", tts={"credential": "acme"})
    call, agent = await stage.dispatched()
    answer = await agent.client.get("/order", headers=OURS)
    order = decode(CallOrder, answer.content)
    theirs = ModelCredential(VALUE, ENDPOINT)
    assert order.credentials == {"llm": theirs, "tts": theirs}
    assert (order.models.llm, order.models.stt, order.models.tts) == ("large", "small", "gpt-4o-mini-tts")
    assert (answer.headers["cache-control"], VALUE in repr(order)) == ("no-store", False)
    older = await agent.client.get("/order")
    assert (older.status_code, older.json()["code"], VALUE in older.text) == (409, "agent_too_old", False)
    assert VALUE not in (await stage.api.owner.get(f"/calls/{call['id']}")).text
    await stage.post(f"/calls/{call['id']}/end", status=202)
    over = await agent.client.get("/order", headers=OURS)
    assert (over.status_code, VALUE in over.text) == (409, False)
    assert VALUE not in await dump(stage)


async def test_a_call_whose_credential_is_gone_is_not_made_with_somebody_elses(stage: Stage) -> None:
    await give(stage)
    await use(stage, llm={"credential": "acme"})
    _, agent = await stage.dispatched()
    async with stage.api.sessions.begin() as session:
        await session.delete((await session.scalars(select(Secret))).one())
    refused = await agent.client.get("/order", headers=OURS)
    assert (refused.status_code, refused.json()["code"]) == (409, "credential_unusable")
