"""Holds what our client sends and what the emulator answers against Twilio's own OpenAPI descriptions.

They are not part of this repository: `CALLWRIGHT_TWILIO_DESCRIPTIONS` names their folder, else they are looked for beside it,
in shared/data/twilio. Two repairs of them are mechanical: `nullable` becomes a type, and formats are not judged (they state `uri` for
values that are relative). Form fields arrive as text and are read as their schema's type.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_FILES = {
    "api.twilio.com": "twilio_api_v2010.json",
    "trunking.twilio.com": "twilio_trunking_v1.json",
    "lookups.twilio.com": "twilio_lookups_v2.json",
}
_FOLDER = Path(os.environ.get("CALLWRIGHT_TWILIO_DESCRIPTIONS") or Path(__file__).parents[2].parent / "shared" / "data" / "twilio")


class Descriptions:
    """All hosts'. Without the files nothing is judged, and `are_here` says so."""

    def __init__(self) -> None:
        self.are_here = all((_FOLDER / name).is_file() for name in _FILES.values())
        self._by_host = {host: json.loads((_FOLDER / name).read_text()) for host, name in _FILES.items()} if self.are_here else {}
        self._ways = {host: [(_pattern(path), path) for path in each["paths"]] for host, each in self._by_host.items()}

    def faults(
        self, host: str, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str], status: int, body: Any
    ) -> list[str]:
        """What is not as described, of one exchange; refusals (4xx) are judged by their request only where it is what they refuse."""
        if not self.are_here:
            return []
        known = next((written for pattern, written in self._ways[host] if pattern.fullmatch(path)), None)
        operation = self._by_host[host]["paths"].get(known, {}).get(method.lower())
        if operation is None:
            return [f"{method} {host}{path} is not described"]
        where = f"{method} {known}: "
        faults = self._of_query(operation, query) + self._of_form(host, operation, form)
        if status < 400:
            faults += self._of_answer(host, operation, status, body)
        return [where + fault for fault in faults]

    def _of_query(self, operation: Any, query: Mapping[str, str]) -> list[str]:
        named = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
        return [f"query has {name}" for name in query if name not in named]

    def _of_form(self, host: str, operation: Any, form: Mapping[str, str]) -> list[str]:
        content = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded")
        if content is None:
            return [f"form has {name}" for name in form]
        schema = content["schema"] | {"additionalProperties": False}
        typed = {name: _typed(text, schema.get("properties", {}).get(name, {})) for name, text in form.items()}
        return self._of_value(host, schema, typed, "form")

    def _of_answer(self, host: str, operation: Any, status: int, body: Any) -> list[str]:
        answer = operation["responses"].get(str(status))
        if answer is None:
            return [f"answer {status} is not described"]
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        return self._of_value(host, schema, body, "answer") if schema is not None else []

    def _of_value(self, host: str, schema: Any, value: Any, what: str) -> list[str]:
        whole = _standard({**schema, "components": {"schemas": self._by_host[host]["components"]["schemas"]}})
        return [f"{what} {error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def _typed(text: str, schema: Any) -> Any:
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if schema.get("type") == "integer" and text.lstrip("-").isdigit():
        return int(text)
    return text


def _standard(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [_standard(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _standard(value) for name, value in schema.items() if name not in ("nullable", "format", "example", "examples")}
    if schema.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain
