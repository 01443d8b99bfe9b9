"""A recogniser's errors: words left out, put in, and taken for others, one in so many. Repeatable."""

import random

SHARES = (0.6, 0.25, 0.15)
"""Of the errors: taken for another word, left out, put in."""


COMMON = {
    "en": "the a to and of in is it you that he was for on are with as his they be at one have this from or had by not but what all were we"
    " when there can an your which their said if do will each about how up out them then she many some so these would other into has more",
    "es": "el la de que y a en un ser se no haber por con su para como estar tener le lo todo pero más hacer o poder decir este ir otro ese"
    " si me ya ver porque dar cuando muy sin vez mucho saber qué sobre mi alguno mismo yo también hasta año dos querer entre así",
    "fr": "le la de et un être à il avoir ne je son que se qui ce dans en du elle au pour pas vous par sur faire plus dire me on mon lui"
    " nous comme mais pouvoir avec tout y aller voir bien où sans tu ou leur homme si deux mari moi vouloir te femme venir quand",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird"
    " bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua"
    " ou ser quando muito"
    " há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles",
    "hi": "के का में की है यह और से हैं को पर इस होता कि जो कर मे गया करने किया लिये अपने ने बनी नहीं तो ही या एवं दिया"
    " हो इसका था द्वारा हुआ तक साथ करना वाले बाद लिए आप कुछ",
}
"""The most frequent words of each language: what a recogniser most often takes another word for."""


def misheard(text: str, rate: float, language: str, chance: random.Random) -> str:
    """`text` with `rate` errors per word."""
    words: list[str] = []
    vocabulary = COMMON[language].split()
    for word in text.split():
        if chance.random() >= rate:
            words.append(word)
            continue
        kind = chance.choices(("other", "none", "more"), SHARES)[0]
        if kind != "none":
            words.append(chance.choice(vocabulary))
        if kind == "more":
            words.append(word)
    return " ".join(words)
