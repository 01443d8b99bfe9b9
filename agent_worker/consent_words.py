"""A yes and a no to being recorded, in English, Spanish, French, German, Portuguese and Hindi. Pure.

All languages are looked at, whatever the call's: people answer in their own. A no beats a yes.
"""

from agent_worker.opt_out_phrases import compile_plain, normalise

_YES = compile_plain(
    (
        r"\b(?:yes|yeah|yep|yup|sure|ok|okay|fine|certainly|absolutely|of course|go ahead|no problem|i don'?t mind"
        r"|that'?s (?:all right|alright))\b",
        r"\b(?:si|claro|vale|de acuerdo|por supuesto|adelante|como no|sin problema)\b",
        r"\b(?:oui|ouais|d'accord|bien sur|allez-y|pas de probleme|pas de souci|volontiers)\b",
        r"\b(?:ja|jawohl|klar|gerne?|naturlich|in ordnung|einverstanden|kein problem|meinetwegen)\b",
        r"\b(?:sim|claro|pode|esta bem|com certeza|tudo bem|sem problema)\b",
        r"(?:^|\s)(?:हाँ|हां|हा|जी|ठीक|बिलकुल|जरूर)(?=\s|[।,.!?]|$)|\b(?:haan|han|haa|ji|theek|thik|bilkul|zaroor)\b",
    )
)
# Taken out before a no is looked for: they carry its word and mean yes.
_KINDLY = compile_plain(
    (
        r"\bno hay problema\b|\bnao (?:ha|tem) problema\b|\bne me derange pas\b|\bnichts dagegen\b|\bno,? (?:please )?go ahead\b",
        r"\bno problem\b|\bi don'?t mind\b|\bsin problema\b|\bcomo no\b|\bpas de (?:probleme|souci)\b|\bkein problem\b|\bsem problema\b",
        r"कोई (?:दिककत|समसया|परेशानी) नहीं|\bkoi (?:dikkat|problem|baat) nahi\b|\bwhy not\b|\bpor que no\b"
        r"|\bpourquoi pas\b|\bwarum nicht\b|\bporque nao\b",
    )
)
_NO = compile_plain(
    (
        r"\b(?:no|nope|nah|not|don'?t|never|can'?t|cannot|won'?t|rather you did(?:n'?t)?|refuse|object|stop)\b",
        r"\b(?:nunca|tampoco|prefiero que|ningun\w*|jamas|opongo|oponemos|rechaz(?:o|amos)|me niego)\b",
        r"\b(?:non|pas|jamais|refuse|oppos(?:e|ons|ee?)|n'\w+)\b",
        r"\b(?:nein|nee|nicht|kein\w*|nie|niemals|lieber|ungern|widersprech\w*|widerspruch|lehnen?|verweiger\w*)\b",
        r"\b(?:nao|nunca|jamais|nem|oponho|opomos|recus(?:o|amos))\b",
        r"(?:^|\s)(?:नहीं|नही|मत|ना|न)(?=\s|[।,.!?]|$)|\b(?:nahi|nahin|nai|mat|naa|na)\b",
    )
)
# A no to being recorded, said at any time without having been asked.
_OBJECTION = compile_plain(
    (
        r"\b(?:do not|don'?t|not|stop|never|no|without|object to|turn off|switch off|delete|opposed to)\b"
        r"[^.!?]{0,30}\b(?:record(?:ed|ing|ings)?|taped?|taping)\b",
        r"\b(?:no|deje[ns]?|pare[ns]?|sin|apague[ns]?)\b[^.!?]{0,30}\b(?:grab\w+)\b",
        r"\b(?:pas|plus|arretez|cessez|sans|refuse|coupez|ne)\b[^.!?]{0,30}\b(?:enregistr\w+)\b|\benregistrez pas\b",
        r"\b(?:nicht|kein\w*|stoppen|beenden|ohne|nein)\b[^.!?]{0,30}\b(?:auf\w*(?:zeichn|nehm|nahme|genommen)\w*"
        r"|mitschn\w+|mitgeschnitten)\b"
        r"|\b(?:zeichnen|nehmen) sie\b[^.!?]{0,30}\bnicht auf\b|\b(?:aufnahme|aufzeichnung)\w*\b[^.!?]{0,15}\b(?:aus"
        r"|beenden|stoppen|nicht)\b",
        r"\b(?:nao|pare[m]?|deixe[m]?|sem|desligue[m]?)\b[^.!?]{0,30}\b(?:grav\w+)\b",
        # The same by verbs of objecting, refusing and switching off; "nothing against it" is none.
        r"\b(?:opongo|oponemos|niego|negamos|rechaz\w+|prohib\w+|desactive[ns]?|detenga[ns]?|corte[ns]?|borre[ns]?|elimine[ns]?"
        r"|(?<!nada en )contra)\b[^.!?]{0,30}\b(?:grab\w+)\b",
        r"\b(?:oppos\w+|refus\w+|interdis\w*|desactiv\w+|eteign\w+|interromp\w+|stopp\w+|supprim\w+|effac\w+|(?<!rien )contre)\b"
        r"[^.!?]{0,30}\b(?:enregistr\w+)\b",
        r"\b(?:widersprech\w*|widerspruch|lehnen?|verweiger\w*|untersag\w*|verbiet\w*|losch\w*|unterlass\w*|(?<!nichts )(?:da)?gegen)\b"
        r"[^.!?]{0,30}\b(?:auf\w*(?:zeichn|nehm|nahme|genommen)\w*|mitschn\w+|mitgeschnitten|speicher\w*|gespeichert)\b"
        r"|\b(?:aufnahme|aufzeichnung|mitschnitt|speicherung)\w*\b[^.!?]{0,15}\b(?:ab|abschalten|abstellen|abbrechen|ablehnen|widersprechen"
        r"|verweigern|loschen)\b",
        r"\b(?:oponho|opomos|recus\w+|rejeit\w+|proib\w+|desativ\w+|interromp\w+|apag\w+|cancel\w+|(?<!nada )contra)\b[^.!?]{0,30}"
        r"\b(?:grav\w+)\b",
        r"रिकॉर[^।.!?]{0,30}(?<!कोई )(?:विरोध|आपत्ति|एतराज|ऐतराज|खिलाफ|मना)(?=\s|[।,.!?]|$)"
        r"|\brecord\w*[^.!?]{0,30}(?<!koi )\b(?:aapatti|apatti|aitraz|etraz|khilaf|virodh|mana)\b",
        r"रिकॉर(?:ड|डिंग)?[^।.!?]{0,15}(?:मत|न|ना|नहीं|नही|बंद)(?=\s|[।,.!?]|$)|\brecord\w*(?: \w+){0,2} (?:mat|na|nahi|nahin|band)\b",
    )
)


def says_yes(text: str) -> bool | None:
    """Whether an answer to "may I record?" is a yes or a no, in any supported language; None when it is neither."""
    plain = normalise(text)
    rest = plain
    for pattern in _KINDLY:
        rest = pattern.sub(" ", rest)
    if any(pattern.search(rest) for pattern in _NO):
        return False
    return True if rest != plain or any(pattern.search(plain) for pattern in _YES) else None


def objects(text: str) -> bool:
    """Whether it is a plain no to being recorded, asked or not, in any supported language."""
    plain = normalise(text)
    return any(pattern.search(plain) for pattern in _OBJECTION)
