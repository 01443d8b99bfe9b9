"""What schemathesis has to know about this API, loaded into its process: how numbers and zones are written, and what no schema says."""

import json
from typing import Any
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies
from phonenumbers import SUPPORTED_REGIONS
from schemathesis.core.failures import AcceptedNegativeData, ServerError
from schemathesis.openapi.checks import RejectedPositiveData, UndefinedStatusCode

from tests.fuzz.beyond_schema import is_beyond_schema

NUMBERS = ("+12025550123", "+12125550187", "+14155552671", "+442079460000", "+493012345678", "+5511987654321", "+97144000000")
OTHER_BODY = "idempotency_mismatch"
"""A made-up Idempotency-Key that came before, with another body: a matter of what was sent earlier, not of this request."""

MISSING = {
    ("/health/ready", 503),
    ("/api/v1/carriers/twilio", 503),
    ("/api/v1/assistants/{assistant_id}/try", 503),
    ("/api/v1/assistants/{assistant_id}/probe", 503),
}
"""LiveKit, agent workers and Twilio are not there."""

TOO_LONG = (413, 414, 431)
"""Refusals that schemathesis does not count among them, by the HTTP server itself: the body, the address, the headers."""

schemathesis.openapi.format("phone", strategies.sampled_from(NUMBERS))
schemathesis.openapi.format("time-zone", strategies.sampled_from(sorted(available_timezones())))
schemathesis.openapi.format("country", strategies.sampled_from(sorted(SUPPORTED_REGIONS)))
schemathesis.openapi.format("text-encoding", strategies.sampled_from(("utf-8", "utf-16", "windows-1251", "latin1", "shift_jis", "gb18030")))
schemathesis.serializer.alias("application/pdf", "application/octet-stream")


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep all failures but these: a request that fits the description and breaks a rule beyond it; one that no server reads to its
    end; and what says 503 because it is missing here."""
    if isinstance(failure, AcceptedNegativeData | UndefinedStatusCode) and response.status_code in TOO_LONG:
        return False
    if isinstance(failure, ServerError):
        return (case.path, response.status_code) not in MISSING
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = json.loads(response.content)
    if response.status_code == 422:
        return problem["code"] != OTHER_BODY
    return response.status_code != 400 or not is_beyond_schema(case.path, problem)
