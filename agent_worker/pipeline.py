"""From an order to a running `AgentSession`: which models, how turns are detected, how the room is heard and answered."""

from dataclasses import dataclass

import httpx
from livekit import rtc
from livekit.agents import AgentSession, RecordingOptions, TurnHandlingOptions, llm, room_io, stt, tts
from livekit.plugins import openai
from openai import DEFAULT_CONNECTION_LIMITS, AsyncClient, DefaultAsyncHttpxClient

from agent_worker import vendors
from agent_worker.control_plane_client import http_client
from agent_worker.phrases import base_language
from agent_worker.settings import Settings
from agent_worker.tls import tls_context
from agent_worker.voice_activity import Detector
from sip_config.contract import CallOrder, RecordingPolicy, TurnsOrder
from sip_config.vendors import OPENAI

GREETING_SILENCE_S = 0.25
"""Silence that ends the callee's first words: short, because only the opening line waits for it, and longer than the 0.23 s that
eSpeak pauses between two sentences. The VAD counts it in windows of 32 ms: 0.26 s here, 0.32 s with 0.3. Measured: first audio 0.3 s
after this (0.5 s at 0.2, 0.6 s at 0.3)."""

WORDS_COME_WITHIN_S = 1.5
"""A transcript takes about this long at most; speech without one lets the agent go on. A short sound does so sooner (`floor`)."""

INPUT_RATE = 16_000
"""Silero's own rate: no resampling for the VAD, and nothing a telephone carries lies above 8 kHz."""

KEEP_ALIVE_S = 120.0
"""Longer than anybody talks between two requests: a new TLS connection would be heard as hesitation."""

LAST_WORDS_S = 2.0
"""LiveKit's own patience for the transcript of speech that the end of the call cut off; it is always spent in full."""

FRAME_MS = 32
"""One VAD window; LiveKit's 50 ms would hold back a window by 25 ms on average."""


VOICE_BITS_PER_S = 80_000
"""What the agent's voice is sent to LiveKit with. From there on Opus takes its coder for music, which needs half the processor time of
the one for speech, and LiveKit's SIP service less to make a telephone's sound of it; LiveKit's own bit rate is below that."""


def load_vad() -> Detector:
    """The VAD of one job process; tuned for the greeting first, see `conversation_pace`."""
    loaded = Detector.load(
        min_speech_duration=0.06,
        min_silence_duration=GREETING_SILENCE_S,
        prefix_padding_duration=0.3,
        activation_threshold=0.5,
        sample_rate=INPUT_RATE,
        force_cpu=True,
    )
    assert isinstance(loaded, Detector)
    return loaded


def conversation_pace(detector: Detector, turns: TurnsOrder) -> None:
    """From the opening line on, let the callee pause longer within a sentence. 0.55 s (silero's default) alone costs half of a slow turn
    (facts: voice §3)."""
    detector.update_options(min_silence_duration=turns.pause_s)


@dataclass(frozen=True, slots=True)
class Warm:
    """What a job process has ready before its call comes."""

    vad: Detector
    models: AsyncClient
    http: httpx.AsyncClient


def warm_up(settings: Settings) -> Warm:
    """Load and connect nothing yet: one client for all three models, so that TLS is set up once and before the call."""
    models = AsyncClient(
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(limits=_keeping_alive(KEEP_ALIVE_S), verify=tls_context()),
    )
    return Warm(load_vad(), models, http_client())


def _keeping_alive(seconds: float):
    # Of the type that the openai package's HTTP library has, without importing that library by name.
    return type(DEFAULT_CONNECTION_LIMITS)(max_connections=50, max_keepalive_connections=50, keepalive_expiry=seconds)


def model_client(order: CallOrder, kind: str, warm: Warm) -> AsyncClient:
    """Where OpenAI's interface is asked for a kind of model (llm, stt, tts): the worker's own account, or the workspace's over the same
    connections."""
    credential = order.credentials.get(kind)
    if credential is None:
        return warm.models
    return warm.models.with_options(api_key=credential.api_key, base_url=credential.base_url or warm.models.base_url)


