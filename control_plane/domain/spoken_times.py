"""What people say of when to be called, as a recurrence: "every Monday at 2 PM", "on the first of every month for six months at noon".

`understand` either reads a phrase completely and in one way, or answers with a question in words; it never guesses. `read_back` says a
recurrence so that it is understood again as itself: whoever confirms the sentence confirms the plan. English only; other languages come
through the model as one of these sentences, and so under the same rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from control_plane.domain.errors import Invalid
from control_plane.domain.recurrence import Recurrence, check, instant_of, next_run
from control_plane.domain.spoken_clock import said, take_spoken_zone, take_times, take_zone
from control_plane.domain.spoken_dates import after_span, spelled, take_date
from control_plane.domain.spoken_phrase import Missing, Phrase, Question, Unclear
from control_plane.domain.spoken_rules import Rule, take_rule, with_ranges_spelled_out
from control_plane.domain.spoken_words import normalised

MOST_WORDS = 400
"""Characters of a phrase."""
_MINUTE = timedelta(minutes=1)
_MIDNIGHT = "Midnight at the beginning of that day, or at its end?"
_UNTIL = r"(?:up )?(?:until|till|til|through|thru|ending|ends)(?: on)? (?:and including )?"
_FROM = r"(?<!day )(?<!days )(?<!week )(?<!weeks )(?<!month )(?<!months )from"
_STARTING = rf"(?:starting|beginning|starts|begins|commencing|effective|{_FROM})(?: on| from)? "
_FOR = r"\bfor (?:the )?(?:next )?(?P<count>a|an|\d{1,3}) (?P<unit>days?|weeks?|months?|years?)\b"
_TIMES = r"\b(?:for )?(?:a total of )?(?P<count>\d{1,3}) times\b(?: in (?:all|total))?"
_SOON = r"\bin (?:(?P<count>a|an|\d{1,3}) (?P<unit>minutes?|mins?|hours?)(?P<half> and a half)?|(?P<half_hour>half an hour))\b"


def understand(text: str, *, now: datetime, time_zone: str) -> Recurrence | Question:
    """The plan that `text` names, for somebody whose clock is that of `time_zone` unless they say another; else what to ask them."""
    if len(text) > MOST_WORDS:
        return Question("That is a lot at once. When should the call be, in one short sentence?")
    try:
        plan = _read(text, now, time_zone)
        check(plan)
    except Unclear as unclear:
        return unclear.question
    except Invalid as error:
        return Question(f"{error.detail} When should the call be?")
    if next_run(plan, now) is None:
        return Question("That time is over, or never comes. When should the call be?", Missing.FUTURE)
    return plan


def _read(text: str, now: datetime, own_zone: str) -> Recurrence:
    plain, named = take_zone(text)
    phrase = Phrase(with_ranges_spelled_out(normalised(plain)))
    time_zone = named or take_spoken_zone(phrase) or own_zone
    soon = _take_soon(phrase, now)
    if soon is not None:
        phrase.require_read()
        return Recurrence(time_zone, run_at=soon)
    today = now.astimezone(ZoneInfo(time_zone)).date()
    bounds = _take_bounds(phrase, today)
    rule = take_rule(phrase, today)
    if rule is None:
        return _read_once(phrase, now, time_zone, bounds)
    is_midnight = _says_midnight(phrase)
    times = take_times(phrase)
    phrase.require_read()
    if is_midnight and (rule.day, rule.month, rule.weekday) != ("*", "*", "*"):
        raise Unclear(_MIDNIGHT, Missing.MIDNIGHT)
    return _bounded(_plan(rule, times, time_zone, bounds.starts_on), bounds, now)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Where a repetition begins and ends, as far as it is said."""

    starts_on: date | None
    ends_on: date | None
    lasts: tuple[int, str] | None
    """Count and unit, from the first run on."""
    max_runs: int | None

    @property
    def is_said(self) -> bool:
        return any(each is not None for each in (self.starts_on, self.ends_on, self.lasts, self.max_runs))


def _take_bounds(phrase: Phrase, today: date) -> _Bounds:
    ends_on = take_date(phrase, today, _UNTIL)
    starts_on = take_date(phrase, today, _STARTING)
    lasts, times = phrase.take(_FOR), phrase.take(_TIMES + r"(?! (?:a|per|every|each) )")
    if lasts and ends_on:
        raise Unclear(f"Until {spelled(ends_on)}, or for {lasts['count']} {lasts['unit']}?")
    length = (1 if lasts["count"] in ("a", "an") else int(lasts["count"]), lasts["unit"].rstrip("s")) if lasts else None
    if phrase.take(r"\b(?:once|1 times?)\b(?! (?:a|per|every|each) )"):
        times = None
    return _Bounds(starts_on, ends_on, length, int(times["count"]) if times else None)


