"""Callee scripts: what the person, mailbox or switch at the far end of a rehearsal call does, and what our record of it must say.

The format is described in `callees/README.md`. A script is read, checked and refused as a whole, with the file and the field in
the message, because a misread script shows up much later as a call that "ended wrong".
"""

import enum
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sip_config.codec import ContractError, from_plain
from sip_config.contract import AnsweredBy, EndCause, NetworkResult, Outcome

PACKAGED = Path(__file__).parent / "callees"
DEFAULT_SCRIPT = "answers-and-talks"
FICTIONAL_NUMBER = re.compile(r"^\+1[2-9]\d\d55501\d\d$")
"""Numbers that are never assigned to anybody: 555-0100 to 555-0199 of every North American area code."""


class ScriptError(ValueError):
    """A script that cannot be played; the text names file and field."""


class After(enum.StrEnum):
    """What a step waits for before its own delay begins."""

    PREVIOUS = "previous"
    ANSWER = "answer"
    AGENT_SPEAKS = "agent_speaks"
    AGENT_STOPS = "agent_stops"
    AGENT_PRESSES = "agent_presses"


class EnrollmentEnd(enum.StrEnum):
    """Final state of the contact's enrollment (design/api.md, States)."""

    WAITING = "waiting"
    DONE = "done"
    EXHAUSTED = "exhausted"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Voice:
    """An eSpeak NG voice; speed 1.0 is the stand-in's normal rate."""

    name: str = "en-us"
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """Exactly one of say, beep, press, wait_s, hang_up; times are seconds."""

    say: str = ""
    beep: bool = False
    press: str = ""
    wait_s: float = 0.0
    hang_up: bool = False
    after: After = After.PREVIOUS
    delay_s: float = 0.0
    patience_s: float = 15.0

    @property
    def actions(self) -> int:
        return sum(map(bool, (self.say, self.beep, self.press, self.wait_s, self.hang_up)))


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds of ringing before the pick-up: one value, or the bounds of a seeded draw."""

    after_s: tuple[float, ...] = (0.8, 1.5)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A final SIP answer; `rings` says whether a 180 came before it."""

    code: int
    reason: str
    after_s: float = 0.5
    rings: bool = True


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the call record must say about this attempt."""

    network_result: NetworkResult
    answered_by: AnsweredBy
    outcome: Outcome
    end_cause: EndCause


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One attempt: exactly one of answer, refuse, ring_out; `max_s` from the answer until the callee hangs up by itself."""

    expect: Expectation
    answer: Answer | None = None
    refuse: Refusal | None = None
    ring_out: bool = False
    max_s: float = 60.0
    steps: tuple[Step, ...] = ()

    def ring_s(self, seed: int, number: str, attempt: int) -> float:
        """Seconds of ringing before the answer; the same seed, number and attempt always give the same."""
        bounds = self.answer.after_s if self.answer else (0.0,)
        return random.Random(f"{seed}|{number}|{attempt}").uniform(bounds[0], bounds[-1])  # noqa: S311 (repeatable, not secret)


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    about: str
    attempts: tuple[Behaviour, ...]
    enrollment: EnrollmentEnd
    numbers: tuple[str, ...] = ()
    language: str = "en"
    voice: Voice = field(default_factory=Voice)

    def behaviour(self, attempt: int) -> Behaviour:
        """What happens at the nth attempt, from 1; the last entry repeats."""
        return self.attempts[min(max(attempt, 1), len(self.attempts)) - 1]

    def texts(self) -> tuple[str, ...]:
        """Everything the callee may say, without repeats."""
        return tuple(dict.fromkeys(step.say for behaviour in self.attempts for step in behaviour.steps if step.say))


NOT_FICTIONAL = Script(
    name="not-fictional",
    about="A number that may be somebody's: nobody is played in their place.",
    attempts=(
        Behaviour(
            Expectation(NetworkResult.CONFIG_ERROR, AnsweredBy.NONE, Outcome.NO_CONVERSATION, EndCause.NONE),
            refuse=Refusal(501, "Simulated carrier: fictional numbers only", after_s=0.0, rings=False),
        ),
    ),
    enrollment=EnrollmentEnd.EXHAUSTED,
)
"""501, because our side is set up wrongly: a real trunk leads to the simulated carrier."""


