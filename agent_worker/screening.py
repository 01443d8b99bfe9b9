"""Who or what picked up: pure rules over what was heard, run beside the opening line and never in its way.

LiveKit's `AMD` is not used because it mutes the agent until its verdict (design: architecture §3). A verdict may be corrected while
the greeting lasts: a mailbox often begins like a person.
"""

from dataclasses import dataclass, field, replace

from agent_worker.answering.decision import SHORT_GREETING_S, Evidence, Verdict, decide
from agent_worker.answering.ear import Sound
from agent_worker.answering.words import Words, weigh

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


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been heard since the answer; durations and offsets are seconds from the answer."""

    texts: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    """What the texts speak for."""
    sound: Sound = field(default_factory=Sound)
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
        texts = (*self.texts, text)
        return replace(self, texts=texts, words=weigh(" ".join(texts)), replied=self.replied or after_opening, prompts=0)

    def with_sound(self, sound: Sound) -> "Heard":
        return replace(self, sound=sound, beep=self.beep or sound.beep)

    def with_speech(self, duration_s: float) -> "Heard":
        return self if self.first_speech_s is not None else replace(self, first_speech_s=duration_s)

    def with_beep(self) -> "Heard":
        return replace(self, beep=True)

    def with_exchange(self) -> "Heard":
        """The agent has answered something after its opening."""
        return replace(self, exchanges=self.exchanges + 1)

    def with_prompt(self) -> "Heard":
        return replace(self, prompts=self.prompts + 1)


def judge(heard: Heard, since_s: float) -> Verdict | None:
    """Who picked up as far as can be told `since_s` seconds after the answer; None while that is open. A later verdict may correct it."""
    if since_s <= MAILBOX_WINDOW_S and heard.exchanges < TALK_EXCHANGES:
        words, sound = heard.words, replace(heard.sound, beep=heard.beep)
    else:
        words, sound = Words(), replace(heard.sound, beep=False, signal=None)
    is_short = heard.first_speech_s is not None and heard.first_speech_s <= SHORT_GREETING_S
    return decide(Evidence(words, sound, replied=heard.replied, short_greeting=is_short))


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
