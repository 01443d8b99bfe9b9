"""Times of day and time zones in a phrase. An hour that may lie in the morning or in the evening is asked about."""

import re
from collections.abc import Sequence
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from control_plane.domain.spoken_phrase import Missing, Phrase, Unclear
from control_plane.domain.spoken_words import AMBIGUOUS_ZONES, DAYPARTS, FIXED_TIMES, ZONES

_HALF = r"(?:\s(?P<half>am|pm))?"
_PAST = (
    rf"\b(?P<past>half|(?:a )?quarter|\d{{1,2}}(?: minutes?)?) (?P<side>past|after|to|before|of) (?P<hour>\d{{1,2}})(?: oclock)?{_HALF}\b"
)
_COLON = rf"\b(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}){_HALF}\b"
_PAIR = r"\b(?P<hour>\d{1,2}) (?P<minute>\d{2}) (?P<half>am|pm)\b"
_HOUR = r"\b(?P<hour>\d{1,2})(?: oclock)? (?P<half>am|pm)\b"
_OCLOCK = r"\b(?P<hour>\d{1,2}) oclock\b"
_SPOKEN_PAIR = r"\b(?:at|@) (?P<hour>\d{1,2}) (?P<minute>\d{2})\b"
_BARE = r"\b(?:at|@) (?P<hour>\d{1,2})\b(?! ?(?:st|nd|rd|th|times|weeks|days|months))"
_OF_DAYPART = r"\b(?P<clock>(?P<hour>\d{1,2})(?::\d{2}| \d{2})?)(?: oclock)? (?:in the |at )(?P<part>morning|afternoon|evening|night)\b"
_CLOCKS = (_PAST, _COLON, _PAIR, _HOUR, _OCLOCK, _SPOKEN_PAIR, _BARE)
_DAYPART = r"\b(?:(?:in|at|during) (?:the )?)?(?P<part>morning|afternoon|evening|night)s?\b"
_FIXED = rf"\b(?:at )?(?P<word>{'|'.join(FIXED_TIMES)})\b"
_ZONE_NAME = re.compile(r"\b(?:[A-Za-z_]+/[A-Za-z_]+(?:/[A-Za-z_]+)?(?:[+-]\d+)?|UTC)\b")
_ZONE_WORDS = (
    rf"\b(?:in )?(?P<zone>{'|'.join(sorted((*ZONES, *AMBIGUOUS_ZONES), key=len, reverse=True))})(?: (?:standard|daylight|summer))?"
)
_BARE_ZONES = "eastern|pacific|central|mountain|et|est|edt|ct|cdt|mt|mdt|pt|pst|pdt|cet|utc|gmt|cst|ist|bst|mst|ast"
_REACH = {"morning": range(1, 12), "afternoon": range(12, 19), "evening": range(16, 24), "night": range(18, 24)}
"""Hours of the day that may be called so; small hours are the night's too, and are asked about."""


def take_zone(text: str) -> tuple[str, str | None]:
    """The phrase without an IANA name in it, and that name. It comes first: the names do not survive lower case."""
    found = _ZONE_NAME.search(text)
    if found is None:
        return text, None
    try:
        ZoneInfo(found[0])
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Unclear(f"I do not know the time zone {found[0]}. Which one do you mean?", Missing.ZONE) from error
    return f"{text[: found.start()]} {text[found.end() :]}", found[0]


def take_spoken_zone(phrase: Phrase) -> str | None:
    found = phrase.take(_ZONE_WORDS + r" time\b") or phrase.take(rf"\b(?P<zone>{_BARE_ZONES})\b")
    if found is None:
        return None
    if found["zone"] in AMBIGUOUS_ZONES:
        raise Unclear(f"Do you mean {AMBIGUOUS_ZONES[found['zone']]}?", Missing.ZONE)
    return ZONES[found["zone"]]


def take_times(phrase: Phrase) -> tuple[time, ...]:
    """Every time of day that is said, ascending; none when there is none. Raises `Unclear`."""
    phrase.rest = re.sub(_OF_DAYPART, _with_half, phrase.rest)
    clocks = [match for pattern in _CLOCKS for match in phrase.take_all(pattern)]
    parts = [match["part"] for match in phrase.take_all(_DAYPART)]
    fixed = [time.fromisoformat(FIXED_TIMES[match["word"]]) for match in phrase.take_all(_FIXED)]
    if not clocks and not fixed:
        return tuple(sorted({time.fromisoformat(DAYPARTS[part]) for part in parts}))
    read = [_clock(match.groupdict(), parts) for match in clocks]
    return tuple(sorted({*read, *fixed}))


def said(at: time) -> str:
    """2:30 PM."""
    return f"{at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'PM'}"


def _with_half(found: re.Match[str]) -> str:
    """`7 in the evening` as `7 pm`; whatever may still be two times stays as it is."""
    fitting = _fitting(int(found["hour"]), found["part"])
    return f"{found['clock']} {fitting[0]}" if len(fitting) == 1 else found[0]


def _fitting(hour: int, part: str) -> list[str]:
    """The halves of the day in which that hour of the dial may be called so."""
    if not 1 <= hour <= 12:
        return []
    return [half for half, at in (("am", hour % 12), ("pm", hour % 12 + 12)) if at in _REACH[part]]


def _clock(groups: dict[str, str | None], parts: Sequence[str]) -> time:
    hour, minute, half = int(groups["hour"] or 0), int(groups.get("minute") or 0), groups.get("half")
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        raise Unclear(
            f"There is no such time of day as {hour}:{minute:02}{f' {half.upper()}' if half else ''}. At what time?", Missing.TIME
        )
    is_military = half is None and (hour == 0 or hour > 12 or (groups["hour"] or "").startswith("0"))
    if half is None and not is_military and len(set(parts)) == 1:
        fitting = _fitting(hour, parts[0])
        half = fitting[0] if len(fitting) == 1 else None
    dial = (hour, hour) if is_military else (hour % 12, hour % 12 + 12)
    am, pm = (_shifted(each, minute, groups) for each in dial)
    if half is None and not is_military:
        if am == time(0):
            raise Unclear("Do you mean noon or midnight?", Missing.NOON)
        raise Unclear(f"Do you mean {said(am)} or {said(pm)}?", Missing.CHOICE, am, pm)
    at = pm if half == "pm" else am
    _require_agreement(at, parts)
    return at


def _shifted(hour: int, minute: int, groups: dict[str, str | None]) -> time:
    """`quarter to 9` lies before the hour that it names."""
    past = groups.get("past")
    if past is None:
        return time(hour, minute)
    count = 30 if past == "half" else 15 if past.endswith("quarter") else int(past.split()[0])
    if not 0 < count < 60:
        raise Unclear(f"I did not understand {count} minutes {groups['side']} the hour. At what time?", Missing.TIME)
    minutes = hour * 60 + (count if groups["side"] in ("past", "after") else -count)
    return time(minutes // 60 % 24, minutes % 60)


def _require_agreement(at: time, parts: Sequence[str]) -> None:
    for part in set(parts):
        small_hours = part in ("night", "morning") and at.hour < 6
        if at.hour not in _REACH[part] and not small_hours and not (part == "morning" and at.hour == 0):
            raise Unclear(f"{said(at)} is not in the {part}. At what time should the call be?", Missing.TIME)
