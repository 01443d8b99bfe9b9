"""The answer to "May I go on?", heeded beside the model: some laws let nothing of the call be said before a yes. Pure.

A no ends the call, words that are neither are answered with who calls and the question once more, and after that, or when the callee
asks for another time, the model finds out what is wanted. An opt-out is heard before any of this. Times are wall-clock seconds.
"""

from enum import StrEnum

from agent_worker.consent_words import says_yes
from agent_worker.opt_out_phrases import compile_plain, normalise

_GO_AHEAD = compile_plain(
    (
        r"\b(?:go on|continue|carry on|proceed|tell me|shoot|i'?m listening|what is it about|what'?s (?:it|this) about|please do|you may"
        r"|you can)\b",
        r"\b(?:siga|continue|prosiga|digame|diga|cuenteme|puede|le escucho|de que se trata)\b",
        r"\b(?:continuez|poursuivez|dites|je vous ecoute|vous pouvez|allez|c'est a quel sujet|de quoi s'agit-il)\b",
        r"\b(?:fahren sie fort|machen sie weiter|erzahlen sie|reden sie|sprechen sie|nur zu|bitte sehr|ich hore|worum geht)\b",
        r"\b(?:continue|prossiga|diga|conte|fale|pode falar|estou (?:a ouvir|ouvindo)|do que se trata)\b",
        r"(?:बोलिए|बोलो|बताइए|बताओ|कहिए|कहो|सुन रहा|सुन रही)|\b(?:boliye|bolo|bataiye|batao|kahiye|sun raha|sun rahi)\b",
    )
)
_ANOTHER_TIME = compile_plain(
    (
        r"\b(?:later|another time|tomorrow|busy|driving|in a meeting|call (?:me |us )?back|bad time|no time|not now|right now|at work"
        r"|in an hour)\b",
        r"\b(?:mas tarde|luego|manana|otro (?:momento|dia)|ocupad[oa]|conduciendo|reunion|ahora no|no (?:tengo|hay) tiempo|mal momento)\b",
        r"\b(?:plus tard|demain|un autre (?:moment|jour)|occupee?|conduis|reunion|pas maintenant|pas le temps|rappel\w+)\b",
        r"\b(?:spater|morgen|ein anderes mal|beschaftigt|im auto|besprechung|jetzt nicht|gerade nicht|keine zeit|zuruckrufen|ungunstig)\b",
        r"\b(?:mais tarde|depois|amanha|outr[oa] (?:momento|dia|hora)|ocupad[oa]|conduzir|dirigindo|reuniao|agora nao|(?:sem"
        r"|tenho) tempo)\b",
        r"(?:बाद में|कल|अभी|व्यस्त|गाड़ी|मीटिंग|समय नहीं|टाइम नहीं)|\b(?:baad mein|kal|abhi|busy|gaadi|meeting|time nahi|samay nahi)\b",
    )
)


class Step(StrEnum):
    """What follows from the callee's words."""

    WAIT = "wait"
    """They are no answer: begun before the question, or none is open."""
    GO_ON = "go_on"
    LEAVE = "leave"
    ASK_AGAIN = "ask_again"
    MODEL = "model"


class GoingOn:
    """One call's question. `is_open` holds from the beginning until it is settled; until then the model says nothing."""

    def __init__(self, is_asked: bool) -> None:
        self.is_open = is_asked
        self._asked_at = 0.0
        self._is_asked_again, self._reply = False, ""

    def asked(self, at: float) -> None:
        """The question is put again, or later than in the opening: only what is begun afterwards is its answer."""
        self._asked_at = at

    def heard(self, text: str, began: float, told_at: float) -> Step:
        """`told_at`: when the opening's question could be heard."""
        if not self.is_open or began < max(told_at, self._asked_at):
            return Step.WAIT
        step = self._step(text)
        # What was to be said to earlier words of the same turn is said to them no more.
        self.is_open, self._reply = step is Step.ASK_AGAIN, ""
        return step

    def _step(self, text: str) -> Step:
        plain = normalise(text)
        answer = says_yes(text)
        if any(pattern.search(plain) for pattern in _ANOTHER_TIME):
            return Step.MODEL
        if answer is None and any(pattern.search(plain) for pattern in _GO_AHEAD):
            return Step.GO_ON
        if answer is not None:
            return Step.GO_ON if answer else Step.LEAVE
        again, self._is_asked_again = not self._is_asked_again, True
        return Step.ASK_AGAIN if again else Step.MODEL

    def reply_with(self, words: str) -> None:
        """The turn that was heard is answered with these words when it is over: LiveKit cuts off what is being said then."""
        self._reply = words

    def reply(self) -> str:
        """To say now that a turn has ended; empty where the model answers, or nobody while the question is open."""
        reply, self._reply = self._reply, ""
        return reply
