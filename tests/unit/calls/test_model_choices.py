"""Whose model does what for an assistant: names, objects and defaults of each vendor."""

import pytest

from control_plane.assistants.choices import model_of
from sip_config.contract import ModelsOrder
from sip_config.vendors import OPENAI, VENDORS


@pytest.mark.parametrize("kind", ["llm", "stt", "tts"])
@pytest.mark.parametrize("said", [{}, {"models": None, "voice": None}, {"models": {"llm": None, "stt": None, "tts": None}, "voice": {}}])
def test_what_is_not_said_is_openais_default(kind: str, said: dict) -> None:
    assert model_of(said, kind) == (OPENAI, getattr(ModelsOrder(), kind))


def test_a_name_is_of_openais_interface_and_an_object_of_its_vendor() -> None:
    assert model_of({"models": {"llm": "my-model"}}, "llm") == (OPENAI, "my-model")
    assert model_of({"models": {"llm": {"credential": "x", "model": "m"}}}, "llm") == (OPENAI, "m")
    assert model_of({"models": {"llm": {"provider": "anthropic", "model": None}}}, "llm") == ("anthropic", "claude-sonnet-4-6")
    assert model_of({"models": {"stt": {"provider": "deepgram", "model": "nova-2"}}}, "stt") == ("deepgram", "nova-2")


def test_the_voices_vendor_speaks() -> None:
    voice = {"provider": "cartesia", "voice_id": "v"}
    assert model_of({"voice": voice}, "tts") == ("cartesia", "sonic-3")
    assert model_of({"voice": voice, "models": {"tts": {"model": "sonic-2", "credential": "x"}}}, "tts") == ("cartesia", "sonic-2")
    assert model_of({"voice": voice}, "stt") == (OPENAI, ModelsOrder().stt)


def test_every_vendor_has_a_default_for_each_of_its_kinds_and_a_variable_for_its_key() -> None:
    for vendor in VENDORS.values():
        assert set(vendor.models) <= {"llm", "stt", "tts"}
        assert all(vendor.models.values())
        assert vendor.key.endswith("_API_KEY")
