"""What people say of when to be called becomes a plan, or a question; the table of phrases is `spoken_times.txt`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.domain.recurrence import Recurrence, check, next_runs
from control_plane.domain.spoken_phrase import Question
from control_plane.domain.spoken_read_back import read_back
from control_plane.domain.spoken_times import MOST_WORDS, understand

NEW_YORK = "America/New_York"
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in New York."""
TABLE = [
    tuple(line.split(" => "))
    for line in Path(__file__).with_name("spoken_times.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
WORDS = """
every other each the of at on in for until from starting monday fridays weekday day week month june 3 31st 2 14:30 9 am pm noon midnight
morning tonight tomorrow next last twice two half past quarter to six weeks times christmas eastern time ist
"""
ZONES = (NEW_YORK, "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "UTC")


def shown(understood: Recurrence | Question) -> str:
    """As the table writes it."""
    if isinstance(understood, Question):
        return f"? {understood.text}"
    local = understood.run_at and understood.run_at.astimezone(ZoneInfo(understood.time_zone)).strftime("%Y-%m-%d %H:%M")
    parts = [local or understood.cron]
    parts += [f"every {understood.interval} {understood.interval_unit}"] if understood.interval > 1 else []
    parts += [f"from {understood.starts_on}"] if understood.starts_on else []
    parts += [f"to {understood.ends_on}"] if understood.ends_on else []
    parts += [f"{understood.max_runs} times"] if understood.max_runs else []
    parts += [understood.time_zone] if understood.time_zone != NEW_YORK else []
    return " | ".join(str(part) for part in parts)


@pytest.mark.parametrize(("phrase", "meaning"), TABLE)
def test_a_phrase_means_what_the_table_says(phrase: str, meaning: str):
    assert shown(understand(phrase, now=NOW, time_zone=NEW_YORK)) == meaning


def test_the_table_has_at_least_two_hundred_phrases_each_once():
    assert len({phrase for phrase, _ in TABLE}) == len(TABLE) >= 200


@pytest.mark.parametrize("phrase", [phrase for phrase, meaning in TABLE if not meaning.startswith("?")])
def test_what_is_read_back_is_understood_as_the_same_wherever_it_is_heard(phrase: str):
    plan = understand(phrase, now=NOW, time_zone=NEW_YORK)
    assert isinstance(plan, Recurrence)
    assert understand(read_back(plan), now=NOW, time_zone="Asia/Tokyo") == plan


def test_a_read_back_is_a_sentence_that_can_be_spoken():
    plan = understand("every other monday at two in the afternoon until christmas, berlin time", now=NOW, time_zone=NEW_YORK)
    assert isinstance(plan, Recurrence)
    assert read_back(plan) == (
        "every other week on Monday at 2:00 PM, starting Monday, November 30, 2026, until Friday, December 25, 2026, Europe/Berlin time"
    )


SAID = {
    "every other monday at two in the afternoon until christmas, berlin time": {
        "de": "jede zweite Woche am Montag um 14:00 Uhr, ab Montag, 30. November 2026, bis Freitag, 25. Dezember 2026, Zeitzone"
        " Europe/Berlin",
        "es": "cada dos semanas, lunes a las 14:00, a partir del lunes, 30 de noviembre de 2026, hasta el viernes, 25 de diciembre de 2026,"
        " hora de Europe/Berlin",
        "fr": "toutes les deux semaines, lundi à 14 h, à partir du lundi 30 novembre 2026, jusqu'au vendredi 25 décembre 2026, heure de"
        " Europe/Berlin",
        "pt": "a cada duas semanas, na segunda-feira às 14:00, a partir de segunda-feira, 30 de novembro de 2026, até sexta-feira, 25 de"
        " dezembro de 2026, horário de Europe/Berlin",
        "hi": "हर दूसरे हफ़्ते सोमवार को दोपहर 2:00 बजे, सोमवार, 30 नवंबर 2026 से, शुक्रवार, 25 दिसंबर 2026 तक, Europe/Berlin का समय",
    },
    "every tuesday and saturday at 9:30 AM and 1:30 AM UTC": {
        "de": "jeden Dienstag und Samstag um 1:30 Uhr und um 9:30 Uhr, Zeitzone UTC",
        "es": "cada martes y sábado a la 1:30 y a las 9:30, hora de UTC",
        "fr": "chaque mardi et samedi à 1 h 30 et à 9 h 30, heure de UTC",
        "pt": "toda semana na terça-feira e no sábado à 1:30 e às 9:30, horário de UTC",
        "hi": "हर मंगलवार और शनिवार को रात 1:30 बजे और सुबह 9:30 बजे, UTC का समय",
    },
    "the last friday of every month at 8 PM UTC": {
        "de": "jeden Monat am letzten Freitag um 20:00 Uhr, Zeitzone UTC",
        "es": "cada mes, el último viernes a las 20:00, hora de UTC",
        "fr": "chaque mois, le dernier vendredi à 20 h, heure de UTC",
        "pt": "todo mês, na última sexta-feira às 20:00, horário de UTC",
        "hi": "हर महीने आख़िरी शुक्रवार को रात 8:00 बजे, UTC का समय",
    },
    "the 1st of every month at noon UTC 3 times": {
        "de": "jeden Monat am 1. um 12:00 Uhr, insgesamt 3-mal, Zeitzone UTC",
        "es": "cada mes, el día 1 a las 12:00, 3 veces en total, hora de UTC",
        "fr": "chaque mois, le 1er à 12 h, 3 fois en tout, heure de UTC",
        "pt": "todo mês, no dia 1 às 12:00, 3 vezes no total, horário de UTC",
        "hi": "हर महीने 1 तारीख़ को दोपहर 12:00 बजे, कुल 3 बार, UTC का समय",
    },
}


@pytest.mark.parametrize(("phrase", "language"), [(phrase, language) for phrase, said in SAID.items() for language in said])
def test_a_plan_is_read_back_in_the_language_of_the_call(phrase: str, language: str):
    plan = understand(phrase, now=NOW, time_zone=NEW_YORK)
    assert isinstance(plan, Recurrence)
    assert read_back(plan, language) == SAID[phrase][language]
    assert read_back(plan, "nl") == read_back(plan)


@pytest.mark.parametrize("language", ["de", "es", "fr", "pt", "hi"])
def test_different_plans_are_different_sentences_in_every_language(language: str):
    understood = [understand(phrase, now=NOW, time_zone=NEW_YORK) for phrase, meaning in TABLE if not meaning.startswith("?")]
    plans = {read_back(plan): plan for plan in understood if isinstance(plan, Recurrence)}
    said = {read_back(plan, language) for plan in plans.values()}
    assert len(said) == len(plans)
    assert not any("{" in sentence or "every" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("phrase", "count"),
    [("every Monday at 2 PM for six weeks", 6), ("every day at noon for 10 days", 10), ("every day at noon 4 times", 4)],
)
def test_a_span_holds_as_many_runs_as_it_says(phrase: str, count: int):
    plan = understand(phrase, now=NOW, time_zone=NEW_YORK)
    assert isinstance(plan, Recurrence)
    assert len(next_runs(plan, NOW, 50)) == count


def test_a_phrase_without_end_is_not_read():
    assert isinstance(understand("every day " * MOST_WORDS, now=NOW, time_zone=NEW_YORK), Question)


@given(words=st.lists(st.sampled_from(WORDS.split()), max_size=9), zone=st.sampled_from(ZONES))
@settings(max_examples=150, deadline=None)
def test_any_words_become_a_plan_that_can_be_confirmed_or_a_question(words: list[str], zone: str):
    understood = understand(" ".join(words), now=NOW, time_zone=zone)
    if isinstance(understood, Question):
        assert understood.text.endswith(("?", "."))
    else:
        assert understand(read_back(understood), now=NOW, time_zone="UTC") == understood


WEEKDAYS = st.lists(st.integers(0, 6), min_size=1, max_size=6, unique=True).map(sorted)
FIELDS = st.one_of(
    WEEKDAYS.map(lambda days: "* * " + ("1-5" if days == [1, 2, 3, 4, 5] else ",".join(map(str, days)))),
    st.just("* * *"),
    st.lists(st.integers(1, 28), min_size=1, max_size=3, unique=True).map(lambda days: f"{','.join(map(str, sorted(days)))} * *"),
    st.just("L * *"),
    st.builds(lambda day, nth: f"* * {day}{nth}", st.integers(0, 6), st.sampled_from(("#1", "#2", "#3", "#4", "L"))),
)
CLOCKS = st.builds(
    lambda minute, hours: f"{minute} {','.join(map(str, sorted(hours)))}",
    st.integers(0, 59),
    st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True),
)
DAYS = st.dates(date(2026, 12, 1), date(2031, 12, 31))


@given(
    fields=FIELDS,
    clock=CLOCKS,
    zone=st.sampled_from(ZONES),
    interval=st.integers(1, 6),
    starts_on=DAYS,
    lasts=st.none() | st.integers(400, 900),
    max_runs=st.none() | st.integers(2, 500),
)
@settings(max_examples=150, deadline=None)
def test_every_plan_that_can_be_said_is_understood_again(
    fields: str, clock: str, zone: str, interval: int, starts_on: date, lasts: int | None, max_runs: int | None
):
    repeats_by = "months" if fields[0] != "*" or "#" in fields or "L" in fields else "days" if fields == "* * *" else "weeks"
    plan = Recurrence(zone, cron=f"{clock} {fields}", starts_on=starts_on, max_runs=max_runs)
    plan = replace(plan, ends_on=starts_on + timedelta(days=lasts) if lasts else None)
    if interval > 1:
        plan = replace(plan, interval=interval, interval_unit=repeats_by)
    elif repeats_by == "days":
        plan = replace(plan, interval_unit="weeks")
    check(plan)
    assert understand(read_back(plan), now=NOW, time_zone="UTC") == plan


@given(minutes=st.integers(24 * 60, 5 * 366 * 24 * 60), zone=st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_every_single_time_that_can_be_said_is_understood_again(minutes: int, zone: str):
    instant = NOW + timedelta(minutes=minutes)
    if instant.astimezone(ZoneInfo(zone)).fold:
        # Said as the first of the two; nobody can say the second.
        return
    plan = Recurrence(zone, run_at=instant)
    assert understand(read_back(plan), now=NOW, time_zone="UTC") == plan
