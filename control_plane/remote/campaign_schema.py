"""The JSON Schema of `campaign.yaml`, put together from the API's own description, so that an editor completes what the API takes."""

from typing import Any

_REFERENCES = ("assistant_id", "contact_list_ids", "number_ids")
_PREFIX = "#/components/schemas/"
_NUMBER = {"type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$", "examples": ["+12025550123"]}
_CONTACTS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["list"],
    "description": "Who is called: a list by its name, which is made where there is none, and the file that says who stands on it.",
    "properties": {
        "list": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The contact list's name."},
        "file": {"type": "string", "minLength": 1, "description": "A CSV file of up to 10 MB, beside this one; without it the list stays."},
        "country": {"type": "string", "pattern": "^[A-Za-z]{2}$", "description": "Of numbers without a country code, such as US."},
        "encoding": {"type": "string", "maxLength": 40, "description": "Where it is not recognised, such as windows-1251."},
        "mapping": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What a column is: {Kunde: name, Telefon: phone, Tarif: attributes.plan}.",
        },
        "keep_others": {
            "type": "boolean",
            "default": False,
            "description": "Leave on the list who is not in the file. Otherwise they are taken off it, and no call to them is started.",
        },
    },
}


def campaign_schema(described: dict[str, Any]) -> dict[str, Any]:
    """`described`: what `/openapi.json` answers."""
    components = described["components"]["schemas"]
    used: dict[str, Any] = {}
    campaign = _local(components["CampaignIn"], components, used)
    campaign["properties"] = {name: one for name, one in campaign["properties"].items() if name not in _REFERENCES}
    # As YAML people write it; what is sent is the text.
    campaign["properties"]["budget"]["anyOf"].append({"type": "number", "minimum": 0})
    campaign["properties"]["numbers"] = {
        "type": "array",
        "items": _NUMBER,
        "minItems": 1,
        "maxItems": 100,
        "description": "Numbers of the workspace to call from.",
    }
    campaign["required"] = ["name", "numbers"]
    assistant = _local(components["AssistantIn"], components, used)
    named = {"type": "string", "minLength": 1, "description": "One that is there, by its name; it is left as it is."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A campaign of Callwright as a file, for `callwright plan` and `callwright apply`",
        "type": "object",
        "additionalProperties": False,
        "required": ["assistant", "contacts", "campaign"],
        "properties": {
            "assistant": {"anyOf": [named, assistant], "description": "Who calls: a name, or what the assistant is to be."},
            "contacts": _CONTACTS,
            "campaign": campaign,
            "start": {"type": "boolean", "default": False, "description": "Whether `apply` starts it; never again once it has run."},
        },
        "$defs": dict(sorted(used.items())),
    }


def _local(schema: Any, components: dict[str, Any], used: dict[str, Any]) -> Any:
    """A copy whose references lead into `$defs`, into which what they name is put."""
    if isinstance(schema, list):
        return [_local(one, components, used) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_PREFIX)
        if name not in used:
            used[name] = {}
            used[name] = _local(components[name], components, used)
        return {"$ref": f"#/$defs/{name}"}
    return {name: _local(one, components, used) for name, one in schema.items()}
