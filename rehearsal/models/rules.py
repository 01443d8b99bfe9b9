"""The stand-in language model's mind: a table of rules (`rules.yaml`), walked deterministically. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sip_config.codec import from_plain

PACKAGED = Path(__file__).parent / "rules.yaml"
_FAILURE = re.compile(r"\b(error|failed|failure|could not|cannot|exception|refused)\b", re.IGNORECASE)
_AGENDA = re.compile(r"^[#*\s]*agenda\b[^\n]*?(?::|\n)(.*?)(?:\n\s*\n|\n#|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"[^.!?\n]*\?")
_TOLD = re.compile(r"(?:whether it is right|tell the person|ask the person): (.*)", re.IGNORECASE)
_LANGUAGE_HINT = re.compile(r"\b(?:language|idioma|sprache|speak|speaks|habla|sprich)\b[\s:*=]*(?:only\s+)?(?=(\w+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    say: dict[str, str] = field(default_factory=dict)
    call: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    after: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str = ""
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unless: dict[str, tuple[str, ...]] = field(default_factory=dict)
    once: str = ""
    before: str = ""
    steps: tuple[Step, ...] = ()

    def fits(self, said: str, language: str) -> bool:
        """Whether the plain text `said` asks for this rule in `language`."""
        return _found(self.when.get(language, ()), said) and not _found(self.unless.get(language, ()), said)


@dataclass(frozen=True, slots=True)
class Language:
    names: tuple[str, ...]
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleBook:
    agent_turns: int
    default_language: str
    languages: dict[str, Language]
    questions: dict[str, str]
    rules: tuple[Rule, ...]
    fallback: Rule
    opening: Rule
    wrap_up: Rule


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the rules look at. `results` are tool results since the callee last spoke; `called`
    the tools that had been called, and `agent_turns` the answers that had been given, when it spoke."""

    said: str | None
    system: str = ""
    earlier: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    called: frozenset[str] = frozenset()
    agent_turns: int = 0
    free: str = ""
    """The first time that a tool has named last."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Text to speak ("" for none) and at most one tool call; `rule` names where it came from."""

    rule: str
    text: str = ""
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


def load_rules(path: Path = PACKAGED) -> RuleBook:
    """The rule book in `path`. Raises `sip_config.codec.ContractError` naming the wrong field."""
    return from_plain(RuleBook, yaml.safe_load(path.read_text(encoding="utf-8")), path.name)


def answer(book: RuleBook, conversation: Conversation, tools: Mapping[str, Mapping[str, Any]]) -> Reply:
    """What the model says next. `tools` maps the offered tools to their JSON schemas; no other tool is ever called."""
    rule, language = _choose(book, conversation)
    step = _next_step(rule, conversation.results, tools)
    if step is None:
        return Reply(rule.name)
    told = _TOLD.search(conversation.results[-1]) if conversation.results else None
    values = {
        "question": _question(book, conversation.system, language),
        "said": conversation.said or "",
        "result": told[1] if told else "",
        "free": conversation.free,
    }
    text = _filled(step.say.get(language) or step.say.get(book.default_language, ""), values)
    if not step.call or not _is_possible(step, tools):
        return Reply(rule.name, text)
    return Reply(rule.name, text, step.call, _arguments(step.arguments, tools[step.call], values))


def plain(text: str) -> str:
    """Lower case, without accents, apostrophes straightened: what the patterns of the table are written in."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'").replace("ß", "ss"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip(" \t\n¿¡\"'")


def _choose(book: RuleBook, conversation: Conversation) -> tuple[Rule, str]:
    said = plain(conversation.said or "")
    spoken = _language_of(book, said)
    usual = _usual_language(book, conversation)
    if conversation.agent_turns >= book.agent_turns:
        return book.wrap_up, spoken or usual
    if not said:
        return book.opening, usual
    order = dict.fromkeys([spoken or usual, usual, *book.languages])
    for rule in book.rules:
        if (rule.once and rule.once not in conversation.called) or (rule.before and rule.before in conversation.called):
            continue
        fitting = next((language for language in order if rule.fits(said, language)), None)
        if fitting:
            return rule, fitting
    return book.fallback, spoken or usual


def _usual_language(book: RuleBook, conversation: Conversation) -> str:
    hints = [plain(name) for name in _LANGUAGE_HINT.findall(conversation.system)]
    hinted = next((code for hint in hints for code, language in book.languages.items() if hint in language.names), "")
    return hinted or _language_of(book, plain(" ".join(conversation.earlier))) or book.default_language


def _language_of(book: RuleBook, said: str) -> str:
    """The language with most marker words in the plain text; "" when none leads."""
    words = re.findall(r"[\w']+", said)
    scores = sorted(((sum(w in language.markers for w in words), code) for code, language in book.languages.items()), reverse=True)
    return scores[0][1] if scores[0][0] > scores[1][0] else ""


def _next_step(rule: Rule, results: Sequence[str], tools: Mapping[str, Any]) -> Step | None:
    """The step to take now: those whose tool result is already there are behind us."""
    remaining, last = list(results), ""
    for step in rule.steps:
        if step.after and step.after != last:
            continue
        if step.call and not _is_possible(step, tools):
            last = "failure"
            if step.say:
                return step
        elif step.call and remaining:
            last = "failure" if _FAILURE.search(remaining.pop(0)) else "success"
        else:
            return step
    return None


def _is_possible(step: Step, tools: Mapping[str, Any]) -> bool:
    """Whether the step's tool is offered and takes one of the values that the step has for each argument."""
    if step.call not in tools:
        return False
    schemas = tools[step.call].get("properties") or {}
    return all(_permitted(value, schemas.get(name)) for name, value in step.arguments.items() if isinstance(value, list))


def _question(book: RuleBook, system: str, language: str) -> str:
    agenda = _AGENDA.search(system)
    asked = _QUESTION.search(agenda.group(1)) if agenda else None
    return asked.group().strip(" -*\t") if asked else book.questions.get(language, book.questions[book.default_language])


def _arguments(wanted: Mapping[str, Any], schema: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    properties = schema.get("properties") or wanted
    return {name: _argument(value, properties[name], values) for name, value in wanted.items() if name in properties}


def _argument(value: Any, schema: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return _permitted(value, schema)[0]
    return _filled(value, values) if isinstance(value, str) else value


def _permitted(wanted: Sequence[str], schema: Any) -> list[str]:
    """Of `wanted`, in order, what the schema's enum allows, in its spelling; "*" stands for all of it, no enum for everything."""
    allowed = schema.get("enum") if isinstance(schema, Mapping) else None
    if not allowed:
        return [value for value in wanted if value != "*"]
    spellings = {re.sub(r"\W+", "_", plain(label)): label for label in allowed}
    return [spellings[w] for w in wanted if w in spellings] or (list(allowed) if "*" in wanted else [])


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m.group(1), m.group()), text)


def _found(patterns: Sequence[str], said: str) -> bool:
    return any(re.search(pattern, said) for pattern in patterns)
