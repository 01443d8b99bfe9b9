"""What single cells mean: numbers as spreadsheets and address books write them, languages by tag or by name."""

import re

from control_plane.domain import phone
from control_plane.domain.phone import Dialable

# 1.20256E+10, with the decimal comma of other countries too.
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_BETWEEN_NUMBERS = re.compile(r" ::: |[;|\n/,]| or ")
_MOST_NUMBERS = 10
"""In one cell."""
# Nothing that could be an extension or a note: a switchboard is not the person.
_PLAIN = re.compile(r"[0-9+() .-]+")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LONGEST_TAG = 35
_LANGUAGES = {
    "ar": ("arabic", "العربية"),
    "cs": ("czech", "čeština"),
    "da": ("danish", "dansk"),
    "de": ("german", "deutsch"),
    "el": ("greek", "ελληνικά"),
    "en": ("english",),
    "es": ("spanish", "español", "espanol", "castellano"),
    "fi": ("finnish", "suomi"),
    "fr": ("french", "français", "francais"),
    "he": ("hebrew", "עברית"),
    "hi": ("hindi", "हिन्दी"),
    "hu": ("hungarian", "magyar"),
    "it": ("italian", "italiano"),
    "ja": ("japanese", "日本語"),
    "ko": ("korean", "한국어"),
    "nl": ("dutch", "nederlands"),
    "no": ("norwegian", "norsk"),
    "pl": ("polish", "polski"),
    "pt": ("portuguese", "português", "portugues"),
    "ro": ("romanian", "română"),
    "ru": ("russian", "русский"),
    "sv": ("swedish", "svenska"),
    "tr": ("turkish", "türkçe"),
    "uk": ("ukrainian", "українська"),
    "vi": ("vietnamese", "tiếng việt"),
    "zh": ("chinese", "mandarin", "中文"),
}
_BY_NAME = {name: tag for tag, names in _LANGUAGES.items() for name in names}


def numbers(cell: str, country: str) -> list[Dialable]:
    """The numbers that can be dialled in a cell, usually one; without a country code they are read as of `country`."""
    if cell.endswith(".0"):
        # A number that a program has taken for an amount.
        cell = cell[:-2]
    found = phone.find(cell, country)
    if found is not None:
        return [found]
    parts = _BETWEEN_NUMBERS.split(cell)
    if not 1 < len(parts) <= _MOST_NUMBERS or not all(_PLAIN.fullmatch(part) for part in parts):
        return []
    return [number for part in parts if (number := phone.find(part.strip(), country)) is not None]


def is_shortened(cell: str) -> bool:
    """Whether a spreadsheet has made 1.20256E+10 of the number: its last digits are lost, and what is left is another number."""
    return _SHORTENED.fullmatch(cell) is not None


def language(cell: str) -> str:
    """A language tag such as `en` or `es-MX` (BCP 47), also for the usual languages' names; empty when it says no language."""
    tag = cell.replace("_", "-")
    if len(tag) <= _LONGEST_TAG and _TAG.fullmatch(tag):
        return _BY_NAME.get(tag.lower(), tag)
    return _BY_NAME.get(cell.lower(), "")
