"""Calls in Spanish, French, German, Portuguese and Hindi, as the carrier hears them: who calls and that it is an AI, a wish never to be
called again, and what becomes of it. Most calls of the other files are in English."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent_worker.phrases import for_language
from tests.e2e.conftest import Platform, Running, start_campaign

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call in one language, in eSpeak's voice of it: another one would spell foreign letters out."""

    language: str
    number: str
    callee: str
    name: str
    company: str
    asks: str
    stop: str

    @property
    def assistant(self) -> dict[str, Any]:
        told = {"name": self.name, "calls_for": self.company, "first_message": self.asks, "language": self.language}
        return {"system_prompt": "Ask whether the appointment suits.", "voice": {"voice_id": self.language, "speed": 1.4}, **told}


ALL = (
    Spoken("es", "+16505550124", "stops-in-spanish", "Robin", "Clínica Ribera", "¿Le viene bien su cita?", "No me llame nunca más."),
    Spoken(
        "fr",
        "+16505550125",
        "stops-in-french",
        "Robin",
        "Clinique du Lac",
        "Votre rendez-vous vous convient-il ?",
        "Ne m'appelez plus jamais.",
    ),
    Spoken("de", "+16505550126", "stops-in-german", "Robin", "Klinik am Ufer", "Passt Ihnen der Termin?", "Rufen Sie mich nie wieder an."),
    Spoken("pt", "+16505550127", "stops-in-portuguese", "Robin", "Clínica Ribeira", "A sua consulta está bem?", "Não me ligue nunca mais."),
    Spoken("hi", "+16505550121", "stops-in-hindi", "रोबिन", "रिवरसाइड क्लिनिक", "क्या आपका समय ठीक है?", "मुझे दोबारा फोन मत कीजिए।"),
)


async def test_a_call_in_each_language_says_who_calls_and_keeps_the_wish_never_to_be_called_again(
    platform: Platform, caller_id: str, tmp_path: Path
) -> None:
    running = [await _started(platform, caller_id, spoken, tmp_path) for spoken in ALL]
    await asyncio.gather(*(platform.until(each.is_finished) for each in running))
    for spoken, each in zip(ALL, running, strict=True):
        (call,) = await each.calls()
        said = for_language(spoken.language)
        assert (spoken.language, call["outcome"], call["end_cause"]) == (spoken.language, "do_not_call", "opt_out")
        assert call["disclosure"]["text"].startswith(said.who.format(name=spoken.name, company=spoken.company))
        turns = (await platform.api.get(f"/calls/{call['id']}/transcript"))["turns"]
        assert said.opted_out in [turn["text"] for turn in turns if turn["speaker"] == "agent"]
        assert spoken.stop in [turn["text"] for turn in turns if turn["speaker"] == "callee"]
        assert (await platform.api.get("/suppressions/check", e164=spoken.number))["is_suppressed"] is True


async def _started(platform: Platform, caller_id: str, spoken: Spoken, folder: Path) -> Running:
    assistant = await platform.api.post("/assistants", spoken.assistant)
    of_its_own = folder / spoken.language
    of_its_own.mkdir()
    return await start_campaign(platform, caller_id, {spoken.number: spoken.callee}, of_its_own, assistant_id=assistant["id"])