def build_llm(order: CallOrder, warm: Warm) -> llm.LLM:
    """Raises `VendorError` where the vendor's extra or a key for it is lacking; so do the others."""
    if order.models.llm_provider != OPENAI:
        return vendors.language_model(order)
    return openai.LLM(model=order.models.llm, client=model_client(order, "llm", warm))


def build_stt(order: CallOrder, warm: Warm) -> stt.STT:
    """It hears one utterance at a time."""
    if order.models.stt_provider != OPENAI:
        return vendors.ear(order)
    language, client = base_language(order.language), model_client(order, "stt", warm)
    return openai.STT(model=order.models.stt, language=language, use_realtime=False, client=client)


def build_tts(order: CallOrder, warm: Warm) -> tts.TTS:
    if order.voice.provider != OPENAI:
        return vendors.speaker(order)
    return openai.TTS(
        model=order.models.tts,
        voice=order.voice.voice_id,
        speed=order.voice.speed,
        response_format="pcm",
        client=model_client(order, "tts", warm),
    )


def sound_key(order: CallOrder, warm: Warm) -> tuple[str, ...]:
    """What determines how a text sounds."""
    credential, voice = order.credentials.get("tts"), order.voice
    endpoint = credential.base_url if credential else ""
    if voice.provider == OPENAI:
        endpoint = str(model_client(order, "tts", warm).base_url)
    return order.models.tts, voice.provider, voice.voice_id, str(voice.speed), endpoint


def build_session(order: CallOrder, warm: Warm, speaker: tts.TTS) -> AgentSession:
    """A session with explicit models and turn handling: LiveKit's own defaults reach for its cloud (facts: livekit §2.4, §2.9)."""
    return AgentSession(
        vad=warm.vad,
        stt=build_stt(order, warm),
        llm=build_llm(order, warm),
        tts=speaker,
        turn_handling=turn_handling(order.turns),
        aec_warmup_duration=None,
        user_away_timeout=None,
        max_tool_steps=3,
        session_close_transcript_timeout=0.0,
    )


def wait_for_last_words(session: AgentSession, wanted: bool) -> None:
    """What a callee says while hanging up ("… and stop calling me") is worth waiting for; otherwise the wait only holds the slot."""
    session.options.session_close_transcript_timeout = LAST_WORDS_S if wanted else 0.0


def turn_handling(turns: TurnsOrder) -> TurnHandlingOptions:
    return {
        "turn_detection": "vad",
        # Counted from the end of speech, so it hides behind the VAD's silence and the transcription.
        "endpointing": {"mode": "fixed", "min_delay": turns.answer_after_s, "max_delay": turns.answer_within_s},
        "interruption": {
            "enabled": True,
            "mode": "vad",
            "min_duration": turns.interrupt_after_s,
            "resume_false_interruption": True,
            "false_interruption_timeout": WORDS_COME_WITHIN_S,
            # An opt-out said over the opening line must still be transcribed.
            "discard_audio_if_uninterruptible": False,
        },
        # With a transcript only after the end of speech there is nothing to run ahead of.
        "preemptive_generation": {"enabled": False},
    }


def room_options(order: CallOrder) -> room_io.RoomOptions:
    """Only the callee's leg is heard: an operator who joins must not be taken for the callee (facts: livekit §2.4)."""
    return room_io.RoomOptions(
        participant_identity=order.callee_identity,
        participant_kinds=[rtc.ParticipantKind.PARTICIPANT_KIND_SIP],
        text_input=False,
        video_input=False,
        audio_input=room_io.AudioInputOptions(
            sample_rate=INPUT_RATE, frame_size_ms=FRAME_MS, auto_gain_control=False, pre_connect_audio=False
        ),
        audio_output=room_io.AudioOutputOptions(track_publish_options=_voice_track()),
        text_output=True,
        close_on_disconnect=True,
        delete_room_on_close=False,
    )


def _voice_track() -> rtc.TrackPublishOptions:
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    options.audio_encoding.max_bitrate = VOICE_BITS_PER_S
    return options


def recording_options(order: CallOrder) -> RecordingOptions:
    is_allowed = order.recording_policy is not RecordingPolicy.OFF
    return {"audio": order.record_audio and is_allowed, "transcript": True, "traces": False, "logs": False}
