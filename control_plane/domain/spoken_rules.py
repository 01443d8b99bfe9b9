"""What repeats, in a phrase: the days that cron fields name, and every how many days, weeks or months."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from control_plane.domain.recurrence import MAX_INTERVAL, IntervalUnit
from control_plane.domain.spoken_dates import MONTH, WEEKDAY, read_date
from control_plane.domain.spoken_phrase import Missing, Phrase, Unclear
from control_plane.domain.spoken_words import WEEKDAY_WORDS, WEEKDAYS, suffix

_DAYS = rf"(?:{WEEKDAY})(?:(?: and| &)? (?:on )?(?:{WEEKDAY}))*"
_WORKDAYS = r"(?:week ?days?|work(?:ing)? ?days?|business days?)"
_WEEKENDS = r"week ?ends?"
_NTH = r"(?:1st|2nd|3rd|4th|5th|last)"
_EVERY = r"(?:every(?: single)?|each|all)"
_MONTHLY = rf"(?:(?:{_EVERY}|the|a) (?:(?P<step>other|2nd|\d{{1,2}})(?:st|nd|rd|th)? )?months?|(?P<monthly>monthly))"
_DATES = r"(?P<dates>(?:\d{1,2}(?:st|nd|rd|th)|last day)(?:(?: and)?(?: on)? (?:the )?(?:\d{1,2}(?:st|nd|rd|th)|last day))*)(?: days?)?"
_STEP = r"(?P<step>other|\d{1,3})(?:st|nd|rd|th)?"
_PLURALS = "|".join(f"{day}s" for day in WEEKDAYS)
_WEEKLY = rf"(?:(?P<often>once|twice|3 times) (?:a|per|every|each) week|weekly|{_EVERY} week)"
_ANYWHERE = r"(?:^|(?<=[ |]))"


@dataclass(frozen=True, slots=True)
class Rule:
    """Cron fields of the days, or with `clock` all five; and the interval as a recurrence has it."""

    day: str = "*"
    month: str = "*"
    weekday: str = "*"
    interval: int = 1
    unit: IntervalUnit = "weeks"
    clock: str | None = None
    """Minute and hour fields of what repeats within the day."""


Groups = dict[str, str | None]


def take_rule(phrase: Phrase, today: date) -> Rule | None:
    """What repeats; None where nothing does. Raises `Unclear`."""
    for pattern, question, missing in _TWO_MEANINGS:
        if phrase.take(pattern):
            raise Unclear(question, missing)
    for pattern, reader in _RULES:
        found = phrase.take(_ANYWHERE + pattern)
        if found is not None:
            return reader(found.groupdict(), phrase, today)
    return None


def with_ranges_spelled_out(text: str) -> str:
    """`monday through friday` as the days themselves: `through` also begins an end."""

    def days(found: re.Match[str]) -> str:
        first, last = WEEKDAY_WORDS[found["first"]], WEEKDAY_WORDS[found["last"]]
        return " and ".join(WEEKDAYS[(first + i) % 7] for i in range((last - first) % 7 + 1))

    return re.sub(rf"\b(?:from )?(?P<first>{WEEKDAY}) (?:through|thru|to) (?P<last>{WEEKDAY})\b", days, text)


def _of_month_by_weekday(groups: Groups, phrase: Phrase, today: date) -> Rule:
    nth, weekday = groups["nth"] or "", _cron_day(groups["day"] or "")
    fields = f"{weekday}L" if nth == "last" else f"{weekday}#{nth[0]}"
    return Rule(weekday=fields, interval=_step(groups), unit="months" if _step(groups) > 1 else "weeks")


def _of_month_by_date(groups: Groups, phrase: Phrase, today: date) -> Rule:
    dates = re.findall(r"\d{1,2}|last", groups["dates"] or "")
    for each in dates:
        if each != "last" and not 1 <= int(each) <= 31:
            raise Unclear(f"There is no {each}{suffix(int(each))} of a month. On which day of the month?", Missing.DAY)
        if each != "last" and int(each) > 28:
            raise Unclear(f"Not every month has a {each}{suffix(int(each))}. Do you mean the last day of the month?", Missing.DAY)
    days = [str(day) for day in sorted({int(each) for each in dates if each != "last"})] + ["L"] * ("last" in dates)
    return Rule(day=",".join(days), interval=_step(groups), unit="months" if _step(groups) > 1 else "weeks")


def _yearly(groups: Groups, phrase: Phrase, today: date) -> Rule:
    day = read_date(groups["date"] or "", today)
    return Rule(day=str(day.day), month=str(day.month))


def _within_day(groups: Groups, phrase: Phrase, today: date) -> Rule:
    count = 30 if groups.get("half") else int(groups.get("count") or 1)
    unit = "minute" if groups.get("half") else groups.get("unit") or "hour"
    whole = 60 if unit == "minute" else 24
    if not 0 < count < whole or whole % count:
        raise Unclear(
            f"Every {count} {unit}s does not fit into {'an hour' if whole == 60 else 'a day'} evenly. How often should the call be?",
            Missing.OFTEN,
        )
    if unit == "minute":
        return Rule(clock=f"{'*' if count == 1 else f'*/{count}'} *")
    return Rule(clock=f"0 {'*' if count == 1 else f'*/{count}'}")


def _every_few_days(groups: Groups, phrase: Phrase, today: date) -> Rule:
    return Rule(interval=_step(groups), unit="days")


def _every_few_weeks(groups: Groups, phrase: Phrase, today: date) -> Rule:
    return Rule(weekday=_cron_days(groups.get("days")), interval=_step(groups))


def _every_day(groups: Groups, phrase: Phrase, today: date) -> Rule:
    but = phrase.take(rf"(?:except|but not)(?: for)?(?: on)? (?P<days>{_DAYS}|{_WEEKENDS})")
    if but is None:
        return Rule()
    left = sorted(set(range(7)) - set(_numbers(but["days"])))
    return Rule(weekday=_joined(left))


def _every_week(groups: Groups, phrase: Phrase, today: date) -> Rule:
    days, times = groups.get("days"), {"once": 1, "twice": 2, "3 times": 3}.get(groups.get("often") or "")
    if times is not None and days is not None and len(_numbers(days)) != times:
        raise Unclear(f"{(groups['often'] or '').capitalize()} a week, you said. On which days?", Missing.WEEKDAY)
    return Rule(weekday=_cron_days(days))


def _often_a_day(groups: Groups, phrase: Phrase, today: date) -> Rule:
    if len(re.findall(r"\d{1,2}(?::\d{2})? ?[ap]m|\d{2}:\d{2}|noon|morning|evening|afternoon", phrase.rest)) != _often(groups["often"]):
        raise Unclear(f"{(groups['often'] or '').capitalize()} a day, you said. At which times?", Missing.TIME)
    return Rule()


def _named_days(groups: Groups, phrase: Phrase, today: date) -> Rule:
    return Rule(weekday=_cron_days(groups["days"]))


_OF_NTH_DAY = rf"(?:(?:on|{_EVERY}) )?(?:the )?(?P<nth>{_NTH}) (?P<day>{WEEKDAY})"
_RULES: tuple[tuple[str, Callable[[Groups, Phrase, date], Rule]], ...] = (
    (rf"{_OF_NTH_DAY} (?:of|in) (?:{_EVERY} )(?:(?P<step>other|2nd|\d{{1,2}})(?:st|nd|rd|th)? )?months?\b", _of_month_by_weekday),
    (rf"{_EVERY} (?P<nth>{_NTH}) (?P<day>{WEEKDAY}) (?:of|in) (?:the|a) month\b", _of_month_by_weekday),
    (rf"{_MONTHLY} on the (?P<nth>{_NTH}) (?P<day>{WEEKDAY})\b", _of_month_by_weekday),
    (rf"(?:on )?(?:the )?{_DATES} (?:of|in) {_EVERY} (?:(?P<step>other|2nd|\d{{1,2}})(?:st|nd|rd|th)? )?months?\b", _of_month_by_date),
    (rf"{_EVERY} {_DATES} (?:of|in) (?:the|a) month\b", _of_month_by_date),
    (rf"(?:once a month|{_MONTHLY}) on the {_DATES}(?!\w)", _of_month_by_date),
    (rf"(?:{_EVERY} year|yearly|annually|once a year) on (?:the )?(?P<date>{MONTH} \d{{1,2}}(?:st|nd|rd|th)?)\b", _yearly),
    (rf"(?:{_EVERY} year|yearly|annually|once a year) on (?:the )?(?P<date>\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH})\b", _yearly),
    (rf"{_EVERY} (?P<date>{MONTH} \d{{1,2}}(?:st|nd|rd|th)?)\b", _yearly),
    (rf"(?:on )?(?P<date>{MONTH} \d{{1,2}}(?:st|nd|rd|th)?) (?:of )?{_EVERY} year\b", _yearly),
    (rf"{_EVERY} (?P<half>half) (?:an )?hour\b", _within_day),
    (rf"{_EVERY} (?:(?P<count>\d{{1,2}}) )?(?P<unit>minute|hour)s?\b", _within_day),
    (r"hourly\b", _within_day),
    (rf"{_EVERY} {_STEP} days?\b", _every_few_days),
    (rf"{_EVERY} {_STEP} weeks? on (?P<days>{_DAYS}|{_WORKDAYS}|{_WEEKENDS})\b", _every_few_weeks),
    (rf"(?:on )?(?P<days>{_DAYS}) (?:of )?{_EVERY} {_STEP} weeks?\b", _every_few_weeks),
    (rf"{_EVERY} (?P<step>other) (?P<days>{_DAYS})\b", _every_few_weeks),
    (rf"(?P<step>fortnightly|{_EVERY} fortnight) on (?P<days>{_DAYS})\b", _every_few_weeks),
    (rf"{_EVERY} (?:week )?(?:on )?(?P<days>{_DAYS}|{_WORKDAYS}|{_WEEKENDS})\b", _named_days),
    (rf"(?:{_EVERY} day|daily) (?:on )?(?P<days>{_DAYS}|{_WORKDAYS})\b", _named_days),
    (
        rf"(?:(?P<often>once|twice|3 times) (?:a|per|every|each) week|weekly|{_EVERY} week) on (?P<days>{_DAYS}|{_WORKDAYS}|{_WEEKENDS})\b",
        _every_week,
    ),
    (r"(?P<often>twice|\d times) (?:a|per|every|each) day\b", _often_a_day),
    (rf"(?:{_EVERY} days?|daily|once a day|7 days a week)\b", _every_day),
    (rf"{_EVERY} (?=morning|afternoon|evening|night|noon|midnight)", _every_day),
    (rf"(?:on )?(?P<days>(?:{_PLURALS})(?:(?: and)? (?:{_PLURALS}))*)\b", _named_days),
    (rf"(?:on )?(?P<days>{WEEKDAY}) (?=mornings|afternoons|evenings|nights)", _named_days),
    (r"(?:on )?(?P<days>weekdays|work(?:ing)? ?days|business days|weekends)\b", _named_days),
    (r"(?:on )?(?:(?:in|during) the )?(?=(?:mornings|afternoons|evenings|nights)\b)", _every_day),
)
"""In this order: what is said more exactly comes first."""
_TWO_MEANINGS: Sequence[tuple[str, str, Missing]] = (
    (r"\b(?:biweekly|bi weekly)\b", "Do you mean twice a week, or every other week?", Missing.OFTEN),
    (r"\b(?:bimonthly|bi monthly)\b", "Do you mean twice a month, or every other month?", Missing.OFTEN),
    (
        rf"\b{_EVERY} (?:2nd|3rd|4th|5th) (?:{WEEKDAY})\b(?! (?:of|in) )",
        "Do you mean that day of each month, such as the second Monday, or every so many weeks?",
        Missing.OFTEN,
    ),
    (
        rf"\bthe (?:{_NTH} (?:{WEEKDAY})|\d{{1,2}}(?:st|nd|rd|th)|last day) (?:of|in) the month\b(?<!every)",
        "Do you mean every month, or only the next one?",
        Missing.OFTEN,
    ),
    (r"\b(?:twice|3 times|once) (?:a|per) week\b(?! on )", "On which days of the week?", Missing.WEEKDAY),
    (
        rf"^(?!.*\b(?:{WEEKDAY}|week ?days|week ?ends)\b).*\b(?:weekly|{_EVERY} (?:other |\d+ )?weeks?|fortnightly|{_EVERY} fortnight)\b",
        "On which day of the week?",
        Missing.WEEKDAY,
    ),
    (
        rf"^(?!.*(?:\d(?:st|nd|rd|th)|last) ).*\b(?:monthly|once a month|{_EVERY} (?:other |\d+ )?months?)\b",
        "On which day of the month?",
        Missing.DAY,
    ),
    (
        rf"^(?!.*\b(?:{_EVERY}|weekly|fortnightly|daily|week)\b).*\b(?:{WEEKDAY})(?: and)? (?:{WEEKDAY})\b",
        "Every week on these days, or only once?",
        Missing.OFTEN,
    ),
    (
        r"\bevery now and then\b|\b(?:some|few) (?:days|times|weeks)\b|\bsometimes\b|\boccasionally\b|\bregularly\b",
        "How often, and on which days?",
        Missing.OFTEN,
    ),
)


def _step(groups: Groups) -> int:
    word = groups.get("step")
    if word is None:
        return 1
    count = int(word) if word.isdigit() else int(word[0]) if word[0].isdigit() else 2
    if not 1 <= count <= MAX_INTERVAL:
        raise Unclear(f"At most every {MAX_INTERVAL} days, weeks or months. How often should the call be?", Missing.OFTEN)
    return count


def _often(word: str | None) -> int:
    return 2 if word == "twice" else int((word or "0").split()[0])


def _numbers(days: str) -> list[int]:
    """Monday is 0."""
    if re.fullmatch(_WORKDAYS, days):
        return [0, 1, 2, 3, 4]
    if re.fullmatch(_WEEKENDS, days):
        return [5, 6]
    return sorted({WEEKDAY_WORDS[word] for word in re.findall(WEEKDAY, days)})


def _cron_day(name: str) -> int:
    return (WEEKDAY_WORDS[name] + 1) % 7


def _cron_days(days: str | None) -> str:
    if days is None:
        raise Unclear("On which day of the week?", Missing.WEEKDAY)
    return _joined(_numbers(days))


def _joined(numbers: Sequence[int]) -> str:
    """Cron counts from Sunday."""
    if list(numbers) == [0, 1, 2, 3, 4]:
        return "1-5"
    return "*" if len(numbers) == 7 else ",".join(str(number) for number in sorted((n + 1) % 7 for n in numbers))
