"""A recording as a session makes it, heard anew: by the real detector and LiveKit's OpenAI plugin, over the stand-in's voice and ear."""

import io
from types import SimpleNamespace
from typing import Any

import av
import httpx
import numpy as np
import pytest
from livekit.plugins import openai
from openai import AsyncOpenAI

from agent_worker.pipeline import Warm, load_vad
from agent_worker.transcription import job
from agent_worker.transcription.hearing import hear
from rehearsal.models.catalogue import Utterance, load_catalogue
from sip_config.codec import decode, encode
from sip_config.contract import CallOrder, CallPurpose, ModelsOrder, Speaker
from sip_config.contract.transcription import TranscriptionOrder, TranscriptionResult, TranscriptionTicket

RATE, SPOKEN_RATE = 48_000, 24_000
CALLEE = [next(u for u in load_catalogue() if u.text == text and u.voice == "en-us+f3") for text in ("Hello?", "Yes, that sounds good.")]
AGENT = next(u for u in load_catalogue() if u.text.startswith("Hi, you have reached"))
FROM_S, SOON_S = 3.5, 0.7


async def speech(utterance: Utterance, client: AsyncOpenAI) -> np.ndarray:
    speaker = openai.TTS(voice=utterance.voice, speed=utterance.speed, response_format="pcm", client=client)
    frame = await speaker.synthesize(utterance.text).collect()
    return np.repeat(np.frombuffer(frame.data, dtype=np.int16) / np.float32(32768), RATE // SPOKEN_RATE)


def placed(*parts: tuple[float, np.ndarray], length_s: float) -> np.ndarray:
    """Sounds at their seconds on one channel."""
    channel = np.zeros(int(length_s * RATE), np.float32)
    for at_s, sound in parts:
        channel[int(at_s * RATE) : int(at_s * RATE) + len(sound)] = 0.5 * sound
    return channel


def recording(*channels: np.ndarray) -> bytes:
    target, layout = io.BytesIO(), "stereo" if len(channels) == 2 else "mono"
    with av.open(target, mode="w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.stack(channels).astype(np.float32), format="fltp", layout=layout)
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return target.getvalue()


async def heard_by_a_worker(recording: bytes, client: AsyncOpenAI, monkeypatch: pytest.MonkeyPatch) -> TranscriptionResult:
    """A whole job, with its control plane at the other end of its HTTP client."""
    order = CallOrder("c", 0, "", "", "", CallPurpose.SINGLE, "", "", models=ModelsOrder(stt="stand-in-stt"))
    results: list[TranscriptionResult] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer the-token"
        if request.method == "PUT":
            results.append(decode(TranscriptionResult, request.content))
            return httpx.Response(200, json={})
        sent = {"order": encode(TranscriptionOrder(order, FROM_S)).encode(), "recording": recording}
        return httpx.Response(200, content=sent[request.url.path.removeprefix("/internal/transcriptions/t/")])

    async def nothing() -> None:
        pass

    ticket = encode(TranscriptionTicket("t", "the-token"))
    context: Any = SimpleNamespace(job=SimpleNamespace(metadata=ticket, id="job"), connect=nothing, delete_room=nothing)
    context.shutdown = lambda **_: None
    monkeypatch.setattr(job, "NICENESS", 0)
    warm = Warm(load_vad(), client, httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    await job.run(context, SimpleNamespace(control_plane_url="http://api.test"), warm)  # type: ignore[arg-type]
    (result,) = results
    assert (result.error, result.may_pass) == ("", False)
    return result


async def test_who_said_what_and_when_is_heard_in_it(models, monkeypatch: pytest.MonkeyPatch) -> None:
    async with AsyncOpenAI(base_url=models.base_url, api_key="rehearsal", max_retries=0) as client:
        hello, agreed, greeting = [await speech(each, client) for each in (*CALLEE, AGENT)]
        agreed_s = 2.5 + len(greeting) / RATE + 1.0
        length_s = agreed_s + len(agreed) / RATE
        made = recording(placed((1.0, hello), (agreed_s, agreed), length_s=length_s), placed((2.5, greeting), length_s=length_s))
        result = await heard_by_a_worker(made, client, monkeypatch)
    heard, (consumed,) = result.turns, result.usage
    spoken_s = sum(turn.ended_at_s - turn.started_at_s for turn in heard)
    assert (consumed.kind, consumed.model) == ("stt", "stand-in-stt")
    assert spoken_s / 2 < consumed.quantity["audio_duration"] < 2 * length_s
    assert [turn.text for turn in heard if turn.speaker is Speaker.CALLEE] == [each.text for each in CALLEE]
    said_by_agent = [turn for turn in heard if turn.speaker is Speaker.AGENT]
    assert " ".join(turn.text for turn in said_by_agent) == AGENT.text
    assert [turn.speaker for turn in heard] == [Speaker.CALLEE, *[Speaker.AGENT] * len(said_by_agent), Speaker.CALLEE]
    for turn, at_s in ((heard[0], 1.0), (heard[1], 2.5), (heard[-1], agreed_s)):
        assert turn.started_at_s == pytest.approx(FROM_S + at_s, abs=SOON_S)
    # The last words end with the recording.
    assert heard[-1].ended_at_s == pytest.approx(FROM_S + length_s, abs=SOON_S)


async def test_what_has_not_two_channels_is_no_recording_of_ours(models) -> None:
    async with AsyncOpenAI(base_url=models.base_url, api_key="rehearsal", max_retries=0) as client:
        ear = openai.STT(model="stand-in-stt", language="en", use_realtime=False, client=client)
        with pytest.raises(ValueError, match="two channels"):
            await hear(recording(np.zeros(RATE)), ear, load_vad(), 0.0)
        with pytest.raises(av.FFmpegError):
            await hear(b"no sound at all", ear, load_vad(), 0.0)
