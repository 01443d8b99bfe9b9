"""Turns the session's events into the transcript: one turn per utterance, with offsets from the answer."""

from typing import Any

from livekit.agents import llm

from agent_worker.care.mood import mood_of
from agent_worker.keeper import Keeper
from agent_worker.phrases import base_language
from sip_config.contract import EventKind, Speaker

_AGENT_PARTS = ("llm_node_ttft", "tts_node_ttfb", "e2e_latency")
_CALLEE_PARTS = ("transcription_delay", "end_of_turn_delay")


class Transcript:
    """Notes a TURN event for everything that either side said after the answer. Times are wall-clock seconds."""

    def __init__(self, log: Keeper, language: str = "en") -> None:
        self._log, self.language = log, language
        self._last_said: dict[str, Any] = {}
        self._answered_at = 0.0
        self._seq = 0
        self._speech: tuple[float, float] | None = None
        self._speech_began: float | None = None
        self._callee_latency: dict[str, float] = {}

    def begin(self, answered_at: float) -> None:
        self._answered_at = answered_at

    def callee_began(self, at: float) -> None:
        self._speech_began = at

    def callee_ended(self, at: float) -> None:
        if self._speech_began is not None:
            self._speech, self._speech_began = (self._speech_began, at), None

    def callee_said(self, text: str, now: float) -> float:
        """Note an utterance whose transcript has just come; returns when it began."""
        began, ended = self.utterance(now)
        self._last_said = self._note(Speaker.CALLEE, text, began, ended, mood=mood_of(text, base_language(self.language)))
        return began

    def judged(self, mood: str) -> None:
        """The model has heard what mood the callee's last words were said in: their turn is noted again, with it."""
        if self._last_said:
            self._log.note(EventKind.TURN, self._last_said | {"mood": mood})

    def utterance(self, now: float) -> tuple[float, float]:
        """When the utterance that a transcript of `now` belongs to began and ended."""
        return self._speech or (self._speech_began or now, now)

    def message(self, item: llm.ChatMessage) -> None:
        """Note what the agent said, as far as it was heard; keep a callee message's latency for the reply to it."""
        metrics: dict = dict(item.metrics)
        if item.role == "user":
            self._callee_latency = _parts(metrics, _CALLEE_PARTS)
        elif item.role == "assistant" and item.text_content:
            began = metrics.get("started_speaking_at") or item.created_at
            latency = _parts(metrics, _AGENT_PARTS)
            if "e2e_latency" in latency:
                latency |= self._callee_latency
            self._note(Speaker.AGENT, item.text_content, began, metrics.get("stopped_speaking_at"), item.interrupted, latency)
            self._callee_latency = {}

    def _note(
        self,
        speaker: Speaker,
        text: str,
        began: float,
        ended: float | None,
        interrupted: bool = False,
        latency: dict[str, float] | None = None,
        mood: str = "",
    ) -> dict[str, Any]:
        self._seq += 1
        turn = {
            "seq": self._seq,
            "speaker": speaker.value,
            "text": text,
            "started_at_s": self._offset(began),
            "ended_at_s": None if ended is None else self._offset(ended),
            "interrupted": interrupted,
            "latency": latency or {},
            "mood": mood,
        }
        self._log.note(EventKind.TURN, turn)
        return turn

    def _offset(self, at: float) -> float:
        return round(max(0.0, at - self._answered_at), 3)


def _parts(metrics: dict, names: tuple[str, ...]) -> dict[str, float]:
    return {name: round(float(metrics[name]), 3) for name in names if metrics.get(name) is not None}
