"""Who or what picked up: pure rules over what was heard, run beside the opening line and never in its way.

LiveKit's `AMD` is not used because it mutes the agent until its verdict (design: architecture §3). A verdict may be corrected while
the greeting lasts: a mailbox often begins like a person.
"""

import re
from dataclasses import dataclass, replace

from agent_worker.opt_out_phrases import normalise
from sip_config.contract import AnsweredBy

SHORT_GREETING_S = 2.5
"""A person's greeting is hardly longer (LiveKit's own human_speech_threshold, facts: livekit §2.7)."""

MAILBOX_WINDOW_S = 40.0
"""Mailbox greetings end within this long after the answer; later the words mean what a person means by them."""

TALK_EXCHANGES = 2
"""Answers of the agent after which it is talking with somebody. One may have gone into a pause of a mailbox greeting."""

REPROMPT_AFTER_S = 6.0
"""Silence after the agent's last word before it asks whether somebody is there."""

GIVE_UP_AFTER_S = 6.0
"""Silence after that question before the agent hangs up."""

TALKED_REPROMPT_AFTER_S = 12.0
"""The same, towards somebody who has already talked: they may be looking something up."""

GREETING_OVER_S = 3.0
"""Silence after a mailbox greeting that means the recording has begun, when no beep was heard."""

GREETING_OVER_AFTER_BEEP_S = 0.3
MAILBOX_PATIENCE_S = 30.0

_PERSON_ASKS = re.compile(r"\b(?:can i|may i|could i|shall i|should i|do you want|would you like|want me)\b.{0,30}\bmessage\b")
_MAILBOX = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:leave|record) (?:me |us )?(?:a |your )?(?:short |brief )?(?:voice ?)?message\b",
        r"\b(?:after|at) the (?:tone|beep|signal)\b",
        r"\breached the (?:voice ?mail|mailbox)\b|\bvoice ?mail(?:box)? of\b|\bvoice messaging system\b",
        r"\b(?:can'?t|can ?not|unable to) (?:come|get) to the phone\b|\b(?:can'?t|can ?not|unable to) take your call\b",
        r"\bis not available\b.{0,30}\b(?:message|tone)\b|\bplease try (?:your call )?again later\b",
        r"\bdeje (?:un|su) mensaje\b|\bdespues (?:del|de la) (?:tono|senal)\b|\bbuzon de voz\b",
        r"\bhinterlassen sie\b.{0,30}\bnachricht\b|\bnach dem (?:signal|piep)ton\b|\bmailbox von\b|\banrufbeantworter\b",
        r"\blaiss(?:ez|er)\b.{0,20}\bmessage\b|\bapres le (?:bip|signal)\b|\bmessagerie\b|\brepondeur\b",
        r"\bdeixe (?:a sua |uma |sua )?mensagem\b|\bapos o (?:sinal|bip)\b|\bcaixa postal\b|\bcorreio de voz\b",
    )
)


def is_mailbox_greeting(transcript: str) -> bool:
    """Whether the words are those of an answering machine (English, Spanish, German, French, Portuguese)."""
    plain = normalise(transcript)
    return not _PERSON_ASKS.search(plain) and any(pattern.search(plain) for pattern in _MAILBOX)


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been heard since the answer; durations and offsets are seconds from the answer."""

    texts: tuple[str, ...] = ()
    beep: bool = False
    first_speech_s: float | None = None
    replied: bool = False
    exchanges: int = 0
    prompts: int = 0

    @property
    def spoke(self) -> bool:
        """Whether the callee has made any sound of speech."""
        return self.first_speech_s is not None or bool(self.texts)

    def with_text(self, text: str, *, after_opening: bool) -> "Heard":
        # Machines do not reply, they go on talking: only words that began after the opening count as a reply.
        return replace(self, texts=(*self.texts, text), replied=self.replied or after_opening, prompts=0)

    def with_speech(self, duration_s: float) -> "Heard":
        return self if self.first_speech_s is not None else replace(self, first_speech_s=duration_s)

    def with_beep(self) -> "Heard":
        return replace(self, beep=True)

    def with_exchange(self) -> "Heard":
        """The agent has answered something after its opening."""
        return replace(self, exchanges=self.exchanges + 1)

    def with_prompt(self) -> "Heard":
        return replace(self, prompts=self.prompts + 1)


def verdict(heard: Heard, since_answer_s: float) -> AnsweredBy | None:
    """Who picked up as far as can be told now; None while that is open. A later call may correct an earlier one."""
    in_window = since_answer_s <= MAILBOX_WINDOW_S and heard.exchanges < TALK_EXCHANGES
    if in_window and (heard.beep or is_mailbox_greeting(" ".join(heard.texts))):
        return AnsweredBy.VOICEMAIL
    if heard.replied:
        return AnsweredBy.HUMAN
    if heard.first_speech_s is not None and heard.first_speech_s <= SHORT_GREETING_S:
        return AnsweredBy.HUMAN
    return None


def quiet_step(heard: Heard, quiet_s: float) -> str:
    """What to do after `quiet_s` seconds in which neither side spoke: "wait", "prompt" or "give_up"."""
    limit = TALKED_REPROMPT_AFTER_S if heard.spoke else REPROMPT_AFTER_S if heard.prompts == 0 else GIVE_UP_AFTER_S
    if quiet_s < limit:
        return "wait"
    return "prompt" if heard.prompts == 0 else "give_up"


def mailbox_listens(heard: Heard, quiet_s: float, since_verdict_s: float) -> bool:
    """Whether a message left now would be recorded: the beep or the greeting is over."""
    needed = GREETING_OVER_AFTER_BEEP_S if heard.beep else GREETING_OVER_S
    return quiet_s >= needed or since_verdict_s >= MAILBOX_PATIENCE_S
