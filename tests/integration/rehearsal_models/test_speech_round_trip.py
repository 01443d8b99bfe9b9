"""What the stand-in says over a telephone it understands again: LiveKit's own OpenAI plugins on both ends."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import numpy as np
import pytest
from livekit import rtc
from livekit.agents import APIStatusError, stt
from livekit.plugins import openai
from openai import AsyncOpenAI

from rehearsal.models.audio import resample
from rehearsal.models.catalogue import Utterance, load_catalogue

RATE = 24_000
CATALOGUE = load_catalogue()
VOICES = sorted({(u.voice, u.speed) for u in CATALOGUE})
UNKNOWN = [
    "Yes, that sounds great.", "The weather is nice today.", "What?", "My account number is four seven one nine.", "Sorry?", "Maybe.",
    "Please hold the line while I look for a pen.", "Could you call my wife instead?", "Do not call me on Sundays.", "Leave me alone.",
    "No thank you, goodbye.",
]  # fmt: skip


class Phone:
    """Both plugins, and the telephone between them."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        # The plugin's STT does not close a client of its own making.
        self._client = AsyncOpenAI(base_url=base_url, api_key="rehearsal", max_retries=0)
        self._stt = openai.STT(model="gpt-4o-mini-transcribe", language="en", use_realtime=False, client=self._client)

    async def say(self, text: str, voice: str, speed: float = 1.0, response_format: str = "pcm") -> np.ndarray:
        speaker = openai.TTS(voice=voice, speed=speed, response_format=response_format, base_url=self._base_url, api_key="rehearsal")
        try:
            frame = await speaker.synthesize(text).collect()
        finally:
            await speaker.aclose()
        assert (frame.sample_rate, frame.num_channels) == (RATE, 1)
        return np.frombuffer(frame.data, dtype=np.int16) / 32768

    async def hear(self, samples: np.ndarray, rate: int = RATE) -> str:
        return (await self._recognize(self._stt, samples, rate)).text

    async def hear_verbosely(self, samples: np.ndarray) -> stt.SpeechData:
        """As `hear`, with the model for which the plugin asks for the language."""
        return await self._recognize(openai.STT(model="whisper-1", language="en", use_realtime=False, client=self._client), samples, RATE)

    async def aclose(self) -> None:
        await self._client.close()

    async def _recognize(self, listener: openai.STT, samples: np.ndarray, rate: int) -> stt.SpeechData:
        data = np.clip(samples * 32768, -32768, 32767).astype(np.int16)
        event = await listener.recognize(rtc.AudioFrame(data.tobytes(), rate, 1, len(data)))
        assert event.type == stt.SpeechEventType.FINAL_TRANSCRIPT
        return event.alternatives[0]


@pytest.fixture
async def phone(models) -> AsyncIterator[Phone]:
    made = Phone(models.base_url)
    yield made
    await made.aclose()


def telephone(samples: np.ndarray, seed: int, clip_s: float = 0.05) -> np.ndarray:
    """`samples` as they arrive: clipped at the start, quieter, in silence, 8 kHz, mu-law, over noise at -50 dBFS; then 16 kHz."""
    random = np.random.default_rng(seed)
    quieter = samples[int(clip_s * RATE) :] * 10 ** (-random.uniform(2, 14) / 20)
    before, after = (np.zeros(int(random.uniform(0.02, 0.6) * RATE)) for _ in range(2))
    narrow = resample(np.concatenate([before, quieter, after]), RATE, 8000)
    noisy = narrow + random.normal(0, 10 ** (-50 / 20), len(narrow))
    coded = np.round(np.sign(noisy) * np.log1p(255 * np.abs(noisy)) / np.log(256) * 127) / 127
    return resample(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255, 8000, 16_000)


@pytest.mark.parametrize("utterance", CATALOGUE, ids=lambda u: f"{u.voice}-{u.text[:20]}")
async def test_every_line_of_the_callee_scripts_is_understood(phone: Phone, utterance: Utterance) -> None:
    spoken = await phone.say(utterance.text, utterance.voice, utterance.speed)
    for seed in range(2):
        assert await phone.hear(telephone(spoken, seed), 16_000) == utterance.text


def with_a_hole(samples: np.ndarray) -> np.ndarray:
    """`samples` as a machine that is too busy delivers them: held up for 0.2 s in the middle."""
    first, second = np.array_split(samples, 2)
    return np.concatenate([first, np.zeros(int(0.2 * RATE)), second])


