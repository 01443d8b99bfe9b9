"""Documents in a trial: really searched, in what the draft names now, with the trial's ticket and no other."""

import json
from typing import Any

import pytest

from sip_config.codec import decode
from sip_config.contract import LOOK_UP_KNOWLEDGE, KnowledgeOrder
from sip_config.contract.trial import TrialOrder, TrialTicket
from tests.fixtures.api import Api
from tests.integration.knowledge.conftest import Embeddings, base, by_meaning, embeddings, learn, read_all, uploaded
from tests.integration.trials.test_trying import Voice, asked, assistant, settings, voice

__all__ = ["embeddings", "settings", "voice"]


async def looked_up(api: Api, ticket: TrialTicket, question: Any, token: str = "") -> Any:
    async with api.client(token or ticket.token, base=f"/internal/trials/{ticket.trial_id}") as agent:
        said = {"use_id": "1", "arguments": {"question": question}}
        answer = await agent.post(f"/tools/{LOOK_UP_KNOWLEDGE}", json=said)
    return answer.json() if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize(("key", "asks"), [("stand-in", False), ("sk", True)])
async def test_a_trial_with_stand_ins_asks_no_vendor_what_its_question_means(
    api: Api, voice: Voice, embeddings: Embeddings, key: str, asks: bool
) -> None:
    by_meaning(api, embeddings, model="text-embedding-3-small", key=key)
    base_id = await base(api)
    await uploaded(api, base_id, "prices.md", "# Gold\nThe gold membership is 40 dollars a month.")
    await read_all(api)
    await learn(api)
    await asked(api, await assistant(api, first_message="Hi.", knowledge_ids=[base_id]))
    embeddings.asked.clear()
    told = await looked_up(api, voice.tickets[0], "gold membership")
    assert json.loads(told["data"])["found"][0]["source"] == "prices.md, Gold"
    assert bool(embeddings.asked) is asks


async def test_a_trial_looks_things_up_as_a_call_does_and_keeps_nothing(api: Api, voice: Voice, embeddings: Embeddings) -> None:
    by_meaning(api, embeddings)
    base_id = await base(api, description="What memberships cost.")
    await uploaded(api, base_id, "prices.md", "# Gold\nThe gold membership is 40 dollars a month.")
    await read_all(api)
    await learn(api)
    path = await assistant(api, first_message="Hi.", knowledge_ids=[base_id], answers_only_from_knowledge=True)
    began = await asked(api, path)
    assert began["is_settled"]
    ticket = voice.tickets[0]
    async with api.client(ticket.token, base="") as agent:
        order = decode(TrialOrder, (await agent.get(f"/internal/trials/{ticket.trial_id}/order")).content).order
    assert order.knowledge == KnowledgeOrder(("Prices: What memberships cost.",), answers_only_from_it=True)
    for question in ("gold", "subscription fees"):
        told = await looked_up(api, ticket, question)
        assert json.loads(told["data"])["found"][0]["source"] == "prices.md, Gold", question
    assert "Nothing is written about this." in (await looked_up(api, ticket, "bicycle repair on Sundays"))["data"]
    assert (await looked_up(api, ticket, "  "))["is_done"] is False
    assert await looked_up(api, ticket, "gold", "another") == 404
    # What the draft names no longer is not looked up any more.
    draft = path.removesuffix("/try")
    assert (await api.manager.patch(draft, json={"knowledge_ids": [], "answers_only_from_knowledge": False})).status_code == 200
    assert await looked_up(api, ticket, "gold") == 404
