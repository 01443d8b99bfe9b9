"""Whose models an assistant may use, by kind: OpenAI's interface always, others by an extra of the agent worker."""

from collections.abc import Mapping
from dataclasses import dataclass

OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class Vendor:
    """`models` are the kinds that it has (llm, stt, tts), each with the model that is used where none is named."""

    title: str
    models: Mapping[str, str]
    key: str
    """The variable of the agent worker's environment that holds the installation's key, for assistants without a `credential`."""
    chat_url: str = ""
    """Where its language models also answer in OpenAI's form, for what is asked once a call is over; empty for nowhere."""
    speeds: tuple[float, float] = (0.25, 4.0)
    """How slowly and how fast its voices speak."""


VENDORS: Mapping[str, Vendor] = {
    OPENAI: Vendor("OpenAI", {"llm": "gpt-4.1-mini", "stt": "gpt-4o-mini-transcribe", "tts": "gpt-4o-mini-tts"}, "OPENAI_API_KEY", ""),
    "anthropic": Vendor("Anthropic", {"llm": "claude-sonnet-4-6"}, "ANTHROPIC_API_KEY", "https://api.anthropic.com/v1"),
    "google": Vendor("Google", {"llm": "gemini-2.5-flash"}, "GOOGLE_API_KEY", "https://generativelanguage.googleapis.com/v1beta/openai"),
    "deepgram": Vendor("Deepgram", {"stt": "nova-3"}, "DEEPGRAM_API_KEY"),
    "elevenlabs": Vendor("ElevenLabs", {"tts": "eleven_flash_v2_5"}, "ELEVEN_API_KEY", speeds=(0.7, 1.2)),
    # The model that hears all languages in which calls are held.
    "cartesia": Vendor("Cartesia", {"stt": "ink-whisper", "tts": "sonic-3"}, "CARTESIA_API_KEY", speeds=(0.6, 2.0)),
}
"""The extra of the agent worker that brings a vendor has its name: `callwright[deepgram]`."""


def default_model(vendor: str, kind: str) -> str:
    """Raises `KeyError` for a kind that the vendor has not."""
    return VENDORS[vendor].models[kind]