def drawn_out(samples: np.ndarray) -> np.ndarray:
    """`samples` as a jitter buffer that runs dry plays them: 20 ms in the middle, five more times."""
    middle, period = len(samples) // 2, RATE // 50
    return np.concatenate([samples[:middle], *[samples[middle - period : middle]] * 5, samples[middle:]])


@pytest.mark.parametrize("harmed", [with_a_hole, drawn_out])
@pytest.mark.parametrize("text", ["I'm busy right now, call me back later.", "Please stop calling me.", "Thank you, goodbye."])
async def test_audio_that_a_busy_machine_holds_up_loses_no_word(
    phone: Phone, text: str, harmed: Callable[[np.ndarray], np.ndarray]
) -> None:
    spoken = next(u for u in CATALOGUE if u.text == text)
    assert await phone.hear(telephone(harmed(await phone.say(text, spoken.voice, spoken.speed)), 1), 16_000) == text


@pytest.mark.parametrize("text", UNKNOWN)
async def test_what_no_callee_says_is_rejected(phone: Phone, text: str) -> None:
    for voice, speed in VOICES:
        assert await phone.hear(telephone(await phone.say(text, voice, speed), 1), 16_000) == ""


async def test_silence_and_noise_are_rejected(phone: Phone) -> None:
    assert await phone.hear(np.zeros(RATE)) == ""
    assert await phone.hear(np.random.default_rng(1).normal(0, 0.003, 2 * RATE)) == ""


async def test_a_mailbox_greeting_is_understood_whole_in_pieces_and_with_its_beep(phone: Phone) -> None:
    greeting = next(u for u in CATALOGUE if u.text.startswith("Hi, you have reached"))
    spoken = await phone.say(greeting.text, greeting.voice, greeting.speed)
    beep = np.concatenate([np.zeros(RATE // 2), 0.25 * np.sin(2 * np.pi * 1000 * np.arange(int(0.4 * RATE)) / RATE)])
    assert await phone.hear(telephone(np.concatenate([spoken, beep]), 1), 16_000) == greeting.text
    half = len(spoken) // 2
    assert greeting.text.startswith(first := await phone.hear(telephone(spoken[:half], 2), 16_000))
    assert first
    assert greeting.text.endswith(last := await phone.hear(telephone(spoken[half:], 3, clip_s=0.0), 16_000))
    assert last
    assert await phone.hear(telephone(beep, 4), 16_000) == ""


async def test_two_lines_said_in_one_breath_are_both_understood(phone: Phone) -> None:
    voice, speed = CATALOGUE[0].voice, CATALOGUE[0].speed
    lines = [u.text for u in CATALOGUE if (u.voice, u.speed) == (voice, speed)][:2]
    pause = np.zeros(int(0.3 * RATE))
    spoken = np.concatenate([await phone.say(lines[0], voice, speed), pause, await phone.say(lines[1], voice, speed)])
    assert await phone.hear(telephone(spoken, 1), 16_000) == " ".join(lines)


async def test_an_utterance_can_be_taught_at_run_time(phone: Phone, models) -> None:
    spoken = await phone.say("Quatre-vingt-dix éléphants bleus.", "fr", 1.1)
    assert await phone.hear(telephone(spoken, 1), 16_000) == ""
    lesson = {"text": "Quatre-vingt-dix éléphants bleus.", "voice": "fr", "speed": 1.1}
    async with aiohttp.ClientSession() as http, http.post(f"{models.url}/rehearsal/utterances", json=lesson) as answer:
        assert answer.status == 201
    assert await phone.hear(telephone(spoken, 1), 16_000) == "Quatre-vingt-dix éléphants bleus."


async def test_verbose_answers_name_the_language(phone: Phone) -> None:
    spanish = next(u for u in CATALOGUE if u.language == "es")
    heard = await phone.hear_verbosely(await phone.say(spanish.text, spanish.voice, spanish.speed))
    assert (heard.text, heard.language) == (spanish.text, "es")


@pytest.mark.parametrize("response_format", ["wav", "mp3"])
async def test_every_other_format_is_answered_with_a_wav_that_the_plugin_decodes(phone: Phone, response_format: str) -> None:
    raw = await phone.say("Hello, this is a test.", "nova")
    heard = await phone.say("Hello, this is a test.", "nova", response_format=response_format)
    assert abs(len(heard) - len(raw)) < RATE * 0.05


async def test_an_unknown_voice_is_refused_with_a_sentence(phone: Phone) -> None:
    with pytest.raises(APIStatusError, match="no voice 'no-such-voice'"):
        await phone.say("Hello.", "no-such-voice")
