"""Logs hold nothing that belongs to a person."""

import json
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from control_plane.kit.logs import MASK, mask


def masked(**event: object) -> dict:
    return dict(mask(None, "info", dict(event)))


def test_private_keys_are_masked_however_deep_and_others_are_not() -> None:
    event = masked(event="call_ended", call_id="c1", to="+12025550123", data={"Name": "Ada", "turns": [{"text": "Hi"}]}, count=3)
    assert event == {
        "event": "call_ended",
        "call_id": "c1",
        "to": MASK,
        "data": {"Name": MASK, "turns": [{"text": MASK}]},
        "count": 3,
    }


@given(st.integers(10**7, 10**14), st.sampled_from(["event", "error", "detail", "reason"]))
def test_a_number_is_masked_under_any_key_and_within_any_text(digits: int, key: str) -> None:
    number = f"+{digits}"
    assert number not in json.dumps(masked(**{key: f"could not dial {number}, sorry", "more": [(number,), {"deep": number}]}))


def test_identifiers_times_and_empty_values_stay_as_they_are() -> None:
    event = {"event": "x", "id": "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4", "at": "2026-11-21T09:41:58+00:00", "name": "", "to": None}
    assert masked(**event) == event


def test_a_process_logs_json_lines_without_secrets_from_our_loggers_and_from_others() -> None:
    code = (
        "import logging, structlog; from control_plane.kit.logs import configure; configure('info')\n"
        "structlog.get_logger('a').info('call_placed', to='+12025550123', call_id='c1')\n"
        "logging.getLogger('b').warning('odd: %s', '+12025550123')\n"
        "try: raise ValueError('bad number +12025550123')\n"
        "except ValueError: structlog.get_logger('a').exception('failed')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("call_placed", "info"), (f"odd: {MASK}", "warning"), ("failed", "error")]
    assert lines[0]["call_id"] == "c1"
    assert "ValueError" in lines[2]["exception"]
    assert "+12025550123" not in done.stderr
