"""What every callee is told first, built by code so that no prompt can leave it out: who calls, for whom, that it is an AI, and whether the
call is recorded; where the rules ask for it also what the call is for, and whether one may go on (facts: dialer §1.1 US-6, §1.3 AI Act
Art. 50). Pure.

An opening line that says it in so many words, in the callee's language, is not said twice; a line that only seems to say it is.
"""

import re
from dataclasses import dataclass, replace

from agent_worker.opt_out_phrases import compile_plain, normalise
from agent_worker.phrases import STRICTEST, Phrases, base_language, for_language, spoken_number
from sip_config.contract import CallOrder, RecordingPolicy

_EARLY = 2
"""Sentences within which a line must have said it: at the beginning, not in passing later on."""

_SENTENCE_END = re.compile(r"(?<=[.!?…।])\s+")
# Between introducing oneself and "AI" nothing may turn the sentence to another thing ("I am calling about our AI").
_EN_FILL = r"(?:(?!\b(?:about|regarding|offer\w*|sell\w*|not|no|never)\b)[^.!?]){0,40}?"
_SELF_AS_AI = {
    "en": rf"\b(?:i am|i'm|this is|it's|speaking (?:with|to)|talking (?:with|to)){_EN_FILL}\b(?:an ai"
    r"|ai (?:voice |phone )?(?:assistant|agent|caller)"
    r"|artificial intelligence)\b",
    "es": r"\b(?:soy|habla(?:ndo)? con|le habla)\b(?:(?!\b(?:sobre|no|nunca)\b)[^.!?]){0,40}?\b(?:ia|inteligencia artificial)\b",
    "fr": r"\b(?:je suis|ici|parlez (?:a|avec)|c'est)\b(?:(?!\b(?:sur|pas|jamais)\b)[^.!?]){0,40}?\b(?:ia|intelligence artificielle)\b",
    "de": r"\b(?:ich bin|hier (?:ist|spricht)|sprechen mit)\b"
    r"(?:(?!\b(?:uber|nicht|kein\w*)\b)[^.!?]){0,40}?\b(?:ki|kunstliche[nr]? intelligenz)\b",
    "pt": r"\b(?:sou|aqui (?:fala|e)|fala(?:r|ndo)? com)\b(?:(?!\b(?:sobre|nao|nunca)\b)[^.!?]){0,40}?\b(?:ia|inteligencia artificial)\b",
    "hi": r"(?:मैं|आप|main|aap) (?:(?!नहीं|nahi)[^।.!?]){0,40}?(?:एआई|कृत्रिम बुद्धि|\bai\b|\ba\.i\.)",
}
_AS_AI = dict(zip(_SELF_AS_AI, compile_plain(_SELF_AS_AI.values()), strict=True))


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening in the order it is spoken. `disclosure` is "" where it has been heard before, `notice` where nothing is said of
    recording; that asks where `asks` is set, and then `rest` waits for the answer. `kept` are the assistant's own words where `rest` asks
    whether it may go on at all."""

    disclosure: str
    notice: str
    rest: str
    asks: bool = False
    kept: str = ""

    @property
    def spoken_first(self) -> tuple[str, ...]:
        """The parts that are said in one breath."""
        parts = (self.disclosure, self.notice) if self.asks else (self.disclosure, self.notice, self.rest)
        return tuple(part for part in parts if part)

    def is_disclosed_in(self, heard: str) -> bool:
        """Whether a transcript of what was played of the opening has the whole disclosure."""
        return bool(self.disclosure) and heard.startswith(self.disclosure)

    def is_noticed_in(self, heard: str) -> bool:
        """Whether it has the notice, or question, too."""
        return bool(self.notice) and heard.startswith(f"{self.disclosure} {self.notice}".lstrip())

    def without_disclosure(self) -> "Opening":
        return replace(self, disclosure="")


def opening_of(order: CallOrder) -> Opening:
    """What is said when a person picks up."""
    said = for_language(order.language)
    disclosure, rest = _disclosed(order, order.opening_line, said)
    if order.say_purpose:
        disclosure = f"{disclosure} {said.purposes.get(order.say_purpose, said.purposes[STRICTEST])}"
    if order.explain_opt_out:
        disclosure = f"{disclosure} {said.how_to_opt_out}"
    asks = order.recording_policy is RecordingPolicy.NOTIFY_AND_AFFIRM
    notice = (
        said.may_record if asks else said.is_recorded if order.recording_policy is RecordingPolicy.NOTIFY and order.record_audio else ""
    )
    if order.inbound is not None:
        return Opening(disclosure, notice, rest or said.how_can_i_help, asks)
    if order.ask_to_go_on:
        return Opening(disclosure, notice, said.may_go_on, asks, kept=rest)
    return Opening(disclosure, notice, rest or (said.a_moment if asks or not order.opening_line.strip() else ""), asks)


def message_of(order: CallOrder) -> Opening:
    """What is left on a mailbox: the same disclosure, the assistant's message, and where to call back."""
    said = for_language(order.language)
    disclosure, rest = _disclosed(order, order.voicemail.message, said)
    number = order.callback_number
    if number and _digits(number) not in _digits(order.voicemail.message):
        rest = f"{rest} {said.call_back.format(number=spoken_number(number))}".strip()
    return Opening(disclosure, "", rest)


def _disclosed(order: CallOrder, line: str, said: Phrases) -> tuple[str, str]:
    """The disclosure and what follows it of `line`, out of which it is taken where it is there already."""
    sentences = _SENTENCE_END.split(line.strip())
    for count in range(1, min(_EARLY, len(sentences)) + 1):
        start = " ".join(sentences[:count])
        if not _lacking(order, start):
            return start, " ".join(sentences[count:])
    return _sentence(order, _lacking(order, " ".join(sentences[:_EARLY])), said), line.strip()


def _lacking(order: CallOrder, text: str) -> set[str]:
    """Of "name", "company" and "ai" what `text` does not say. "The AI assistant of Acme" is name enough."""
    as_ai = _AS_AI.get(base_language(order.language), _AS_AI["en"])
    says = {
        "ai": as_ai.search(normalise(text)) is not None,
        "company": not order.calls_for or _names(text, order.calls_for),
        "name": not order.assistant_name or _names(text, order.assistant_name),
    }
    if says["ai"] and says["company"] and order.calls_for:
        says["name"] = True
    return {what for what, is_said in says.items() if not is_said}


def _sentence(order: CallOrder, lacking: set[str], said: Phrases) -> str:
    name, company = _clean(order.assistant_name), _clean(order.calls_for)
    is_called = order.inbound is not None
    if name and company and lacking not in ({"ai"}, {"company"}):
        return (said.reached if is_called else said.who).format(name=name, company=company)
    parts = [said.an_ai] if "ai" in lacking or not company else []
    for_whom = (said.reached_company if is_called else said.on_behalf).format(company=company)
    return " ".join([*parts, *([for_whom] if "company" in lacking else [])])


def _names(text: str, name: str) -> bool:
    wanted = re.escape(normalise(name))
    return re.search(rf"(?<!\w){wanted}(?!\w)", normalise(text)) is not None


def _clean(name: str) -> str:
    return " ".join(name.split())[:200]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
