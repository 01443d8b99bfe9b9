"""Rules that JSON Schema cannot say: a request that fits the description and breaks one of these is rightly answered with 400.

Schemathesis takes every 400 to such a request for a mistake. Here stands, by field, why it is none; the answer must name such a field and
no other. A new rule is written into the schema where that is possible, and here where it is not.
"""

import re
from typing import Any

WHY = {
    r"(phones\[\d+\]\.)?e164|to|transfer\.destinations\[\d+\]\.e164": "dialable by the numbering plan; twice in one contact",
    r"allowed_countries|default_country": "a country that has a numbering plan",
    r"amount|monthly\.cost|destination_breaker\.cost_per_hour|budget": "above zero",
    r"attempts(\..*)?|window(\..*)?|stricter.*|waivers.*": "rules about several of their own values",
    r"breaker\.least_dials": "at most breaker.dials",
    r"callback_at|expires_at|granted_at|list_date|schedule_at": "before or after now",
    r"destinations|prices": "a price for everywhere else where the currency changes",
    r"file": "a CSV whose first line names what the import needs",
    r"campaign_id": "present exactly for the scope campaign",
    r"contact_id": "one of three fields",
    r"ends_at|to": "after the begin",
    r"from|month|since|until": "a year of our time",
    r"mapping": "JSON within a text, about the columns of the file",
    r"outcome": "a label of the call's assistant",
    r"time_zone|phones\[\d+\]\.time_zones.*|time_zones.*": "a name in the time zone database",
    r"cron|run_at|interval|starts_on|ends_on|max_runs|exceptions|holidays": "a recurrence that can be read and has runs to come",
    r"starts_at|reminders?|reminder_offsets_s": "a time to come, and enough of it before",
    r"ranges|safety_contacts|phone(_number)?|attributes|encoding": "counted or compared with each other or with what is there",
    r"url|base_url": "a public address",
    r"variables": "what the assistant's prompts need",
    r"address|auth_password|auth_username|calls_per_second|provider": "what each provider needs",
    r"tools|outcome_labels|voicemail(\.message)?|extraction_schema|first_message": "fields that go together",
}
_OF_SHAPES = ("must be ", "is missing", "is not a field")
_KNOWN = re.compile("|".join(f"(?:{field})" for field in WHY))


def is_beyond_schema(problem: dict[str, Any]) -> bool:
    """Whether a 400 says only what the description cannot. Where a shape was refused, the description lied."""
    errors = problem.get("errors", ())
    return bool(errors) and all(_KNOWN.fullmatch(error["field"]) and not error["message"].startswith(_OF_SHAPES) for error in errors)
