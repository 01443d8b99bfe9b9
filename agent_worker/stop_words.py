"""What a callee means who was asked whether only the calls of one schedule or all calls are to stop, in six languages. Pure.

Only a plain "just these" spares them the rest: a yes, a no, both at once or anything unclear is a wish for no calls at all.
"""

from agent_worker.opt_out_phrases import compile_plain, is_opt_out, normalise

_THESE = compile_plain(
    (
        r"\b(?:only|just) (?:for )?(?:this|these|that|those|the|my)\b|\b(?:this one|these ones?|these calls|this check-? ?(?:up|in)"
        r"|the check-? ?(?:up|in)s?|the regular (?:ones?|calls))\b",
        r"\b(?:solo|solamente|unicamente) (?:esta|estas|esa|esas|este|estos|la|las)\b|\bestas llamadas\b|\blas regulares\b",
        r"\b(?:seulement|juste|uniquement) (?:ces|ceux|cet|cette|celui|celle|les|le|la)\w*\b|\b(?:ceux|celles)-(?:ci|la)\b|\bces appels\b",
        r"\bnur (?:dies|den|die|das|jene)\w*\b|\bdiese anrufe\b|\bdie regelmassigen\b",
        r"\b(?:so|somente|apenas) (?:esta|estas|essa|essas|este|estes|a|as)\b|\bestas chamadas\b|\bas regulares\b",
        r"(?:सिरफ|केवल|बस) (?:यह|ये|यही|इन|वही)|\b(?:sirf|keval|bas) (?:yeh?|yahi|in|wahi)\b",
    )
)
_ALL = compile_plain(
    (
        r"\b(?:all|every|everything|any|both|ever|never|none|completely|altogether|no (?:more )?calls)\b",
        r"\b(?:todas?|todos?|ninguna?|nunca|jamas|nada|ambas?)\b",
        r"\b(?:tous|toutes?|tout|aucun\w*|jamais|rien|les deux)\b",
        r"\b(?:alle\w*|jede\w*|kein\w*|nie|niemals|beide\w*|gar nicht|uberhaupt)\b",
        r"\b(?:tod[oa]s?|tudo|nenhum\w*|nunca|jamais|nada|ambas?)\b",
        r"(?:सब|सभी|सारे|सारी|कोई|कभी|दोनों)|\b(?:sab|sabhi|saare|saari|koi|kabhi|dono)\b",
    )
)
# Taken out first: they carry the word and mean the opposite.
_NOT_ALL = compile_plain(
    (
        r"\bnot (?:all|every\w*)(?: (?:of them|calls|the calls))?\b|\bno todas?\b|\bpas (?:tous|toutes)\b|\bnicht alle\b|\bnao todas?\b"
        r"|\b(?:sab|sabhi) nahi\b",
    )
)


def means_only_these(answer: str) -> bool:
    """Whether only the calls of the one schedule are to stop."""
    plain = normalise(answer)
    for pattern in _NOT_ALL:
        plain = pattern.sub(" ", plain)
    says_these = any(pattern.search(plain) for pattern in _THESE)
    return says_these and not any(pattern.search(plain) for pattern in _ALL) and not is_opt_out(answer)