def _take_soon(phrase: Phrase, now: datetime) -> datetime | None:
    """`in 20 minutes`, up to the next whole minute."""
    found = phrase.take(_SOON)
    if found is None:
        return None
    count = 0 if found["half_hour"] else 1 if found["count"] in ("a", "an") else int(found["count"])
    is_hours = (found["unit"] or "").startswith("h")
    ahead = timedelta(hours=count) if is_hours else timedelta(minutes=count)
    ahead += timedelta(minutes=30) if found["half_hour"] or (found["half"] and is_hours) else timedelta()
    at = (now + ahead).astimezone(UTC)
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE


def _read_once(phrase: Phrase, now: datetime, time_zone: str, bounds: _Bounds) -> Recurrence:
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    is_tonight = phrase.take(r"\b(?:tonight|this (?=morning|afternoon|evening|night))")
    if is_tonight and is_tonight[0] == "tonight":
        phrase.rest += " | night"
    day = take_date(phrase, local.date()) or (local.date() if is_tonight else None)
    is_midnight = _says_midnight(phrase)
    at = _one(take_times(phrase))
    phrase.require_read()
    if bounds.is_said:
        raise Unclear("How often should the call be: every day, every week, or on which days?", Missing.OFTEN)
    if at is None:
        if day:
            raise Unclear("At what time should the call be?", Missing.TIME)
        raise Unclear("When should the call be: on which day, and at what time?")
    if is_midnight:
        raise Unclear(_MIDNIGHT, Missing.MIDNIGHT)
    return Recurrence(time_zone, run_at=_instant(day, at, local, zone))


def _says_midnight(phrase: Phrase) -> bool:
    return "midnight" in phrase.rest.split()


def _one(times: Sequence[time]) -> time | None:
    if len(times) > 1:
        raise Unclear(f"Should the call be at {' or at '.join(said(each) for each in times)}?", Missing.CHOICE, *times)
    return times[0] if times else None


def _instant(day: date | None, at: time, local: datetime, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day or local.date(), at)
    instant = instant_of(wall, zone)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        gone = f"Clocks are put forward that night, and {said(at)} does not exist on {spelled(wall.date())}."
        raise Unclear(f"{gone} At what time instead?", Missing.TIME)
    if instant <= local.astimezone(UTC):
        over = f"{said(at)} today is over." if wall.date() == local.date() else f"{spelled(wall.date())} at {said(at)} is over."
        raise Unclear(f"{over} Do you mean tomorrow?" if day is None else f"{over} When should the call be?", Missing.FUTURE)
    return instant


def _plan(rule: Rule, times: Sequence[time], time_zone: str, starts_on: date | None) -> Recurrence:
    days = f"{rule.day} {rule.month} {rule.weekday}"
    if rule.clock is not None:
        if times:
            raise Unclear("That repeats within the day. From when to when, or at which times of day?", Missing.TIME)
        return Recurrence(time_zone, cron=f"{rule.clock} {days}", starts_on=starts_on)
    if not times:
        raise Unclear("At what time should the call be?", Missing.TIME)
    if len({each.minute for each in times}) > 1:
        raise Unclear(f"{' and '.join(said(each) for each in times)} need a schedule each. Which one first?", Missing.TIME)
    hours = ",".join(str(each.hour) for each in times)
    cron = f"{times[0].minute} {hours} {days}"
    return Recurrence(time_zone, cron=cron, starts_on=starts_on, interval=rule.interval, interval_unit=rule.unit)


def _bounded(plan: Recurrence, bounds: _Bounds, now: datetime) -> Recurrence:
    """The plan with its end, and with the day that its interval is counted from."""
    zone, starts_on, ends_on = ZoneInfo(plan.time_zone), plan.starts_on, bounds.ends_on
    first = next_run(replace(plan, interval=1), now)
    if first is None:
        return plan
    if plan.interval > 1 and starts_on is None:
        starts_on = first.astimezone(zone).date()
    if bounds.lasts is not None:
        ends_on = after_span(first.astimezone(zone).date(), *bounds.lasts) - timedelta(days=1)
    return replace(plan, starts_on=starts_on, ends_on=ends_on, max_runs=bounds.max_runs)
