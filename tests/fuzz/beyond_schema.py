"""Rules that JSON Schema cannot say: a request that fits the description and breaks one of these is rightly answered with 400.

Schemathesis takes every 400 to such a request for a mistake. Here stands which answer, about which field of which route, is none, and why
no schema can say it; any other one is a mistake of the description or of the code. A new rule is written into the schema where that is
possible, and here where it is not.
"""

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """Regular expressions that the route's path below /api/v1, the field and the whole sentence fit."""

    path: str
    field: str
    message: str

    def covers(self, path: str, error: dict[str, Any]) -> bool:
        known = (self.path, path.removeprefix("/api/v1")), (self.field, error["field"]), (self.message, error["message"])
        return all(re.fullmatch(expression, said, re.DOTALL) for expression, said in known)


OF_VALUES = "(?!must be |is missing|is not a field).+"
"""Anything but a refused shape, which the description has to say."""
NUMBERING_PLAN = (
    # Which numbers a country has is a table of some thousand patterns; which of them ring in a rehearsal is a range within.
    Rule(r"/.+", r"to|e164|(phones\[\d+\]\.)?e164|phone(_number)?", r".+ is not a phone number that can be dialled.*"),
    Rule("/assistants.*", r"transfer\.destinations\[\d+\]\.e164|to", r"This is not a phone number in the form \+14155552671\."),
    Rule("/numbers.*", "e164", r"(A rehearsal trunk takes only fictional numbers|This number is fictional).+"),
)
TIMES = (
    # What lies before and after now, or before and after each other.
    Rule("/api-keys", "expires_at", "The key would have expired already; give a time to come."),
    Rule("/calls", "schedule_at", r"A call can be scheduled at most 366 days ahead\."),
    Rule(r"/calls/\{call_id\}/outcome", "callback_at", "Only a callback has a time, and it lies in the next 366 days."),
    Rule(r"/consents|/contact-lists/\{list_id\}/consents", "granted_at", "A consent cannot be given in the future;.+"),
    Rule("/suppressions/imports", "list_date", r"The list cannot have been obtained in the future\."),
    Rule("/analyses", "until", r"The end must come after the beginning\."),
    Rule("/campaigns.*", "ends_at", r"The campaign must end after it starts\."),
    Rule("/analytics/.+|/campaigns/.+/stats", "to", r"The end lies before the begin\."),
    Rule("/analytics/.+|/campaigns/.+/stats", "from|to", r"The year lies between \d+ and \d+\."),
    Rule("/schedules.*", "ends_on", r"The end lies before the start\."),
    Rule("/schedules.*", "cron|run_at", r"(By this plan there is no run to come|The time lies in the past)\."),
    Rule("/operators.*", r"weekly\[\d+\]\.end", r"Hours end after they begin; .+"),
    Rule("/calendars.*", r"weekly\[\d+\]\.end", r"Hours end after they begin; .+"),
    Rule(r"/calendars/\{calendar_id\}/availability", "to", r"`to` lies from 0 to 30 days after `from`\."),
    Rule(r"/calendars/\{calendar_id\}/availability", "from", r"This day is too far away\."),
    Rule("/checkups.*", "time_of_day|cron|run_at", r"By this plan there is no run to come\."),
)
TOGETHER = (
    # Fields that go with each other, or exclude each other.
    Rule("/assistants.*", "answers_only_from_knowledge", r"To answer from knowledge only, say in knowledge_ids from which\."),
    Rule("/number-lookups/settings", "prices|monthly_limit", r"Look-ups cost money; say what .+\."),
    Rule("/legal-holds", "contact_id", "A hold names exactly one of contact_id, e164 and call_id."),
    Rule("/suppressions", "campaign_id", r"A suppression names a campaign exactly when its scope is campaign\."),
    Rule("/schedules.*", "contact_id", "Say whom to call: either contact_id or phone_number."),
    Rule("/schedules.*", "cron", r"Say either cron or run_at\."),
    Rule("/schedules.*", "run_at", r"A single run has no start, end, number of runs, interval, exceptions or holidays\."),
    Rule("/schedules.*", "starts_on", r"An interval is counted from a date; say starts_on\."),
    Rule("/follow-ups", "assistant_id", r"Say which assistant calls, or that the follow-up is for an operator\."),
    Rule("/calls", "to", r"Say which number to call, or name a contact that has one\."),
    Rule("/trunks.*", "address", ".+"),
    Rule("/trunks.*", "auth_password", r"User name and password come together: give both, or neither\."),
    Rule("/trunks.*", r"breaker\.least_dials", r"Of \d+ dials there are never \d+; raise dials too\."),
    Rule(r"/assistants/\{assistant_id\}/try", "steps", r"A key is one of 0 to 9, \* and #\.|To say something, say what\."),
    Rule("/assistants.*", r"voicemail\.message", r"To leave a message on voicemail, say which\."),
    Rule("/assistants.*", "outcome_labels", r"Each outcome label may stand there once\."),
    Rule("/tools.*", "mcp_tool", r"Only a tool of the kind mcp has this\.|Say which of the server's tools this is\."),
    Rule("/tools.*", "parameters", r"The server says which arguments its tool takes; leave them out\."),
    Rule("/tools.*", "method", r"An MCP server is asked by POST\."),
    Rule(r"/secrets/\{secret_id\}", "base_url", r"Send the value too: .+"),
    Rule("/contacts.*", r"phones\[\d+\]\.e164", r"The contact has this number twice\."),
    Rule("/checkups.*", "safety_contacts", r"(Nobody is their own safety contact|Each safety contact may stand there once)\."),
    Rule("/campaigns.*", "number_ids", r"All numbers of a campaign must be real or all be for rehearsal, .+"),
    Rule(r"/contacts/\{contact_id\}/quiet-times", "ranges", r"These quiet times leave less than an hour a week; .+"),
)
KEPT = (
    # What depends on what is stored: an assistant's labels and prompts, and secrets by their name.
    Rule(r"/calls/\{call_id\}/outcome", "outcome", r"There is no outcome .+ here; there are .+"),
    Rule(r"/calls|/assistants/\{assistant_id\}/try", "variables", r"The prompts need .+; give a value in `variables`\."),
    Rule("/assistants.*", r"models\.\w+\.credential", r"There is no secret called .+"),
    Rule("/knowledge.*", r"embedding\.credential", r"There is no secret called .+"),
    Rule("/assistants.*", r"tools\[\d+\]", r"There is no tool called .+|The tool .+ is not ready\. .+"),
    Rule("/carriers/twilio", "auth_token_secret|signing_secret", r"There is no secret called .+|The secret .+ is sent nowhere else\."),
    Rule("/tools.*", "headers", r"There is no secret called .+"),
    Rule("/tools.*", "url", r"\{\w+\} is neither an argument nor a field of `sends`\."),
    Rule("/usage/prices", "destinations", r'.+ has no price for "\+", which stands for all places that it does not name\.'),
)
LANGUAGES = (
    # Small languages of their own: windows and ladders of a campaign, rules, cron, calendars, JSON Schema, JSON within a text.
    Rule("/campaigns.*|/assistants.*", r"(window|attempts)(\..+)?", OF_VALUES),
    Rule(r"/numbers/\{number_id\}/routing", r"hours(\..+)?|greeting|time_zone|fallback", OF_VALUES),
    Rule("/workspace/rules", r"(stricter|waivers).*", OF_VALUES),
    Rule(
        "/tools.*",
        "parameters",
        r"(This is not a JSON Schema: |The JSON Schema (is nested|must not be larger) ).+|.+ which a tool's JSON Schema cannot use\.",
    ),
    Rule("/schedules.*", "cron", r"The expression .+ cannot be read: .+"),
    Rule("/schedules.*", "cron", r"A cron expression has five fields: .+"),
    Rule("/schedules.*", "holidays", r"There is no calendar of public holidays .+"),
    Rule("/assistants.*", "language", r"Calls are held in .+ only: .+"),
    Rule(
        "/assistants.*", "extraction_schema", r'The extraction schema must (be a JSON Schema with "type": "object"|not be larger than .+)\.'
    ),
    Rule(
        r"/contact-lists/(\{list_id\}/)?imports(/preview|/compare)?",
        "mapping",
        "The mapping is JSON such as .+|The column .+ cannot become .+",
    ),
    Rule(
        "/(webhook-endpoints|secrets|appointment-feeds|tools|calendars).*",
        "url|base_url|busy_url",
        r"(A URL has at most|This is not a URL|The URL|The host|The endpoint) .+",
    ),
)
FILES = (
    Rule(r"/knowledge/\{knowledge_id\}/documents", "file", r"The file is (empty|not text, .+|larger than .+)\.?|The form has no file .+"),
    # What a file must be: a schema says that it is one.
    Rule("/.+/imports(/preview|/compare)?", "file", r"The file is (empty|not UTF-8; .+|not CSV: .+|larger than .+)\.?"),
    Rule("/.+/imports(/preview|/compare)?", "file", r"(The first line|The first row|The line with|Line \d+|The file|The form) .+"),
)
SETS = (
    # Sets of the world that a format names and no schema lists: `format` is `country`, `text-encoding`, `time-zone`.
    Rule("/.+", "default_country|allowed_countries", r".+ is not a country; .+|There is no country .+"),
    Rule("/.+/imports(/preview|/compare)?", "encoding", r".+ is not an encoding of text files; .+"),
    Rule("/.+", r"(phones\[\d+\]\.)?time_zones?(\[\d+\])?", r"The(re is no)? time zone .+"),
)
AMOUNTS = (
    # Numbers as text, whose value no pattern bounds.
    Rule("/usage/credits", "amount", r"Say how much is to be added\."),
    Rule("/usage/limits", r"monthly\.cost|destination_breaker\.cost_per_hour", r"The amount must be above zero; .+"),
    Rule("/usage/prices", "prices", r"The workspace's price list has a price that is negative, above 10000, or no number\."),
    Rule("/usage.*", "month", r"Write the month like 2026-11\."),
)
TEXT = (
    # A text holds no NUL: a pattern on every text of the description would say it, and hide what it says.
    Rule("/.+", ".+", r"holds the character NUL, which no text may"),
)
RULES = (*NUMBERING_PLAN, *TIMES, *TOGETHER, *KEPT, *LANGUAGES, *FILES, *SETS, *AMOUNTS, *TEXT)
NUL_ELSEWHERE = "A value cannot be kept: it holds a character that no text may hold (NUL), or a number that is too large."
"""The database's own word, for what is no JSON body."""


def is_beyond_schema(path: str, problem: dict[str, Any]) -> bool:
    """Whether a 400 of the route says only what the description cannot."""
    errors = problem.get("errors", ())
    if not errors:
        return problem["detail"] == NUL_ELSEWHERE
    return all(any(rule.covers(path, error) for rule in RULES) for error in errors)
