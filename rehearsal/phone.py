"""An answered phone: the callee's line made of a leg, with everything that is said or pressed written to the ledger."""

import asyncio

from rehearsal import clock
from rehearsal.hearing import Hearing
from rehearsal.ledger import CallLabel, Ledger
from rehearsal.leg import Leg
from rehearsal.scripts import Script
from rehearsal.speech_client import SpeechLibrary, beep

DTMF_PAUSE_S = 0.5
"""A `w` in a dial string (facts/livekit §1.4)."""
DTMF_DIGIT_S = 0.25


class Phone:
    """Implements `callee.Line`. Made at the moment of the answer."""

    def __init__(self, leg: Leg, label: CallLabel, script: Script, speech: SpeechLibrary, ledger: Ledger) -> None:
        self.answered_at = clock.now()
        self._leg, self._label, self._script, self._speech, self._ledger = leg, label, script, speech, ledger
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        leg.on_digit = self._hear_digit

    @property
    def hearing(self) -> Hearing:
        return self._leg.hearing

    def now(self) -> float:
        return clock.now()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def say(self, text: str) -> None:
        spoken = await self._leg.say(self._speech.line(self._script, text))
        self._ledger.write("callee_spoke", self._label, started_at=spoken.started_at, ended_at=spoken.ended_at, text=text)

    async def beep(self) -> None:
        await self._leg.say(beep())
        self._ledger.write("beep", self._label)

    async def press(self, digits: str) -> None:
        await self._leg.press(digits)
        self._ledger.write("digits", self._label, digits=digits, by="callee")

    async def pressed(self) -> str:
        return await self._pressed.get()

    def _hear_digit(self, digit: str) -> None:
        self._ledger.write("digits", self._label, digits=digit, by="agent")
        self._pressed.put_nowait(digit)

    async def hear_digits(self, dial_string: str) -> None:
        """Initial digits that the caller's request carries, with their pauses."""
        for symbol in dial_string:
            await self.pause(DTMF_PAUSE_S if symbol == "w" else DTMF_DIGIT_S)
        self._ledger.write("digits", self._label, digits=dial_string.replace("w", ""), by="agent")
