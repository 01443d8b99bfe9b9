"""How a recurrence is said in each language that agents speak. Times are said as people there say them: by the half of the day in English,
by its parts in Hindi, on 24 hours elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time

from control_plane.domain.spoken_clock import said
from control_plane.domain.spoken_dates import spelled
from control_plane.domain.spoken_words import MONTHS, WEEKDAYS, suffix

LAST = 6
"""The rank of the last such weekday of a month; the others are 1 to 5."""
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Tongue:
    """Templates and words of one language. Weekdays are numbered from Monday, 0."""

    will_call: str
    """{plan}; so for `will_not_call`."""
    will_not_call: str
    instead: str
    """{plan}, {old}."""
    word_and: str
    every: Mapping[str, tuple[str, str, str]]
    """By minute, hour, day, week, month: each one, each second one, each {n}th one."""
    once: str
    """{date}, {time}."""
    date: Callable[[date], str]
    time: Callable[[time], str]
    weekday: Callable[[int], str]
    """As it stands in a list of days."""
    on_days: str
    """{days}."""
    on_days_of: str
    """{step} of several weeks, {days}."""
    workdays: str
    workdays_of: str
    """{step}."""
    rank: Callable[[int, int], str]
    """A rank and a weekday."""
    month_day: Callable[[int], str]
    """0 is the last one."""
    on_month_days: str
    """{days}."""
    of_months: str
    """{days}, {step}."""
    yearly: Callable[[int, int], str]
    """Month and day."""
    starting: str
    """{date}; so for `until`."""
    until: str
    in_all: tuple[str, str]
    """Once, and {n} times."""
    zone: str
    """{zone}, an IANA name."""
    at: str = "{days} {times}"


def _de_date(day: date) -> str:
    return f"{_DE_DAYS[day.weekday()]}, {day.day}. {_DE_MONTHS[day.month - 1]} {day.year}"


def _es_date(day: date) -> str:
    return f"{_ES_DAYS[day.weekday()]}, {day.day} de {_ES_MONTHS[day.month - 1]} de {day.year}"


def _fr_date(day: date) -> str:
    return f"{_FR_DAYS[day.weekday()]} {_fr_day(day.day)} {_FR_MONTHS[day.month - 1]} {day.year}"


def _fr_day(day: int) -> str:
    return "1er" if day == 1 else str(day)


def _fr_time(at: time) -> str:
    return f"à {at.hour} h {at.minute:02}" if at.minute else f"à {at.hour} h"


def _pt_date(day: date) -> str:
    return f"{_PT_DAYS[day.weekday()]}, {day.day} de {_PT_MONTHS[day.month - 1]} de {day.year}"


def _pt_rank(rank: int, weekday: int) -> str:
    is_male = weekday >= _PT_FIRST_MALE
    return f"{'no' if is_male else 'na'} {_PT_RANKS[rank - 1]}{'o' if is_male else 'a'} {_PT_DAYS[weekday]}"


def _hi_date(day: date) -> str:
    return f"{_HI_DAYS[day.weekday()]}, {day.day} {_HI_MONTHS[day.month - 1]} {day.year}"


def _hi_time(at: time) -> str:
    part = next(name for until, name in _HI_PARTS if at.hour < until)
    return f"{part} {at.hour % 12 or 12}:{at.minute:02} बजे"


_DE_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_DE_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")
_DE_RANKS = ("ersten", "zweiten", "dritten", "vierten", "fünften", "letzten")
_ES_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_ES_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_ES_RANKS = ("primer", "segundo", "tercer", "cuarto", "quinto", "último")
_FR_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_FR_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_FR_RANKS = ("premier", "deuxième", "troisième", "quatrième", "cinquième", "dernier")
_PT_DAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
_PT_FIRST_MALE = 5
_PT_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_PT_RANKS = ("primeir", "segund", "terceir", "quart", "quint", "últim")
_HI_DAYS = ("सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार")
_HI_MONTHS = ("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर")
_HI_RANKS = ("पहले", "दूसरे", "तीसरे", "चौथे", "पाँचवें", "आख़िरी")
_HI_PARTS = ((4, "रात"), (12, "सुबह"), (16, "दोपहर"), (20, "शाम"), (24, "रात"))
"""Until which hour a part of the day goes."""

_EN = Tongue(
    will_call="we will call you {plan}",
    will_not_call="we will not call you any more {plan}",
    instead="{plan}, and no longer {old}",
    word_and="and",
    every={
        **{unit: (f"every {unit}", f"every 2 {unit}s", f"every {{n}} {unit}s") for unit in ("minute", "hour")},
        **{unit: (f"every {unit}", f"every other {unit}", f"every {{n}} {unit}s") for unit in ("day", "week", "month")},
    },
    once="once, on {date} at {time}",
    date=spelled,
    time=lambda at: "noon" if at == _NOON else said(at),
    weekday=lambda day: WEEKDAYS[day].capitalize(),
    on_days="every {days}",
    on_days_of="{step} on {days}",
    workdays="every weekday",
    workdays_of="{step} on weekdays",
    rank=lambda rank, day: f"on the {'last' if rank == LAST else f'{rank}{suffix(rank)}'} {WEEKDAYS[day].capitalize()}",
    month_day=lambda day: f"{day}{suffix(day)}" if day else "last day",
    on_month_days="on the {days}",
    of_months="{days} of {step}",
    yearly=lambda month, day: f"every year on {MONTHS[month - 1].capitalize()} {day}",
    starting="starting {date}",
    until="until {date}",
    in_all=("1 times", "{n} times"),
    zone="{zone} time",
    at="{days} at {times}",
)
_DE = Tongue(
    will_call="wir rufen Sie an: {plan}",
    will_not_call="wir rufen Sie nicht mehr an: {plan}",
    instead="{plan}, und nicht mehr {old}",
    word_and="und",
    every={
        "minute": ("jede Minute", "alle 2 Minuten", "alle {n} Minuten"),
        "hour": ("jede Stunde", "alle 2 Stunden", "alle {n} Stunden"),
        "day": ("jeden Tag", "jeden zweiten Tag", "alle {n} Tage"),
        "week": ("jede Woche", "jede zweite Woche", "alle {n} Wochen"),
        "month": ("jeden Monat", "jeden zweiten Monat", "alle {n} Monate"),
    },
    once="einmal, am {date} {time}",
    date=_de_date,
    time=lambda at: f"um {at.hour}:{at.minute:02} Uhr",
    weekday=_DE_DAYS.__getitem__,
    on_days="jeden {days}",
    on_days_of="{step} am {days}",
    workdays="montags bis freitags",
    workdays_of="{step} montags bis freitags",
    rank=lambda rank, day: f"am {_DE_RANKS[rank - 1]} {_DE_DAYS[day]}",
    month_day=lambda day: f"am {day}." if day else "am letzten Tag",
    on_month_days="{days}",
    of_months="{step} {days}",
    yearly=lambda month, day: f"jedes Jahr am {day}. {_DE_MONTHS[month - 1]}",
    starting="ab {date}",
    until="bis {date}",
    in_all=("insgesamt einmal", "insgesamt {n}-mal"),
    zone="Zeitzone {zone}",
)
_ES = Tongue(
    will_call="le llamaremos: {plan}",
    will_not_call="ya no le llamaremos: {plan}",
    instead="{plan}, y ya no {old}",
    word_and="y",
    every={
        "minute": ("cada minuto", "cada 2 minutos", "cada {n} minutos"),
        "hour": ("cada hora", "cada 2 horas", "cada {n} horas"),
        "day": ("todos los días", "cada dos días", "cada {n} días"),
        "week": ("cada semana", "cada dos semanas", "cada {n} semanas"),
        "month": ("cada mes", "cada dos meses", "cada {n} meses"),
    },
    once="una vez, el {date}, {time}",
    date=_es_date,
    time=lambda at: f"a la{'' if at.hour == 1 else 's'} {at.hour}:{at.minute:02}",
    weekday=_ES_DAYS.__getitem__,
    on_days="cada {days}",
    on_days_of="{step}, {days}",
    workdays="de lunes a viernes",
    workdays_of="{step}, de lunes a viernes",
    rank=lambda rank, day: f"el {_ES_RANKS[rank - 1]} {_ES_DAYS[day]}",
    month_day=lambda day: f"el día {day}" if day else "el último día",
    on_month_days="{days}",
    of_months="{step}, {days}",
    yearly=lambda month, day: f"cada año, el {day} de {_ES_MONTHS[month - 1]}",
    starting="a partir del {date}",
    until="hasta el {date}",
    in_all=("una vez en total", "{n} veces en total"),
    zone="hora de {zone}",
)
_FR = Tongue(
    will_call="nous vous appellerons : {plan}",
    will_not_call="nous ne vous appellerons plus : {plan}",
    instead="{plan}, et non plus {old}",
    word_and="et",
    every={
        "minute": ("toutes les minutes", "toutes les 2 minutes", "toutes les {n} minutes"),
        "hour": ("toutes les heures", "toutes les 2 heures", "toutes les {n} heures"),
        "day": ("tous les jours", "tous les deux jours", "tous les {n} jours"),
        "week": ("chaque semaine", "toutes les deux semaines", "toutes les {n} semaines"),
        "month": ("chaque mois", "tous les deux mois", "tous les {n} mois"),
    },
    once="une fois, le {date} {time}",
    date=_fr_date,
    time=_fr_time,
    weekday=_FR_DAYS.__getitem__,
    on_days="chaque {days}",
    on_days_of="{step}, {days}",
    workdays="du lundi au vendredi",
    workdays_of="{step}, du lundi au vendredi",
    rank=lambda rank, day: f"le {_FR_RANKS[rank - 1]} {_FR_DAYS[day]}",
    month_day=lambda day: f"le {_fr_day(day)}" if day else "le dernier jour",
    on_month_days="{days}",
    of_months="{step}, {days}",
    yearly=lambda month, day: f"chaque année, le {_fr_day(day)} {_FR_MONTHS[month - 1]}",
    starting="à partir du {date}",
    until="jusqu'au {date}",
    in_all=("une fois en tout", "{n} fois en tout"),
    zone="heure de {zone}",
)
_PT = Tongue(
    will_call="vamos ligar para você: {plan}",
    will_not_call="não vamos mais ligar para você: {plan}",
    instead="{plan}, e não mais {old}",
    word_and="e",
    every={
        "minute": ("a cada minuto", "a cada 2 minutos", "a cada {n} minutos"),
        "hour": ("a cada hora", "a cada 2 horas", "a cada {n} horas"),
        "day": ("todos os dias", "a cada dois dias", "a cada {n} dias"),
        "week": ("toda semana", "a cada duas semanas", "a cada {n} semanas"),
        "month": ("todo mês", "a cada dois meses", "a cada {n} meses"),
    },
    once="uma vez, {date}, {time}",
    date=_pt_date,
    time=lambda at: f"à{'' if at.hour in (0, 1) else 's'} {at.hour}:{at.minute:02}",
    weekday=lambda day: f"{'na' if day < _PT_FIRST_MALE else 'no'} {_PT_DAYS[day]}",
    on_days="toda semana {days}",
    on_days_of="{step}, {days}",
    workdays="de segunda a sexta-feira",
    workdays_of="{step}, de segunda a sexta-feira",
    rank=_pt_rank,
    month_day=lambda day: f"no dia {day}" if day else "no último dia",
    on_month_days="{days}",
    of_months="{step}, {days}",
    yearly=lambda month, day: f"todo ano, no dia {day} de {_PT_MONTHS[month - 1]}",
    starting="a partir de {date}",
    until="até {date}",
    in_all=("uma vez no total", "{n} vezes no total"),
    zone="horário de {zone}",
)
_HI = Tongue(
    will_call="हम आपको फ़ोन करेंगे: {plan}",
    will_not_call="हम आपको अब फ़ोन नहीं करेंगे: {plan}",
    instead="{plan}, और अब {old} नहीं",
    word_and="और",
    every={
        "minute": ("हर मिनट", "हर 2 मिनट में", "हर {n} मिनट में"),
        "hour": ("हर घंटे", "हर 2 घंटे में", "हर {n} घंटे में"),
        "day": ("हर दिन", "हर दूसरे दिन", "हर {n} दिन में"),
        "week": ("हर हफ़्ते", "हर दूसरे हफ़्ते", "हर {n} हफ़्ते में"),
        "month": ("हर महीने", "हर दूसरे महीने", "हर {n} महीने में"),
    },
    once="एक बार, {date} को {time}",
    date=_hi_date,
    time=_hi_time,
    weekday=_HI_DAYS.__getitem__,
    on_days="हर {days} को",
    on_days_of="{step} {days} को",
    workdays="सोमवार से शुक्रवार तक",
    workdays_of="{step} सोमवार से शुक्रवार तक",
    rank=lambda rank, day: f"{_HI_RANKS[rank - 1]} {_HI_DAYS[day]} को",
    month_day=lambda day: f"{day} तारीख़" if day else "आख़िरी दिन",
    on_month_days="{days} को",
    of_months="{step} {days}",
    yearly=lambda month, day: f"हर साल {day} {_HI_MONTHS[month - 1]} को",
    starting="{date} से",
    until="{date} तक",
    in_all=("कुल एक बार", "कुल {n} बार"),
    zone="{zone} का समय",
)
_TONGUES: Mapping[str, Tongue] = {"en": _EN, "de": _DE, "es": _ES, "fr": _FR, "pt": _PT, "hi": _HI}


def tongue_of(language: str) -> Tongue:
    """Of a BCP 47 tag; English for a language without words here."""
    return _TONGUES.get(base_of(language), _EN)


def base_of(language: str) -> str:
    """The language of a BCP 47 tag."""
    return language.replace("_", "-").split("-")[0].lower()