@dataclass(frozen=True, slots=True)
class ScriptBook:
    scripts: dict[str, Script]

    def choose(self, number: str, name: str = "") -> Script:
        """The script called `name`, else the one of `number`, else the polite default; a number that is not fictional is refused.

        `number` is "" for a caller. Raises `ScriptError` for an unknown name.
        """
        if number and not FICTIONAL_NUMBER.match(number):
            return NOT_FICTIONAL
        if name:
            if name not in self.scripts:
                raise ScriptError(f"no callee script is called {name!r}; there are {', '.join(sorted(self.scripts))}")
            return self.scripts[name]
        owner = next((script for script in self.scripts.values() if number in script.numbers), None)
        return owner or self.scripts[DEFAULT_SCRIPT]


def load_scripts(folder: Path = PACKAGED) -> ScriptBook:
    """Every `*.yaml` of `folder`. Raises `ScriptError` naming the file, the field and what is wrong with it."""
    scripts: dict[str, Script] = {}
    for path in sorted(folder.glob("*.yaml")):
        script = read_script(path.read_text(encoding="utf-8"), path.name)
        _expect(script.name not in scripts, path.name, f"another script is already called {script.name!r}")
        taken = {number for other in scripts.values() for number in other.numbers} & set(script.numbers)
        _expect(not taken, path.name, f"numbers of another script: {', '.join(sorted(taken))}")
        scripts[script.name] = script
    _expect(DEFAULT_SCRIPT in scripts, str(folder.name), f"the default script {DEFAULT_SCRIPT!r} is missing")
    return ScriptBook(scripts)


def read_script(text: str, file: str) -> Script:
    """One script from YAML `text`; `file` names it in errors. Raises `ScriptError`."""
    try:
        script = from_plain(Script, yaml.safe_load(text), file)
    except (ContractError, yaml.YAMLError) as error:
        raise ScriptError(f"{file}: {error}" if isinstance(error, yaml.YAMLError) else str(error)) from error
    _check_script(script, file)
    return script


def _check_script(script: Script, file: str) -> None:
    _expect(bool(script.attempts), f"{file}.attempts", "at least one behaviour is needed")
    for number in script.numbers:
        _expect(bool(FICTIONAL_NUMBER.match(number)), f"{file}.numbers", f"{number} is not of the fictional range +1 NPA 555-01xx")
    for i, behaviour in enumerate(script.attempts):
        _check_behaviour(behaviour, f"{file}.attempts[{i}]")


def _check_behaviour(behaviour: Behaviour, where: str) -> None:
    kinds = (behaviour.answer is not None) + (behaviour.refuse is not None) + behaviour.ring_out
    _expect(kinds == 1, where, "exactly one of answer, refuse, ring_out is needed")
    _expect(bool(behaviour.answer) or not behaviour.steps, f"{where}.steps", "only an answered call has steps")
    answered = behaviour.expect.network_result is NetworkResult.ANSWERED
    _expect(answered == bool(behaviour.answer), f"{where}.expect", "network_result must be answered exactly when the call is")
    _expect(behaviour.max_s > 0, f"{where}.max_s", "must be above 0")
    if behaviour.answer:
        bounds = behaviour.answer.after_s
        _expect(0 < len(bounds) <= 2 and 0 <= bounds[0] <= bounds[-1], f"{where}.answer.after_s", "expected [seconds] or [least, most]")
    if behaviour.refuse:
        _expect(400 <= behaviour.refuse.code <= 699, f"{where}.refuse.code", "expected a SIP code from 400 to 699")
    for i, step in enumerate(behaviour.steps):
        _check_step(step, f"{where}.steps[{i}]")


def _check_step(step: Step, where: str) -> None:
    _expect(step.actions == 1, where, "exactly one of say, beep, press, wait_s, hang_up is needed")
    _expect(set(step.press) <= set("0123456789*#ABCD"), f"{where}.press", "only 0-9 * # A-D can be pressed")
    _expect(min(step.wait_s, step.delay_s, step.patience_s) >= 0, where, "times must not be negative")


def _expect(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise ScriptError(f"{where}: {what}")
