"""A scenario: who answers, what they say, and what the assistant must and must not do. Read, and judged. Pure but for reading the file.

A try is judged by what the API tells of it: `events` of each step, the first being the opening, and the `result` at the end.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from control_plane.domain.errors import Invalid
from control_plane.domain.strict_yaml import read_strictly
from control_plane.remote.client import RemoteError

SCHEMA = "scenario.schema.json"
_KINDS = {"say": "say", "press": "press", "silent": "silence", "beep": "beep", "hang_up": "hang_up"}
_OF_THE_END = ("answered_by", "outcome", "outcome_label", "end_cause")
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    kind: str
    text: str
    expect: Mapping[str, Any]

    @property
    def step(self) -> dict[str, str]:
        """As the API takes it."""
        return {"kind": self.kind, "text": self.text}

    @property
    def words(self) -> str:
        return f"{self.kind} {self.text!r}" if self.text else self.kind


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    assistant: str | dict[str, Any] | None
    request: dict[str, Any]
    """What a try of it begins with: to, variables, agenda, first_words, tool_answers."""
    turns: tuple[Turn, ...]
    expect: Mapping[str, Any]
    calendars: tuple[str | dict[str, Any], ...] = ()


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return json.loads(files("control_plane.remote").joinpath(SCHEMA).read_text(encoding="utf-8"))


def read(path: Path) -> Scenario:
    """Raises `RemoteError` with a sentence that says where the file is wrong."""
    try:
        said = read_strictly(path.read_bytes(), path.name)
    except OSError as error:
        raise RemoteError(f"{path} cannot be read: {error.strerror}.") from error
    except Invalid as error:
        raise RemoteError(error.detail) from error
    wrong = best_match(Draft202012Validator(schema()).iter_errors(said))
    if wrong is not None:
        raise RemoteError(f"{path.name}: {_where(wrong)}{wrong.message[:300].rstrip('.')}.")
    request = {name: said[name] for name in ("to", "variables", "agenda", "tool_answers") if name in said}
    if "answers" in said:
        request["first_words"] = said["answers"]
    turns = tuple(_turn(each, f"{path.name}: turns[{place}]") for place, each in enumerate(said["turns"]))
    _require_patterns(said["expect"], f"{path.name}: expect")
    return Scenario(said["name"], said.get("assistant"), request, turns, said["expect"], tuple(said.get("calendars", ())))


def judge(scenario: Scenario, steps: Sequence[Sequence[Event]], result: Mapping[str, Any], *, is_over: bool) -> list[str]:
    """What was expected and did not come, in sentences; empty when all did. `is_over`: the assistant has hung up."""
    whole = [event for events in steps for event in events]
    failures = _said_and_done(whole, scenario.expect, "")
    for turn, events in zip(scenario.turns, steps[1:], strict=False):
        failures += _said_and_done(events, turn.expect, f"After {turn.words}: ")
    left = len(scenario.turns) + 1 - len(steps)
    if left > 0 and any(turn.expect for turn in scenario.turns[-left:]):
        failures.append(f"The conversation was over {left} turns too early.")
    for name in _OF_THE_END:
        if name in scenario.expect and result.get(name) != scenario.expect[name]:
            failures.append(f"{name} should be {scenario.expect[name]!r} and is {result.get(name)!r}.")
    return failures + _of_the_end(whole, scenario.expect, is_over)


def tools_used(events: Sequence[Event]) -> list[str]:
    return _named(events, "tool_called", "name")


def said_by_agent(events: Sequence[Event]) -> list[str]:
    return [str(event["data"]["text"]) for event in events if event["kind"] == "turn" and event["data"]["speaker"] == "agent"]


def _of_the_end(events: Sequence[Event], expect: Mapping[str, Any], is_over: bool) -> list[str]:
    failures = []
    if "is_over" in expect and is_over is not expect["is_over"]:
        failures.append(f"The assistant should {'' if expect['is_over'] else 'not '}have hung up.")
    flagged = set(_named(events, "risk_flagged", "kind"))
    if "risks" in expect and flagged != set(expect["risks"]):
        failures.append(f"Flagged should be {sorted(expect['risks'])} and is {sorted(flagged)}.")
    booked = _named(events, "booking_shown", "calendar")
    if "booked" in expect and booked != expect["booked"]:
        failures.append(f"Booked should be {expect['booked']} and is {booked}.")
    reached = (_named(events, "transfer_shown", "destination") or [""])[-1]
    if "transferred_to" in expect and reached != expect["transferred_to"]:
        failures.append(f"transferred_to should be {expect['transferred_to']!r} and is {reached!r}.")
    return failures


def _named(events: Sequence[Event], kind: str, name: str) -> list[str]:
    return [str(event["data"].get(name)) for event in events if event["kind"] == kind]


def _said_and_done(events: Sequence[Event], expect: Mapping[str, Any], where: str) -> list[str]:
    said, used = " \n".join(said_by_agent(events)), tools_used(events)
    failures = [f"{where}it should say {each!r}." for each in expect.get("says", ()) if not _is_in(each, said)]
    failures += [f"{where}it must not say {each!r}." for each in expect.get("says_not", ()) if _is_in(each, said)]
    if not _is_within(expect.get("tools", ()), used):
        failures.append(f"{where}it should use {', '.join(expect['tools'])}, and used {', '.join(used) or 'no tool'}.")
    failures += [f"{where}it must not use {name}." for name in expect.get("tools_not", ()) if name in used]
    return failures


def _is_in(wanted: str, said: str) -> bool:
    if _is_pattern(wanted):
        return re.search(wanted[1:-1], said, re.IGNORECASE) is not None
    return " ".join(wanted.casefold().split()) in " ".join(said.casefold().split())


def _is_within(wanted: Sequence[str], used: Sequence[str]) -> bool:
    """Whether all come, in this order; others may come between."""
    left = iter(used)
    return all(name in left for name in wanted)


def _turn(said: Mapping[str, Any], where: str) -> Turn:
    name = next(each for each in _KINDS if each in said)
    expect = said.get("expect", {})
    _require_patterns(expect, where)
    return Turn(_KINDS[name], said[name] if isinstance(said[name], str) else "", expect)


def _require_patterns(expect: Mapping[str, Any], where: str) -> None:
    for each in (*expect.get("says", ()), *expect.get("says_not", ())):
        try:
            re.compile(each[1:-1] if _is_pattern(each) else "")
        except re.error as error:
            raise RemoteError(f"{where}: {each} is no regular expression: {error}.") from error


def _is_pattern(phrase: str) -> bool:
    return len(phrase) > 2 and phrase.startswith("/") and phrase.endswith("/")


def _where(wrong: ValidationError) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.absolute_path)
    return f"{steps.lstrip('.')}: " if steps else ""
