"""The sentences of explanations that the gate does not say itself. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from control_plane.domain.calling_window import ALL_DAY, DAYS, Window
from control_plane.domain.facts import Facts

_MOST_ZONES = 40
"""Freephone numbers may be anywhere; the list of places stops here."""

_NETWORK: Mapping[str, str] = {
    "busy": "the line was busy",
    "no_answer": "nobody picked up",
    "rejected": "the call was declined",
    "unreachable": "the phone could not be reached",
    "network_error": "the network failed",
    "congestion": "the network was congested",
    "throttled": "the carrier asked for fewer calls per second",
    "media_error": "no sound could be agreed on",
    "blocked_analytics": "the carrier blocked the caller ID",
    "blocked_provider": "the provider blocks this destination",
    "invalid_number": "the number does not exist",
    "number_changed": "the number has changed",
    "unwanted": "the callee's network marked the call as unwanted",
    "config_error": "the trunk is not configured correctly",
    "canceled": "the call was cancelled before an answer",
    "unknown": "nobody knows how it ended",
}
_ANSWERERS: Mapping[str, str] = {
    "human": "a person",
    "voicemail": "a voicemail",
    "mailbox_unavailable": "a mailbox that takes no message",
    "ivr": "a menu",
    "call_screen": "a call screener",
    "network_announcement": "an announcement of the network",
    "fax": "a fax",
    "silence": "silence",
    "uncertain": "perhaps a person",
}


def place_of(zone: str) -> str:
    """The city of a zone's name: America/New_York is New York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def moment(at: datetime, zone: str) -> str:
    """A time of day and date in `zone`."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%H:%M} on {there:%Y-%m-%d} ({place_of(zone)})"


def span(seconds: float) -> str:
    """A duration as it is said: `45 seconds`, `3 minutes`, `2 hours`."""
    if seconds < 90:
        return _counted(round(seconds), "second")
    return _counted(round(seconds / 60), "minute") if seconds < 5400 else _counted(round(seconds / 3600), "hour")


def confirmed_place(facts: Facts) -> list[str]:
    """That somebody has said where the person is, which no number or list could have told; nothing where nobody has."""
    return [f"Somebody has confirmed that the contact is in {place_of(facts.time_zones[0])}."] if facts.zone_confirmed else []


def attempts_used(facts: Facts, used: int, allowed: int) -> str:
    """How far the caps on calls to this person are used up."""
    parts = []
    if facts.max_per_day is not None:
        parts.append(f"{facts.attempts_today} of {_counted(facts.max_per_day, 'attempt')} used today")
    if facts.max_per_24h is not None and facts.attempts_24h:
        parts.append(f"{facts.attempts_24h} of {facts.max_per_24h} within 24 hours")
    parts.append(f"{used} of {allowed} in all")
    return f"{', '.join(parts)}."


def weekly_hours(window: Window) -> list[str]:
    """A window's ranges, days with the same ones together: `mon–fri 09:00–20:00`. Closed days are left out."""
    if all(ranges == ALL_DAY for ranges in window.weekly):
        return ["every day, all day"]
    lines, first = [], 0
    for day in range(1, 8):
        if day == 7 or window.weekly[day] != window.weekly[first]:
            if window.weekly[first]:
                days = DAYS[first] if day - first == 1 else f"{DAYS[first]}–{DAYS[day - 1]}"
                lines.append(f"{days} {', '.join(map(str, window.weekly[first]))}")
            first = day
    return lines


def zones_shown(zones: Iterable[str]) -> list[str]:
    return list(zones)[:_MOST_ZONES]


def end_of_call(
    *,
    state: str,
    network_result: str | None,
    sip_code: int | None,
    answered_by: str | None,
    outcome: str | None,
    talked_s: float | None,
) -> str:
    """What came of a call, in a sentence."""
    if state == "released":
        return "The call was given up before it was dialled."
    if network_result is None:
        return f"The call is {state.replace('_', ' ')}."
    if network_result != "answered":
        code = f" (SIP {sip_code})" if sip_code is not None else ""
        return f"It was not answered: {_NETWORK.get(network_result, network_result.replace('_', ' '))}{code}."
    by = _ANSWERERS.get(answered_by or "", "somebody")
    lasted = f" and lasted {span(talked_s)}" if talked_s is not None else ""
    came = f"; the outcome is {outcome.replace('_', ' ')}" if outcome and outcome != "unknown" else ""
    return f"It was answered by {by}{lasted}{came}."


def closed(state: str, reason: str) -> str:
    """Why an enrollment sees no further call."""
    return f"{_sentence(reason)}" if reason else f"This contact is {state}."


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other, each once."""
    return " ".join(dict.fromkeys(_sentence(sentence) for sentence in sentences if sentence))


def _sentence(words: str) -> str:
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?')) else '.'}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
