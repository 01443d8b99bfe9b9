"""The languages in which a call can say who calls and that it is an AI, and hear a no: the others would be promised and not kept."""

SPOKEN = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "hi": "Hindi"}


def is_spoken(tag: str) -> bool:
    """Whether calls can be held in the language of a BCP 47 tag such as "pt-BR"."""
    return tag.replace("_", "-").split("-")[0].lower() in SPOKEN
