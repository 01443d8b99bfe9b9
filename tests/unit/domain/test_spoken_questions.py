"""A time that is not clear is asked about in the language of the call."""

from datetime import UTC, datetime

import pytest

from control_plane.domain.spoken_phrase import Missing, Question
from control_plane.domain.spoken_questions import NOT_MOVED, in_language
from control_plane.domain.spoken_times import understand

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LANGUAGES = ("de", "es", "fr", "pt", "hi")


def _asked(words: str, language: str) -> str:
    question = understand(words, now=MONDAY, time_zone="Europe/Berlin")
    assert isinstance(question, Question)
    return in_language(question, language)


@pytest.mark.parametrize(
    ("words", "language", "question"),
    [
        ("every Monday at 3", "en", "Do you mean 3:00 AM or 3:00 PM?"),
        ("every Monday at 3", "de-AT", "Meinen Sie um 3:00 Uhr oder um 15:00 Uhr?"),
        ("every Monday at 3", "es", "¿Quiere decir a las 3:00 o a las 15:00?"),
        ("next Thursday at noon", "fr", "Voulez-vous dire jeudi 26 novembre 2026 ou jeudi 3 décembre 2026 ?"),
        ("Monday at noon", "pt", "Você quer dizer segunda-feira, 23 de novembro de 2026 ou segunda-feira, 30 de novembro de 2026?"),
        ("every Tuesday", "hi", "हम आपको कितने बजे फ़ोन करें?"),
        ("every day at 12", "de", "Meinen Sie zwölf Uhr mittags oder Mitternacht?"),
        ("tomorrow", "fr", "À quelle heure devons-nous vous appeler ?"),
        ("today at 8 AM", "es", "Esa hora ya ha pasado. ¿Cuándo quiere que le llamemos?"),
        ("twice a week at 3 PM", "pt", "Em que dia da semana?"),
        ("when the moon is full", "de", "Wann genau sollen wir anrufen?"),
        ("every Monday at 3", "nl", "Do you mean 3:00 AM or 3:00 PM?"),
    ],
)
def test_what_is_missing_is_asked_for(words: str, language: str, question: str) -> None:
    assert _asked(words, language) == question


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_asks_for_everything_that_can_be_missing(language: str) -> None:
    asked = {in_language(Question("English", each, (MONDAY.date(),)), language) for each in Missing}
    assert len(asked) == len(Missing)
    assert "English" not in asked
    assert in_language(NOT_MOVED, language) != NOT_MOVED.text
