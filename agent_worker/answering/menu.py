"""Finds the key of a phone menu that leads towards a goal. Pure; English, Spanish, French, German, Portuguese and Hindi."""

import re
from dataclasses import dataclass

from agent_worker.opt_out_phrases import compile_plain, normalise

_KEYS = {
    "0": "0 zero cero null शून्य",
    "1": "1 one uno un eins um एक",
    "2": "2 two dos deux zwei dois दो",
    "3": "3 three tres trois drei तीन",
    "4": "4 four cuatro quatre vier quatro चार",
    "5": "5 five cinco cinq funf पांच पाँच",
    "6": "6 six seis sechs छह",
    "7": "7 seven siete sept sieben sete सात",
    "8": "8 eight ocho huit acht oito आठ",
    "9": "9 nine nueve neuf neun nove नौ",
    "*": "star asterisk asterisco etoile stern sterntaste स्टार",
    "#": "pound hash numeral diese raute cardinal हैश",
}
_KEY_OF = {normalise(word): key for key, words in _KEYS.items() for word in words.split()}
_KEY = "|".join(sorted((re.escape(word) for words in _KEYS.values() for word in words.split()), key=len, reverse=True))
_PRESS = (
    r"press|dial|select|push|choose|enter|oprima|marque|pulse|presione|digite|tecle|pressione|prima|tapez|appuyez(?: sur)?|faites|composez"
    r"|drucken sie|wahlen sie|drucke"
)
_FILL = r"(?: (?:bitte|die|der|the|el|la|le|o|a|key|touche|taste|tecla|number|numero|option|sur))*"
(_OPTION,) = compile_plain([rf"(?:\b(?:{_PRESS}){_FILL} ({_KEY})(?!\w)|(?<!\w)({_KEY}) (?:दबाएं|दबाएँ|दबाइए))"])
(_FOLLOWS,) = compile_plain([r"^[ ,]*(?:for|to|if|para|si|se|pour|fur|wenn|um)\b([^,.;!?]*)"])
_CLAUSE_END = re.compile(r"[.;!?।]")
_STOP_WORDS = "for the and our your with please you para pour fur der die das los las les des को के लिए से"
_STOP = frozenset(normalise(_STOP_WORDS).split())
_PERSON_WORDS = (
    "operator representative agent person human somebody someone speak reception assistant asistente asesor ejecutivo operador"
    " representante hablar atendente falar conseiller personne standard parler mitarbeiter berater zentrale sprechen प्रतिनिधि अधिकारी"
)
"""By which a menu names somebody who can be talked to."""

_STEM = 5


@dataclass(frozen=True, slots=True)
class Option:
    """One key and the words that say what for, in plain lower case."""

    key: str
    about: str


def options(heard: str) -> list[Option]:
    """The choices that a menu has named so far: "for sales, press one" or "press one for sales"."""
    plain = normalise(heard)
    found, begins = [], 0
    for match in _OPTION.finditer(plain):
        before = _CLAUSE_END.split(plain[begins : match.start()])[-1]
        after = _FOLLOWS.match(plain[match.end() :])
        about = before if before.strip(" ,") else after.group(1) if after else ""
        found.append(Option(_KEY_OF[match.group(1) or match.group(2)], about.strip(" ,")))
        begins = match.end() + (after.end() if after and not before.strip(" ,") else 0)
    return found


def choose(heard: str, goal: str, *, is_over: bool) -> str | None:
    """The key to press, None to go on listening. A menu that `is_over` without the goal is asked for a person, and only as far as it offers
    one."""
    offered = options(heard)
    wanted = _stems(goal)
    best = max(offered, key=lambda option: len(wanted & _stems(option.about)), default=None)
    if best is not None and wanted & _stems(best.about):
        return best.key
    if wanted and not is_over:
        return None
    return next((option.key for option in offered if _PERSON & _stems(option.about)), None)


def _stems(text: str) -> frozenset[str]:
    words = (word for word in re.findall(r"[^\s.,;:!?'\"()]+", normalise(text)) if word not in _STOP and len(word) > 2)
    return frozenset(word[:_STEM] for word in words)


_PERSON = _stems(_PERSON_WORDS)
