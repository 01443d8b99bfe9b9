"""What is said to somebody who may be in danger, without a model: that they were heard, who can help, and that nobody hangs up. Pure."""

from dataclasses import dataclass

from agent_worker.care.lines import line_of
from agent_worker.phrases import base_language, spoken_number

_DESPAIR = ("self_harm",)
"""Kinds that the line for people in despair is for; for all others help comes by the emergency number."""


@dataclass(frozen=True, slots=True)
class Words:
    heard: str
    """First of all, to somebody in despair."""
    in_danger: str
    """First of all, to somebody in any other danger."""
    line: str
    """{name}, {number}."""
    emergency: str
    """{number}."""
    neutral: str
    """Where no number is known."""
    stays: str
    offers: str
    """Where there is a human to be put through to: whether they want that."""
    puts_through: str
    """After a yes."""
    about: str
    """To that human, in the language of the call: whom they are to talk with."""
    still_here: str
    """After a long silence."""


_WORDS = {
    "en": Words(
        heard="Thank you for telling me. What you feel matters, and you do not have to carry it alone.",
        in_danger="Thank you for telling me. Your safety comes first now.",
        line="You can call {name}, day and night, free of charge, at {number}.",
        emergency="If there is danger right now, please call {number}.",
        neutral="Please call the emergency number or a crisis line where you are, or somebody you trust.",
        stays="I am staying on the line with you.",
        offers="I can put you through to a person now. Shall I do that?",
        puts_through="I am putting you through now. Please stay on the line.",
        about="They may be in danger and want to talk with somebody now.",
        still_here="I am still here with you. Take all the time you need.",
    ),
    "es": Words(
        heard="Gracias por contármelo. Lo que siente importa, y no tiene que llevarlo a solas.",
        in_danger="Gracias por contármelo. Ahora lo primero es su seguridad.",
        line="Puede llamar a {name}, de día y de noche, gratis, al {number}.",
        emergency="Si hay peligro en este momento, llame al {number}.",
        neutral="Llame por favor al número de emergencias o a una línea de ayuda de su país, o a alguien de confianza.",
        stays="Me quedo en la línea con usted.",
        offers="Puedo pasarle ahora con una persona. ¿Quiere que lo haga?",
        puts_through="Le paso ahora. Por favor, no cuelgue.",
        about="Puede estar en peligro y quiere hablar con alguien ahora.",
        still_here="Sigo aquí con usted. Tómese el tiempo que necesite.",
    ),
    "fr": Words(
        heard="Merci de me l'avoir dit. Ce que vous ressentez compte, et vous n'avez pas à le porter sans aide.",
        in_danger="Merci de me l'avoir dit. Votre sécurité passe avant tout maintenant.",
        line="Vous pouvez appeler {name}, jour et nuit, gratuitement, au {number}.",
        emergency="S'il y a un danger immédiat, appelez le {number}.",
        neutral="Appelez s'il vous plaît le numéro d'urgence ou une ligne d'écoute de votre pays, ou une personne de confiance.",
        stays="Je reste en ligne avec vous.",
        offers="Je peux vous mettre en relation avec quelqu'un maintenant. Le voulez-vous ?",
        puts_through="Je vous mets en relation. Restez en ligne, s'il vous plaît.",
        about="Cette personne est peut-être en danger et veut parler à quelqu'un maintenant.",
        still_here="Je suis toujours là, avec vous. Prenez tout votre temps.",
    ),
    "de": Words(
        heard="Danke, dass Sie mir das sagen. Was Sie fühlen, ist wichtig, und Sie müssen es nicht allein tragen.",
        in_danger="Danke, dass Sie mir das sagen. Ihre Sicherheit geht jetzt vor.",
        line="Sie erreichen {name} Tag und Nacht kostenlos unter {number}.",
        emergency="Wenn gerade Gefahr besteht, rufen Sie bitte die {number} an.",
        neutral="Bitte rufen Sie den Notruf oder ein Krisentelefon bei Ihnen an, oder jemanden, dem Sie vertrauen.",
        stays="Ich bleibe bei Ihnen in der Leitung.",
        offers="Ich kann Sie jetzt mit einem Menschen verbinden. Möchten Sie das?",
        puts_through="Ich verbinde Sie jetzt. Bitte bleiben Sie in der Leitung.",
        about="Die Person ist vielleicht in Gefahr und möchte jetzt mit jemandem sprechen.",
        still_here="Ich bin noch da, bei Ihnen. Nehmen Sie sich alle Zeit.",
    ),
    "pt": Words(
        heard="Obrigado por me contar. O que sente importa, e não tem de o carregar a sós.",
        in_danger="Obrigado por me contar. Agora a sua segurança está em primeiro lugar.",
        line="Pode ligar para {name}, de dia e de noite, de graça, no número {number}.",
        emergency="Se há perigo neste momento, ligue para o {number}.",
        neutral="Por favor ligue para o número de emergência ou para uma linha de apoio do seu país, ou para alguém de confiança.",
        stays="Fico em linha consigo.",
        offers="Posso passar agora a chamada a uma pessoa. Quer que o faça?",
        puts_through="Vou passar a chamada agora. Por favor, não desligue.",
        about="A pessoa pode estar em perigo e quer falar com alguém agora.",
        still_here="Continuo aqui consigo. Leve o tempo que precisar.",
    ),
    "hi": Words(
        heard="मुझे बताने के लिए धन्यवाद। आप जो महसूस कर रहे हैं वह मायने रखता है, और आपको यह अकेले नहीं सहना है।",
        in_danger="मुझे बताने के लिए धन्यवाद। इस समय आपकी सुरक्षा सबसे पहले है।",
        line="आप दिन रात कभी भी, मुफ़्त में, {name} को {number} पर कॉल कर सकते हैं।",
        emergency="अगर इस समय ख़तरा है तो कृपया {number} पर कॉल कीजिए।",
        neutral="कृपया अपने यहाँ के आपातकालीन नंबर या किसी हेल्पलाइन पर, या किसी भरोसेमंद व्यक्ति को कॉल कीजिए।",
        stays="मैं आपके साथ लाइन पर हूँ।",
        offers="मैं अभी आपकी बात एक इंसान से करवा सकता हूँ। क्या करवाऊँ?",
        puts_through="मैं आपकी बात अभी करवाता हूँ। कृपया लाइन पर रहिए।",
        about="हो सकता है कि वे ख़तरे में हों, और वे अभी किसी से बात करना चाहते हैं।",
        still_here="मैं अब भी आपके साथ हूँ। जितना समय चाहिए लीजिए।",
    ),
}


def for_language(language: str) -> Words:
    """The words for a BCP 47 tag; English where there are none."""
    return _WORDS.get(base_language(language), _WORDS["en"])


def first_words(language: str, country: str, kind: str) -> str:
    """All that is said at once when a risk of this kind has become a crisis. Numbers are said digit by digit."""
    said, line = for_language(language), line_of(country)
    begin = said.heard if kind in _DESPAIR else said.in_danger
    if line is None:
        return f"{begin} {said.neutral} {said.stays}"
    helpers = [said.line.format(name=line.name, number=spoken_number(line.number))] if kind in _DESPAIR else []
    return " ".join([begin, *helpers, said.emergency.format(number=spoken_number(line.emergency)), said.stays])
