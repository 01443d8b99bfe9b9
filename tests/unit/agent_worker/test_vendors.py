"""Other vendors' models: built by their plugins where the extra is installed, and a sentence that names it where it is not."""

import asyncio
import sys
from dataclasses import replace
from importlib.util import find_spec

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APITimeoutError, stt

from agent_worker import by_utterance, vendors
from agent_worker.by_utterance import ByUtterance
from agent_worker.server import PRELOADED
from sip_config.contract import CallOrder, CallPurpose, ModelCredential, ModelsOrder, VoiceOrder
from sip_config.vendors import OPENAI, VENDORS

ORDER = CallOrder("c", 1, "room", "callee", "+12025550101", CallPurpose.SINGLE, "Be kind.", "Hello.", language="pt-BR")
OTHERS = sorted(set(VENDORS) - {OPENAI})
KINDS = [(vendor, kind) for vendor in OTHERS for kind in VENDORS[vendor].models]
ONCE = APIConnectOptions(max_retry=0, timeout=1.0)
SOUND = rtc.AudioFrame(bytes(3200), 16_000, 1, 1600)
BUILD = {"llm": vendors.language_model, "stt": vendors.ear, "tts": vendors.speaker}


def order_by(vendor: str, kind: str, credential: ModelCredential | None, speed: float = 1.0) -> CallOrder:
    models = replace(ModelsOrder(), **{kind: VENDORS[vendor].models[kind]})
    if kind != "tts":
        models = replace(models, **{f"{kind}_provider": vendor})
    voice = VoiceOrder(vendor if kind == "tts" else OPENAI, "a-voice", speed)
    return replace(ORDER, models=models, voice=voice, credentials={kind: credential} if credential else {})


@pytest.mark.parametrize(("vendor", "kind"), KINDS)
def test_a_vendor_that_is_not_installed_is_named_with_its_extra(vendor: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"livekit.plugins.{vendor}", None)
    with pytest.raises(vendors.VendorError, match=rf"{VENDORS[vendor].title} is not installed .* callwright\[{vendor}\]"):
        BUILD[kind](order_by(vendor, kind, ModelCredential("a-key")))


def test_every_vendor_of_the_table_can_be_built_and_no_other() -> None:
    assert {(kind, vendor) for vendor, kind in KINDS} == set(vendors._MAKERS)
    with pytest.raises(vendors.VendorError, match="knows no llm of 'elevenlabs'"):
        vendors.language_model(replace(ORDER, models=replace(ORDER.models, llm_provider="elevenlabs")))


@pytest.mark.parametrize(("vendor", "kind"), KINDS)
def test_an_installed_vendor_is_built_with_the_workspaces_key_and_says_what_lacks_without_one(
    vendor: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec(f"livekit.plugins.{vendor}") is None:
        pytest.skip(f"callwright[{vendor}] is not installed")
    for named in VENDORS.values():
        monkeypatch.delenv(named.key, raising=False)

    async def build() -> None:
        for credential in (ModelCredential("a-key"), ModelCredential("a-key", "https://theirs.example.com/v1")):
            made = BUILD[kind](order_by(vendor, kind, credential, speed=1.1))
            assert made.model == VENDORS[vendor].models[kind]
            if isinstance(made, ByUtterance):
                assert not made.capabilities.streaming
            if kind != "llm":
                made.update_options(language="es")
        with pytest.raises(vendors.VendorError, match=rf"{VENDORS[vendor].title} needs a key: .*models\.{kind}.*{VENDORS[vendor].key}"):
            BUILD[kind](order_by(vendor, kind, None))

    asyncio.run(build())


def test_nothing_of_a_vendor_is_imported_before_it_is_used() -> None:
    assert [name for name in PRELOADED if any(name.endswith(vendor) for vendor in OTHERS)] == []


class Batch(stt.STT):
    """An ear that takes whole utterances, and fails as often as it is told."""

    def __init__(self, failures: int = 0, waits_s: float = 0.0) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.asked, self._failures, self._waits_s = 0, failures, waits_s
        self.language = "en"

    def update_options(self, *, language: str) -> None:
        self.language = language

    async def _recognize_impl(self, buffer, *, language=None, conn_options) -> stt.SpeechEvent:
        self.asked += 1
        await asyncio.sleep(self._waits_s)
        if self.asked <= self._failures:
            raise APIConnectionError
        return _final("Hello there.")


class Streaming(stt.STT):
    """An ear that only hears streams, and cuts an utterance in two."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True, offline_recognize=False))

    async def _recognize_impl(self, buffer, *, language=None, conn_options) -> stt.SpeechEvent:
        raise AssertionError("it hears streams only")

    def stream(self, *, language=None, conn_options=ONCE) -> stt.RecognizeStream:
        return _Cut(stt=self, conn_options=conn_options)


class _Cut(stt.RecognizeStream):
    async def _run(self) -> None:
        if self._input_ch.closed:
            return
        heard = [frame async for frame in self._input_ch if isinstance(frame, rtc.AudioFrame)]
        for event in (_final("Hello"), stt.SpeechEvent(stt.SpeechEventType.INTERIM_TRANSCRIPT, alternatives=[]), _final("there.")):
            if heard:
                self._event_ch.send_nowait(event)


def _final(text: str) -> stt.SpeechEvent:
    return stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[stt.SpeechData("en", text)])


async def recognised(ear: stt.STT, options: APIConnectOptions = ONCE) -> str:
    return (await ByUtterance(ear).recognize([SOUND, SOUND], conn_options=options)).alternatives[0].text


async def test_an_ear_is_asked_by_utterance_whether_it_takes_them_whole_or_as_a_stream() -> None:
    assert await recognised(Batch()) == "Hello there."
    assert await recognised(Streaming()) == "Hello there."


async def test_an_ear_is_told_another_language() -> None:
    ear = Batch()
    ByUtterance(ear).update_options(language="es")
    assert ear.language == "es"


async def test_a_failure_is_tried_again_once_and_not_once_within_the_other() -> None:
    ear = Batch(failures=1)
    assert await recognised(ear, APIConnectOptions(max_retry=1, retry_interval=0.0, timeout=1.0)) == "Hello there."
    assert ear.asked == 2


async def test_words_that_do_not_come_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_utterance, "WITHIN_S", 0.05)
    with pytest.raises(APITimeoutError):
        await recognised(Batch(waits_s=60))
