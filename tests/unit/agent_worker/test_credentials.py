"""Models on a workspace's own account: asked with its key at its endpoint, which no log and no report repeats."""

from dataclasses import replace

import httpx
import pytest
from openai import AsyncClient

from agent_worker import logs, pipeline
from agent_worker.pipeline import Warm, model_client
from sip_config.contract import CallOrder, CallPurpose, ModelCredential

ORDER = CallOrder("c", 1, "room", "callee", "+12025550101", CallPurpose.SINGLE, "Be kind.", "Hello.")
KEY = "sk-of-the-workspace"


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> Warm:
    models = AsyncClient(api_key="sk-of-the-worker", base_url="https://own.example.com/v1", max_retries=0)
    return Warm(None, models, httpx.AsyncClient())  # type: ignore[arg-type]


def test_a_kind_without_a_credential_is_asked_on_the_workers_account(warm: Warm) -> None:
    assert model_client(ORDER, "llm", warm) is warm.models


def test_a_credential_goes_to_its_own_endpoint_over_the_same_connections(warm: Warm) -> None:
    order = replace(ORDER, credentials={"llm": ModelCredential(KEY, "https://theirs.example.com/v1"), "tts": ModelCredential(KEY)})
    llm, tts = (model_client(order, kind, warm) for kind in ("llm", "tts"))
    assert (llm.api_key, str(llm.base_url)) == (KEY, "https://theirs.example.com/v1/")
    assert (tts.api_key, str(tts.base_url)) == (KEY, str(warm.models.base_url))
    assert llm._client is warm.models._client
    assert (warm.models.api_key, model_client(order, "stt", warm)) == ("sk-of-the-worker", warm.models)
    speaker = pipeline.build_tts(order, warm)
    assert speaker._client.api_key == KEY


def test_a_vendor_that_repeats_the_key_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SECRETS", set())
    logs.keep_secret([KEY, ""])
    assert logs.without_secrets(f"Incorrect API key provided: {KEY}.") == "Incorrect API key provided: ***."
    event = {"event": "call_failed", "exception": f"AuthenticationError: {KEY}", "count": 3}
    assert logs._mask(None, "", event) == {"event": "call_failed", "exception": "AuthenticationError: ***", "count": 3}
