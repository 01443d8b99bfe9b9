"""Examples in `/openapi.json`: every JSON body and answer has one, put together from its schema where its feature gives none.

The schema's own examples, values and defaults come first; then what a field of that name usually holds; then the least that its type takes.
"""

from typing import Any

from control_plane.kit.api_schemas import Description

CSV = "name,phone\nAda Lovelace,+12025550123\n"
_ID = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"
_BY_FORMAT = {"uuid": _ID, "date-time": "2026-11-23T15:00:00Z", "date": "2026-11-23", "decimal": "0.0420"}
_BY_FIELD: dict[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.…",
    "action": "campaign.updated",
    "actor": "key:01a1fd7b-e956-71dd-b74a-bb272d0d4ed4",
    "address": "acme.pstn.twilio.com",
    "agenda": "The check-up on Friday at ten.",
    "answered_by": "human",
    "basis": "oral",
    "callback_at": "2026-11-24T10:00:00Z",
    "capabilities": "voice",
    "carrier": "real",
    "code": "outside_window",
    "contact_name": "Ada Lovelace",
    "contact_number": "+12025550123",
    "country": "US",
    "currency": "USD",
    "default_country": "US",
    "e164": "+12025550123",
    "email": "ada@example.com",
    "encoding": "utf-8",
    "end_cause": "callee_hangup",
    "event_type": "call.ended",
    "events": "call.ended",
    "execution_status": "running",
    "from_number": "+12025550199",
    "health": "active",
    "kind": "mobile",
    "label": "Main line",
    "language": "en",
    "llm": "gpt-4.1-mini",
    "media_encryption": "disable",
    "month": "2026-11",
    "mood": "neutral",
    "name": "Spring check-up",
    "network_result": "answered",
    "next_cursor": "AaH9e-lWcd23SrsnLQ1O1A",
    "numbers": "+12025550123",
    "outcome": "success",
    "outcome_label": "interested",
    "prefix": "+1809",
    "provider": "generic",
    "purpose": "care",
    "quote": "Yes, Friday suits me.",
    "reason": "Asked for it.",
    "recording_url": "/api/v1/calls/01a1fd7b-e956-71dd-b74a-bb272d0d4ed4/recording",
    "role": "manager",
    "scope": "workspace",
    "secret": "whsec_…",
    "sip_status": "OK",
    "sip_status_code": 200,
    "source": "api",
    "speaker": "callee",
    "state": "ended",
    "status": "completed",
    "stt": "gpt-4o-mini-transcribe",
    "subject_kind": "campaign",
    "summary": "Confirmed the check-up on Friday.",
    "sync_state": "synced",
    "text": "Yes, Friday suits me.",
    "time_zone": "America/New_York",
    "time_zones": "America/New_York",
    "to": "+12025550123",
    "token_type": "bearer",
    "transport": "tls",
    "tts": "gpt-4o-mini-tts",
    "url": "https://example.com/callwright",
    "user_id": "u-1815",
    "variables": {"first_name": "Ada"},
}
_TYPES = {"string": str, "integer": int, "object": dict}
_DEEPEST = 8


def add_samples(operation_places: list[tuple[Description, bool]], components: Description) -> None:
    """Give each media type object an example unless it has one. A body's example says what must be said, an answer's everything."""
    for place, is_body in operation_places:
        if "example" not in place and "examples" not in place:
            place["example"] = sample(place["schema"], components, whole=not is_body)


def sample(schema: Description, components: Description, *, whole: bool = True, field: str = "", depth: int = 0) -> Any:
    """A value that fits the schema. `whole`: with what may be left out."""
    schema = _resolved(schema, components)
    usual = _usual(schema, field)
    if usual is not None:
        return usual
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, components, whole, depth)
    if kind == "array":
        item = schema.get("items")
        wanted = schema.get("minItems", 1 if whole else 0)
        return [sample(item, components, whole=whole, field=field, depth=depth + 1)] if item and wanted and depth < _DEEPEST else []
    return _scalar(schema)


def _resolved(schema: Description, components: Description) -> Description:
    """The schema itself behind references, and behind null where something else may stand too."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = components[schema["$ref"].rpartition("/")[2]]
        else:
            around = {name: value for name, value in schema.items() if name in ("examples", "const")}
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null") | around
    return schema


def _usual(schema: Description, field: str) -> Any:
    """What such a field usually holds; None when nothing is known of it."""
    if examples := schema.get("examples"):
        return examples[0]
    choices, known = schema.get("enum", ()), _BY_FIELD.get(field)
    if known in choices or (not choices and "format" not in schema and type(known) is _TYPES.get(schema.get("type", ""))):
        return known
    return next((found for found in (schema.get("const"), *choices, schema.get("default")) if found not in (None, "", [], {})), None)


def _object(schema: Description, components: Description, whole: bool, depth: int) -> dict[str, Any]:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    wanted = [name for name, one in properties.items() if whole or name in required or "examples" in _resolved(one, components)]
    if depth >= _DEEPEST:
        wanted = required
    elif not depth:
        # A change that changes nothing would show nothing.
        wanted = wanted or list(properties)[:1]
    return {name: sample(properties[name], components, whole=whole, field=name, depth=depth + 1) for name in wanted}


def _scalar(schema: Description) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return _BY_FORMAT.get(schema.get("format", ""), "x" * schema.get("minLength", 0)) if kind == "string" else None
