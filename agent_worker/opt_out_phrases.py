"""Recognises "never call me again" in a transcript without a model, so that the wish is kept even when the model misses it.

Sure cases only: the recognition suppresses a number for good. "Don't call me before noon" is a wish about time and goes to the model.
"""

import re
import unicodedata

_ME = r"(?:me|us|here|this number)"
_TIME_LIMIT = (
    r"(?!(?:\W+" + _ME + r")?\W+(?:before|after|until|till|at(?! all)|on|in|during|today|tonight|tomorrow|now|right now|this|while|when|so|"
    r"back (?:at|on|in|tomorrow|later)))"
)
_ENGLISH = (
    r"\b(?:stop|quit) (?:ever )?(?:calling|phoning|ringing|contacting|bothering)\b(?: " + _ME + r")?(?: at all)?\b" + _TIME_LIMIT,
    r"\b(?:do not|don'?t|never) (?:ever )?(?:call|phone|ring|contact) " + _ME + r"(?: (?:ever )?again| any ?more)?\b" + _TIME_LIMIT,
    r"\b(?:remove|take|delete) (?:me|us|my (?:phone )?number|this number)\b.{0,20}\b(?:from|off)\b.{0,20}\b(?:list|database|system)\b",
    r"\b(?:do not|don'?t) call list\b",
    r"\bno more calls\b",
    r"\bunsubscribe me\b",
    r"\blose my number\b",
)
_SPANISH = (
    r"\b(?:no|nunca) me (?:vuelva[ns]? a llamar|llame[ns]? (?:mas|nunca mas|otra vez|de nuevo))\b",
    r"\bdeje[ns]? de (?:llamar|molestar)(?:me|nos)?\b",
    r"\b(?:quite|borre|elimine|saque)(?:n|me|nme)?\b.{0,25}\blista\b",
    r"\bno quiero (?:que me llamen|recibir) (?:mas|mas llamadas|nunca mas)\b",
)
_GERMAN = (
    r"\b(?:rufen sie|ruf|ruft) (?:mich|uns|hier) (?:bitte )?(?:nie wieder|nicht mehr|nie mehr)\b",
    r"\b(?:hoeren sie|hor|horen sie) (?:bitte )?auf,? (?:mich |uns |hier )?anzurufen\b",
    r"\bkeine (?:weiteren )?anrufe mehr\b",
    r"\b(?:streichen|loschen|nehmen) sie (?:mich|meine (?:telefon)?nummer)\b.{0,25}\b(?:liste|datenbank|kartei)\b",
)
_FRENCH = (
    r"\bne (?:m'|me |nous )?(?:appelez|rappelez|telephonez|contactez) (?:plus|plus jamais|jamais)\b",
    r"\b(?:arretez|cessez) de (?:m'|me |nous )?(?:appeler|rappeler|telephoner|contacter|harceler)\b",
    r"\b(?:retirez|enlevez|supprimez|rayez)\b.{0,25}\bliste\b",
)
_PORTUGUESE = (
    r"\bnao (?:me )?(?:ligue[mn]?|telefone[m]?|contacte[m]?)(?: (?:para )?mim)? (?:mais|nunca mais|de novo|outra vez)\b",
    r"\bpare[m]? de (?:me )?(?:ligar|telefonar|incomodar|chamar)\b",
    r"\b(?:tire[m]?|remova[m]?|retire[m]?)\b.{0,25}\blista\b",
)
_PATTERNS = tuple(re.compile(text) for text in (*_ENGLISH, *_SPANISH, *_GERMAN, *_FRENCH, *_PORTUGUESE))


def is_opt_out(transcript: str) -> bool:
    """Whether the callee plainly asked never to be called again, in English, Spanish, German, French or Portuguese."""
    plain = normalise(transcript)
    return any(pattern.search(plain) for pattern in _PATTERNS)


def normalise(text: str) -> str:
    """Lower case, without accents, with plain apostrophes and single spaces, so that transcripts compare."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"\s+", " ", plain).strip()
