"""The English words of dates and times as data, and a phrase in one spelling: lower case, figures for number words, no commas."""

import re
from collections.abc import Mapping

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAY_WORDS: Mapping[str, int] = {
    **{name: i for i, name in enumerate(WEEKDAYS)},
    **{f"{name}s": i for i, name in enumerate(WEEKDAYS)},
    **{name[:3]: i for i, name in enumerate(WEEKDAYS)},
    **{"tues": 1, "thur": 3, "thurs": 3},
}
"""0 is Monday."""
MONTH_WORDS: Mapping[str, int] = {
    **{name: i + 1 for i, name in enumerate(MONTHS)},
    **{name[:3]: i + 1 for i, name in enumerate(MONTHS)},
    "sept": 9,
}
DAYPARTS: Mapping[str, str] = {"morning": "09:00", "afternoon": "14:00", "evening": "18:00", "night": "20:00"}
"""When no clock time is said; the read-back names the time, so nobody is bound to it unheard."""
FIXED_TIMES: Mapping[str, str] = {
    **{"noon": "12:00", "midday": "12:00", "lunchtime": "12:00", "lunch": "12:00"},
    **{"midnight": "00:00", "breakfast": "08:00", "dinnertime": "18:00", "teatime": "16:00"},
}
HOLIDAYS: Mapping[str, tuple[int, int]] = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new years eve": (12, 31),
    "new years day": (1, 1),
    "new year": (1, 1),
    "valentines day": (2, 14),
    "halloween": (10, 31),
    "independence day": (7, 4),
}
"""Month and day of feasts that have the same date every year."""
ZONES: Mapping[str, str] = {
    **{"eastern": "America/New_York", "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York"},
    **{"central": "America/Chicago", "ct": "America/Chicago", "cdt": "America/Chicago"},
    **{"mountain": "America/Denver", "mt": "America/Denver", "mdt": "America/Denver"},
    **{"pacific": "America/Los_Angeles", "pt": "America/Los_Angeles", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles"},
    **{"alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu", "arizona": "America/Phoenix"},
    **{"new york": "America/New_York", "chicago": "America/Chicago", "denver": "America/Denver", "los angeles": "America/Los_Angeles"},
    **{"london": "Europe/London", "uk": "Europe/London", "british": "Europe/London", "dublin": "Europe/Dublin", "irish": "Europe/Dublin"},
    **{"berlin": "Europe/Berlin", "german": "Europe/Berlin", "paris": "Europe/Paris", "madrid": "Europe/Madrid", "rome": "Europe/Rome"},
    **{"vienna": "Europe/Vienna", "zurich": "Europe/Zurich", "amsterdam": "Europe/Amsterdam", "cet": "Europe/Berlin"},
    **{"central european": "Europe/Berlin", "toronto": "America/Toronto", "vancouver": "America/Vancouver"},
    **{"sydney": "Australia/Sydney", "melbourne": "Australia/Melbourne", "perth": "Australia/Perth", "auckland": "Pacific/Auckland"},
    **{"india": "Asia/Kolkata", "indian": "Asia/Kolkata", "kathmandu": "Asia/Kathmandu", "tokyo": "Asia/Tokyo", "japan": "Asia/Tokyo"},
    **{"singapore": "Asia/Singapore", "utc": "UTC", "gmt": "UTC", "mexico city": "America/Mexico_City", "sao paulo": "America/Sao_Paulo"},
}
AMBIGUOUS_ZONES: Mapping[str, str] = {
    "cst": "US Central time or China Standard Time",
    "ist": "India, Israel or Irish time",
    "bst": "British Summer Time or Bangladesh time",
    "mst": "Denver or Phoenix time",
    "ast": "Atlantic or Arabian time",
}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_CARDINALS = {word: i for i, word in enumerate(_UNITS.split())}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10},
    **{"eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17},
    **{"eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30},
}
_SPELLINGS = (
    (r"[’‘]", "'"),
    (r"\b([ap])\s?\.\s?m\b\.?", r"\1m"),
    (r"(\d)\s*([ap]m)\b", r"\1 \2"),
    (r"\bo'?\s?clock\b", "oclock"),
    (r"'(?:d|ll|m|re|ve)\b", ""),
    (r"(?<=[a-z])'s\b|(?<=s)'", "s"),
    (r"\b(\d{1,2})\.(\d{2})\b(?!\.\d)", r"\1:\2"),
    (r"[,;!?\"()]|\.(?=\s|$)", " "),
    (r"\b(new year)s?(?! eve| day)\b", r"\1"),
    (r"(?<=[a-z])-(?=[a-z])", " "),
    (r"\b(every|each) one\b", r"\1"),
    (r"\s+", " "),
)
_FILLERS = """
please could can would should will you we i us me my mom dad him her them with the a an to for of in at on and then just so
call calls calling ring phone check checkin remind reminder schedule set up make give get want need like lets let again back
about it is that this be around time day date sharp exactly ok okay hey hello yes well now from id
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that say nothing of when. Whatever else is left over is asked about, because it may matter."""


def normalised(text: str) -> str:
    """The phrase as the readers below expect it."""
    plain = text.lower().strip()
    for pattern, instead in _SPELLINGS:
        plain = re.sub(pattern, instead, plain)
    return " ".join(_figures(plain.split()))


def _figures(words: list[str]) -> list[str]:
    """`twenty one` → `21`, `twenty first` → `21st`, `oh five` → `05`; figures stay."""
    found: list[str] = []
    i = 0
    while i < len(words):
        figure, used = _figure(words[i], words[i + 1] if i + 1 < len(words) else "")
        found.append(figure)
        i += used
    return found


def _figure(word: str, following: str) -> tuple[str, int]:
    if word in _TENS:
        unit = _CARDINALS.get(following, 0)
        if 0 < unit < 10:
            return str(_TENS[word] + unit), 2
        rank = _ORDINALS.get(following, 0)
        return (f"{_TENS[word] + rank}{suffix(_TENS[word] + rank)}", 2) if 0 < rank < 10 else (str(_TENS[word]), 1)
    if word == "oh" and 0 < _CARDINALS.get(following, 0) < 10:
        return f"0{_CARDINALS[following]}", 2
    if word in _ORDINALS:
        return f"{_ORDINALS[word]}{suffix(_ORDINALS[word])}", 1
    return (str(_CARDINALS[word]), 1) if word in _CARDINALS else (word, 1)


def suffix(rank: int) -> str:
    """`st` of 1st and its like."""
    return "th" if 10 < rank % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
