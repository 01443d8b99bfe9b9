"""What is said to whoever is to take a call over, and to the callee when nobody does. Pure."""

from dataclasses import dataclass

from agent_worker.phrases import base_language
from sip_config.contract import CallOrder

LONGEST_ABOUT = 300


@dataclass(frozen=True, slots=True)
class WarmWords:
    who: str
    """Who speaks, and who waits: {assistant}, {company}, {person}."""
    somebody: str
    about: str
    """What it is about, where the model has said it: {about}."""
    choice: str
    nobody: str
    """To the callee, to whom the agent comes back: nobody was reached, and somebody may call them back."""


_WORDS = {
    "en": WarmWords(
        "Hello, this is {assistant}, the AI assistant of {company}. I have {person} on the line.",
        "somebody",
        "It is about this: {about}",
        "Press 1 or say yes to take the call. Press 2 or say no to decline.",
        "I am sorry, I could not reach anybody just now. Shall somebody call you back? When would suit you?",
    ),
    "es": WarmWords(
        "Hola, soy {assistant}, el asistente de inteligencia artificial de {company}. Tengo a {person} al teléfono.",
        "alguien",
        "Se trata de esto: {about}",
        "Pulse 1 o diga sí para atender la llamada. Pulse 2 o diga no para rechazarla.",
        "Lo siento, ahora no he podido localizar a nadie. ¿Quiere que le llamemos más tarde? ¿Cuándo le viene bien?",
    ),
    "fr": WarmWords(
        "Bonjour, ici {assistant}, l'assistant d'intelligence artificielle de {company}. J'ai {person} en ligne.",
        "quelqu'un",
        "Voici de quoi il s'agit : {about}",
        "Appuyez sur 1 ou dites oui pour prendre l'appel. Appuyez sur 2 ou dites non pour le refuser.",
        "Je suis désolé, je n'ai pu joindre personne pour l'instant. Voulez-vous qu'on vous rappelle ? Quand cela vous conviendrait-il ?",
    ),
    "de": WarmWords(
        "Guten Tag, hier ist {assistant}, der KI-Assistent von {company}. Ich habe {person} in der Leitung.",
        "jemanden",
        "Es geht um Folgendes: {about}",
        "Drücken Sie die 1 oder sagen Sie ja, um das Gespräch zu übernehmen. Drücken Sie die 2 oder sagen Sie nein, um abzulehnen.",
        "Es tut mir leid, ich habe gerade niemanden erreicht. Soll Sie jemand zurückrufen? Wann passt es Ihnen?",
    ),
    "pt": WarmWords(
        "Olá, aqui é {assistant}, o assistente de inteligência artificial de {company}. Tenho {person} na linha.",
        "alguém",
        "O assunto é este: {about}",
        "Pressione 1 ou diga sim para atender a chamada. Pressione 2 ou diga não para recusar.",
        "Lamento, não consegui falar com ninguém agora. Quer que alguém ligue de volta? Quando seria melhor?",
    ),
    "hi": WarmWords(
        "नमस्ते, मैं {company} का एआई सहायक {assistant} हूँ। {person} लाइन पर हैं।",
        "कोई",
        "बात यह है: {about}",
        "कॉल लेने के लिए 1 दबाइए या हाँ कहिए। मना करने के लिए 2 दबाइए या नहीं कहिए।",
        "माफ़ कीजिए, अभी किसी से बात नहीं हो पाई। क्या कोई आपको वापस कॉल करे? कौन सा समय ठीक रहेगा?",
    ),
}


def words_for(language: str) -> WarmWords:
    return _WORDS.get(base_language(language), _WORDS["en"])


def briefing(order: CallOrder, about: str) -> tuple[str, str]:
    """What is said first to whoever answers, and the choice they are given; `about` is what the model has said of it."""
    words, told = words_for(order.language), " ".join(about.split())[:LONGEST_ABOUT]
    who = words.who.format(assistant=order.assistant_name, company=order.calls_for, person=order.contact_name or words.somebody)
    return (f"{who} {words.about.format(about=told)}" if told else who), words.choice
