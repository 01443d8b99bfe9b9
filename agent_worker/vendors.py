"""Models of other vendors than OpenAI, by their livekit plugins, which are extras: whoever uses none installs none.

A plugin is imported when an order first names its vendor, or before, where it is installed (`server.PRELOADED`).
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from livekit.agents import llm, stt, tts

from agent_worker.by_utterance import ByUtterance
from agent_worker.phrases import base_language
from sip_config.contract import CallOrder
from sip_config.vendors import VENDORS, Vendor

_PLUGINS = "livekit.plugins."


class VendorError(Exception):
    """A vendor's model cannot be had here; the text is a sentence for whoever configures assistants."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One model of one vendor. An empty key means the environment's, an empty URL the vendor's own."""

    model: str
    language: str
    voice_id: str
    speed: float
    api_key: str
    base_url: str

    def account(self, url: str = "base_url") -> dict[str, str]:
        """As the plugins take them; what they are not given they find themselves."""
        return {name: value for name, value in (("api_key", self.api_key), (url, self.base_url)) if value}


def language_model(order: CallOrder) -> llm.LLM:
    """Raises `VendorError`; so do the others."""
    return _made("llm", order.models.llm_provider, order)


def ear(order: CallOrder) -> stt.STT:
    return ByUtterance(_made("stt", order.models.stt_provider, order))


def speaker(order: CallOrder) -> tts.TTS:
    return _made("tts", order.voice.provider, order)


def _made(kind: str, vendor: str, order: CallOrder) -> Any:
    make = _MAKERS.get((kind, vendor))
    if make is None:
        raise VendorError(f"This agent worker knows no {kind} of {vendor!r}.")
    plugin = _plugin(vendor)
    try:
        return make(plugin, _wanted(kind, order))
    except ValueError as error:
        raise VendorError(_refusal(VENDORS[vendor], kind, str(error))) from error


def _refusal(vendor: Vendor, kind: str, words: str) -> str:
    """What a plugin says before it has asked anybody."""
    if "key is required" in words.lower():
        return f"{vendor.title} needs a key: name a secret as credential of models.{kind}, or give the agent worker {vendor.key}."
    return f"{vendor.title} does not take models.{kind} as it is: {words}"


def _plugin(vendor: str) -> ModuleType:
    try:
        return importlib.import_module(_PLUGINS + vendor)
    except ImportError as error:
        raise VendorError(
            f"{VENDORS[vendor].title} is not installed in this agent worker: install the extra callwright[{vendor}] there. ({error})"
        ) from error


def _wanted(kind: str, order: CallOrder) -> _Wanted:
    credential = order.credentials.get(kind)
    api_key, base_url = (credential.api_key, credential.base_url) if credential else ("", "")
    model, voice = getattr(order.models, kind), order.voice
    return _Wanted(model, base_language(order.language), voice.voice_id, voice.speed, api_key, base_url)


def _anthropic(plugin: Any, wanted: _Wanted) -> llm.LLM:
    return plugin.LLM(model=wanted.model, **wanted.account())


def _google(plugin: Any, wanted: _Wanted) -> llm.LLM:
    options = {"http_options": plugin.llm.types.HttpOptions(base_url=wanted.base_url)} if wanted.base_url else {}
    key = {"api_key": wanted.api_key} if wanted.api_key else {}
    # An API key is what a secret holds; Vertex AI would take the machine's own identity instead.
    return plugin.LLM(model=wanted.model, vertexai=False, **key, **options)


def _deepgram(plugin: Any, wanted: _Wanted) -> stt.STT:
    return plugin.STT(model=wanted.model, language=wanted.language, **wanted.account())


def _cartesia_ear(plugin: Any, wanted: _Wanted) -> stt.STT:
    return plugin.STT(model=wanted.model, language=wanted.language, **wanted.account())


def _cartesia_voice(plugin: Any, wanted: _Wanted) -> tts.TTS:
    speed = None if wanted.speed == 1.0 else wanted.speed
    said = {"model": wanted.model, "voice": wanted.voice_id, "language": wanted.language, "speed": speed}
    # Nothing here reads when each word is spoken, and the vendor has that for some languages only.
    return plugin.TTS(**said, word_timestamps=False, **wanted.account())


STABILITY, SIMILARITY = 0.5, 0.75
"""ElevenLabs' own defaults, which have to be sent along with a speed."""


def _elevenlabs(plugin: Any, wanted: _Wanted) -> tts.TTS:
    settings = {}
    if wanted.speed != 1.0:
        settings = {"voice_settings": plugin.VoiceSettings(stability=STABILITY, similarity_boost=SIMILARITY, speed=wanted.speed)}
    # Raw sound at 24 kHz, as OpenAI's voices come: MP3, its default, would have to be decoded.
    said = {"model": wanted.model, "voice_id": wanted.voice_id, "language": wanted.language, "encoding": "pcm_24000"}
    return plugin.TTS(**said, **settings, **wanted.account())


_MAKERS: Mapping[tuple[str, str], Callable[[Any, _Wanted], Any]] = {
    ("llm", "anthropic"): _anthropic,
    ("llm", "google"): _google,
    ("stt", "deepgram"): _deepgram,
    ("stt", "cartesia"): _cartesia_ear,
    ("tts", "cartesia"): _cartesia_voice,
    ("tts", "elevenlabs"): _elevenlabs,
}
