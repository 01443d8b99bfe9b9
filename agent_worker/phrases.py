"""The few sentences that the agent says without a model, in the languages it screens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    are_you_there: str
    opted_out: str
    goodbye: str


_PHRASES = {
    "en": Phrases("Hello, are you there?", "Understood, we will not call you again. Goodbye.", "I understand. Goodbye."),
    "es": Phrases("Hola, ¿está usted ahí?", "Entendido, no le volveremos a llamar. Adiós.", "Entiendo. Adiós."),
    "de": Phrases("Hallo, sind Sie noch da?", "Verstanden, wir rufen Sie nicht wieder an. Auf Wiederhören.", "Verstehe. Auf Wiederhören."),
    "fr": Phrases("Allô, vous êtes là ?", "C'est noté, nous ne vous appellerons plus. Au revoir.", "Je comprends. Au revoir."),
    "pt": Phrases("Olá, está aí?", "Entendido, não voltaremos a ligar. Adeus.", "Compreendo. Adeus."),
}


def for_language(language: str) -> Phrases:
    """The sentences for a BCP 47 tag such as "es" or "pt-BR"; English where there are none."""
    return _PHRASES.get(base_language(language), _PHRASES["en"])


def base_language(language: str) -> str:
    """The two- or three-letter code that speech models take."""
    return language.replace("_", "-").split("-")[0].lower() or "en"
