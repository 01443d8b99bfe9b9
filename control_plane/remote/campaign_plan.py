"""What has to be done so that a workspace is as `campaign.yaml` says, found out without doing any of it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from control_plane.remote.campaign_file import CampaignFile
from control_plane.remote.client import Remote, RemoteError

WHOLE = ("window", "attempts", "extraction_schema")
"""Kept as they are given, so that a key that is missing is a difference; elsewhere the API completes what is left out."""
UNDER_WAY = ("running", "paused", "error")
_COUNTS = ("added", "changed", "removed", "kept", "rejected")


@dataclass(frozen=True, slots=True)
class Change:
    """One field, from what it is to what the file says; `before` is None for what would be made."""

    field: str
    before: Any
    after: Any


@dataclass(slots=True)
class Plan:
    """Everything that `apply` does, in its order. What is None is not there yet."""

    file: CampaignFile
    numbers: list[str]
    """Their ids."""
    assistant: dict[str, Any] | None = None
    assistant_changes: list[Change] = field(default_factory=list)
    publishes: bool = False
    contact_list: dict[str, Any] | None = None
    people: dict[str, Any] | None = None
    """The comparison of the file with the list; None without a file."""
    campaign: dict[str, Any] | None = None
    campaign_changes: list[Change] = field(default_factory=list)
    starts: bool = False
    preview: dict[str, Any] = field(default_factory=dict)
    stayed: list[str] = field(default_factory=list)
    """After `apply`: contacts that left the file and are on the list all the same, because a call to them was under way."""

    @property
    def is_import_needed(self) -> bool:
        return self.people is not None and any(self.people[name] for name in ("added", "changed", "consents"))

    @property
    def leavers(self) -> list[dict[str, Any]]:
        return [] if self.people is None or self.file.contacts.get("keep_others") else self.people["leavers"]

    @property
    def is_empty(self) -> bool:
        made = self.assistant is None or self.contact_list is None or self.campaign is None
        changed = self.assistant_changes or self.campaign_changes or self.publishes or self.starts
        return not (made or changed or self.is_import_needed or self.leavers)

    def as_json(self) -> dict[str, Any]:
        """For programs; names no people."""
        counts = {name: self.people[name] for name in (*_COUNTS, "consents")} if self.people else None
        if counts is not None and self.file.contacts.get("keep_others"):
            counts["removed"] = 0
        return {
            "has_changes": not self.is_empty,
            "assistant": _told(self.assistant, self.assistant_changes) | {"publishes": self.publishes},
            "contact_list": {"id": self.contact_list["id"] if self.contact_list else None, "contacts": counts},
            "campaign": _told(self.campaign, self.campaign_changes) | {"starts": self.starts},
            "preview": self.preview,
        }


def make_plan(remote: Remote, file: CampaignFile) -> Plan:
    """Asks the API and changes nothing. Raises `RemoteError` for what could not be done."""
    plan = Plan(file, _number_ids(remote, file.numbers))
    _assistant(remote, file, plan)
    plan.contact_list = remote.found("/contact-lists", "contact list", file.contacts["list"])
    if file.people is not None:
        plan.people = compared(remote, file, plan.contact_list)
    plan.campaign = remote.found("/campaigns", "campaign", file.campaign["name"])
    if plan.campaign is not None and plan.campaign["execution_status"] == "archived":
        raise RemoteError(
            f"The campaign {file.campaign['name']!r} is {plan.campaign['execution_status']}; give the file's campaign a new name."
        )
    plan.campaign_changes = _differences(plan.campaign, wanted_campaign(plan))
    plan.starts = file.is_started and (plan.campaign is None or plan.campaign["execution_status"] == "idle")
    plan.preview = _preview(remote, plan)
    return plan


def wanted_campaign(plan: Plan) -> dict[str, Any]:
    """As the API takes it; ids of what is not there yet are left out."""
    wanted = dict(plan.file.campaign) | {"number_ids": plan.numbers}
    if plan.assistant is not None:
        wanted["assistant_id"] = plan.assistant["id"]
    if plan.contact_list is not None:
        wanted["contact_list_ids"] = [plan.contact_list["id"]]
    return wanted


def compared(remote: Remote, file: CampaignFile, contact_list: dict[str, Any] | None) -> dict[str, Any]:
    assert file.people is not None
    query = import_options(file) | ({"contact_list_id": contact_list["id"]} if contact_list else {})
    return remote.upload("/contact-lists/imports/compare", file.people, query)


def import_options(file: CampaignFile) -> dict[str, str]:
    given = {"default_country": file.contacts.get("country"), "encoding": file.contacts.get("encoding")}
    mapping = file.contacts.get("mapping")
    return {name: value for name, value in given.items() if value} | ({"mapping": json.dumps(mapping)} if mapping else {})


def merged(before: dict[str, Any] | None, changes: list[Change]) -> dict[str, Any]:
    """What to send for the changes: objects that the API replaces as a whole keep what the file does not say of them."""
    sent = {}
    for change in changes:
        old = before.get(change.field) if before else None
        if isinstance(old, dict) and isinstance(change.after, dict) and change.field not in WHOLE:
            sent[change.field] = old | change.after
        else:
            sent[change.field] = change.after
    return sent


def _assistant(remote: Remote, file: CampaignFile, plan: Plan) -> None:
    if isinstance(file.assistant, str):
        plan.assistant = remote.named("/assistants", "assistant", file.assistant)
        return
    plan.assistant = remote.found("/assistants", "assistant", file.assistant["name"])
    plan.assistant_changes = _differences(plan.assistant, file.assistant)
    plan.publishes = plan.assistant is None or bool(plan.assistant_changes) or plan.assistant["has_unpublished_changes"]


def _number_ids(remote: Remote, wanted: list[str]) -> list[str]:
    known = {number["e164"]: number["id"] for number in remote.items("/numbers")}
    unknown = [e164 for e164 in wanted if e164 not in known]
    if unknown:
        raise RemoteError(f"The workspace has no number {unknown[0]} to call from; POST /numbers adds one.")
    return [known[e164] for e164 in wanted]


def _differences(before: dict[str, Any] | None, wanted: dict[str, Any]) -> list[Change]:
    """What the file does not say stays as it is."""
    if before is None:
        return [Change(name, None, value) for name, value in wanted.items()]
    found = ((name, before.get(name), value) for name, value in wanted.items())
    return [Change(name, old, new) for name, old, new in found if not _same(old, new, whole=name in WHOLE, is_set=name.endswith("_ids"))]


def _same(old: Any, new: Any, *, whole: bool = False, is_set: bool = False) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return old == new if whole else all(key in old and _same(old[key], value) for key, value in new.items())
    if isinstance(old, list) and isinstance(new, list):
        if is_set:
            return sorted(old) == sorted(new)
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, str) and isinstance(new, str) and old != new:
        return _same_value(old, new)
    return old == new


def _same_value(old: str, new: str) -> bool:
    """250 is 250.00, and an instant is the same in every zone."""
    for reads in (Decimal, _instant):
        try:
            return reads(old) == reads(new)
        except (InvalidOperation, ValueError, TypeError):
            continue
    return False


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _preview(remote: Remote, plan: Plan) -> dict[str, Any]:
    stored = {} if plan.campaign is None else {n: v for n, v in plan.campaign.items() if n in PLANNED}
    asked: dict[str, Any] = {"campaign": stored | wanted_campaign(plan)}
    if plan.campaign is not None:
        asked["campaign_id"] = plan.campaign["id"]
    if isinstance(plan.file.assistant, dict):
        asked["assistant"] = plan.file.assistant
    if plan.people is not None:
        asked["contacts"] = [*plan.people["changes"], *plan.people["newcomers"]][:MOST_PREVIEWED]
        asked["without"] = [leaver["contact_id"] for leaver in plan.leavers]
    return remote.post("/campaigns/preview", asked)


MOST_PREVIEWED = 10_000
PLANNED = (
    *("name", "purpose", "assistant_id", "contact_list_ids", "number_ids", "prompt", "window", "attempts", "daily_cap", "budget"),
    *("max_concurrent_calls", "calls_per_minute", "ring_timeout_s", "starts_at", "ends_at", "weight", "breaker"),
)
"""What a campaign is made of, among what the API tells of it."""


def _told(before: dict[str, Any] | None, changes: list[Change]) -> dict[str, Any]:
    said = [{"field": change.field, "before": change.before, "after": change.after} for change in changes]
    return {"id": before["id"] if before else None, "changes": said}
