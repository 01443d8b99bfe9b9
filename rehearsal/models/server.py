"""The HTTP face of the stand-in models: the parts of OpenAI's API that the agent uses, and `/rehearsal/*` to steer a rehearsal.

eSpeak and the matching run in one thread, so the event loop never waits for them and neither needs a lock of its own.
"""

import asyncio
import concurrent.futures
import dataclasses
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

from aiohttp import BodyPartReader, web

from rehearsal.models.audio import NotAudio, read_wav, write_wav
from rehearsal.models.catalogue import Utterance
from rehearsal.models.chat import OWNER, BadRequest, Chat, body, chunks
from rehearsal.models.embedding import MODEL, answer
from rehearsal.models.espeak import UnknownVoice
from rehearsal.models.rules import load_rules
from rehearsal.models.speech import RATE, Speech
from rehearsal.models.transcription import Recogniser, Transcript

MODELS = ("stand-in-llm", "stand-in-stt", "stand-in-tts", MODEL)
_LARGEST_BODY = 32 * 2**20  # bytes; OpenAI takes recordings of 25 MB
_PIECE = RATE * 2 // 5  # bytes of PCM per write: 0.2 s

Result = TypeVar("Result")


@dataclasses.dataclass(slots=True)
class Delays:
    """Milliseconds that each model waits before its first byte, to rehearse with slower ones."""

    llm_ms: int = 0
    stt_ms: int = 0
    tts_ms: int = 0

    def update(self, values: Any) -> None:
        """Set some of the delays. Raises `BadRequest`."""
        names = {field.name for field in dataclasses.fields(self)}
        if not isinstance(values, dict) or not values.keys() <= names:
            raise BadRequest(f"Delays are {', '.join(sorted(names))}.")
        if not all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 60_000 for value in values.values()):
            raise BadRequest("A delay is a whole number of milliseconds from 0 to 60000.")
        for name, value in values.items():
            setattr(self, name, value)


class StandIn:
    """The models and their state."""

    def __init__(self, utterances: Iterable[Utterance], delays: Delays | None = None) -> None:
        self.delays = delays or Delays()
        self._utterances = tuple(utterances)
        self._worker = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._chat = Chat(load_rules())
        self._numbers = itertools.count(1)
        self._speech: Speech | None = None
        self._recogniser: Recogniser | None = None

    def app(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_errors])
        app.cleanup_ctx.append(self._lifespan)
        app.add_routes(
            [
                web.get("/health", self.health),
                web.get("/v1/models", self.models),
                web.post("/v1/chat/completions", self.chat),
                web.post("/v1/embeddings", self.embeddings),
                web.post("/v1/audio/speech", self.speech),
                web.post("/v1/audio/transcriptions", self.transcriptions),
                web.post("/rehearsal/utterances", self.add_utterance),
                web.get("/rehearsal/delays", self.show_delays),
                web.put("/rehearsal/delays", self.set_delays),
            ]
        )
        return app

    async def health(self, _: web.Request) -> web.Response:
        return _json({"status": "ok", "utterances": self._ready[1].size, "delays": dataclasses.asdict(self.delays)})

    async def models(self, _: web.Request) -> web.Response:
        data = [{"id": name, "object": "model", "created": 0, "owned_by": OWNER} for name in MODELS]
        return _json({"object": "list", "data": data})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        wanted = await _body(request)
        await asyncio.sleep(self.delays.llm_ms / 1000)
        completion = self._chat.complete(wanted)
        if not wanted.get("stream"):
            return _json(body(completion))
        events = chunks(completion, bool((wanted.get("stream_options") or {}).get("include_usage")))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"})
        await response.prepare(request)
        text = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
        await response.write(f"{text}data: [DONE]\n\n".encode())
        return response

    async def embeddings(self, request: web.Request) -> web.Response:
        return _json(answer(await _body(request)))

    async def speech(self, request: web.Request) -> web.StreamResponse:
        """Raw PCM for `pcm`, a WAV for every other format: its Content-Type says so, and LiveKit's plugin goes by that."""
        wanted = await _body(request)
        text, voice, speed = _spoken(wanted.get("input"), wanted.get("voice", "alloy"), wanted.get("speed", 1.0))
        await asyncio.sleep(self.delays.tts_ms / 1000)
        samples = await self._in_worker(self._ready[0].speak, text, voice, speed)
        is_raw = wanted.get("response_format") == "pcm"
        data = samples.tobytes() if is_raw else write_wav(samples, RATE)
        request_id = f"speech-rehearsal-{next(self._numbers)}"
        headers = {"Content-Type": "audio/pcm" if is_raw else "audio/wav", "X-Owned-By": OWNER, "X-Request-Id": request_id}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for start in range(0, len(data), _PIECE):
            await response.write(data[start : start + _PIECE])
        return response

    async def transcriptions(self, request: web.Request) -> web.Response:
        fields = await _form(request)
        if not isinstance(fields.get("file"), bytes):
            raise BadRequest("The form has no file.")
        await asyncio.sleep(self.delays.stt_ms / 1000)
        transcript = await self._in_worker(self._transcribe, fields["file"])
        kind = fields.get("response_format", "json")
        if kind == "text":
            return web.Response(text=transcript.text + "\n")
        return _json(_verbose(transcript) if kind == "verbose_json" else {"text": transcript.text})

    async def add_utterance(self, request: web.Request) -> web.Response:
        wanted = await _body(request)
        text, voice, speed = _spoken(wanted.get("text"), wanted.get("voice", "en-us"), wanted.get("speed", 1.0))
        await self._in_worker(self._ready[1].learn, Utterance(text, voice, speed, str(wanted.get("language", ""))))
        return _json({"utterances": self._ready[1].size}, status=201)

    async def show_delays(self, _: web.Request) -> web.Response:
        return _json(dataclasses.asdict(self.delays))

    async def set_delays(self, request: web.Request) -> web.Response:
        self.delays.update(await _body(request))
        return _json(dataclasses.asdict(self.delays))

    @property
    def _ready(self) -> tuple[Speech, Recogniser]:
        if self._speech is None or self._recogniser is None:
            raise RuntimeError("the app has not been started")
        return self._speech, self._recogniser

    async def _lifespan(self, _: web.Application) -> AsyncIterator[None]:
        await self._in_worker(self._load)
        yield
        self._worker.shutdown(cancel_futures=True)

    async def _in_worker(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *arguments)

    def _load(self) -> None:
        self._speech = Speech()
        self._recogniser = Recogniser(self._speech)
        for utterance in self._utterances:
            self._recogniser.learn(utterance)

    def _transcribe(self, wav: bytes) -> Transcript:
        return self._ready[1].transcribe(*read_wav(wav))


@web.middleware
async def _errors(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Refusals in OpenAI's shape, so that its client shows the sentence."""
    try:
        return await handler(request)
    except UnknownVoice as error:
        return _refusal(400, f"There is no voice {str(error)!r}: use an OpenAI voice or an eSpeak NG name such as en-us+f3, es, de.")
    except NotAudio as error:
        return _refusal(400, f"The file is not a 16-bit WAV ({error}).")
    except BadRequest as error:
        return _refusal(400, str(error))
    except web.HTTPException as error:
        return _refusal(error.status, error.reason)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        wanted = await request.json()
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(wanted, dict):
        raise BadRequest("The body is not a JSON object.")
    return wanted


async def _form(request: web.Request) -> dict[str, Any]:
    """The parts of a multipart form: `file` as bytes, all others as text."""
    if not request.content_type.startswith("multipart/"):
        raise BadRequest("A multipart form is expected.")
    fields: dict[str, Any] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            fields[part.name] = bytes(await part.read()) if part.name == "file" else await part.text()
    return fields


def _spoken(text: Any, voice: Any, speed: Any) -> tuple[str, str, float]:
    """Text, voice and speed, checked. OpenAI's bounds: 4096 characters, speed 0.25 to 4."""
    name = voice.get("id") if isinstance(voice, dict) else voice
    if not isinstance(text, str) or not text.strip() or len(text) > 4096:
        raise BadRequest("The text must have 1 to 4096 characters.")
    if not isinstance(name, str) or not name:
        raise BadRequest("The voice must be a name.")
    if not isinstance(speed, int | float) or not 0.25 <= speed <= 4.0:
        raise BadRequest("The speed must be a number from 0.25 to 4.")
    return text, name, float(speed)


def _verbose(transcript: Transcript) -> dict[str, Any]:
    return {
        "task": "transcribe", "language": transcript.language, "duration": round(transcript.duration_s, 3),
        "text": transcript.text, "segments": [], "words": [],
    }  # fmt: skip


def _json(data: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response({"stand_in": True, "owned_by": OWNER} | data, status=status)


def _refusal(status: int, message: str) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return _json({"error": error}, status=status)
