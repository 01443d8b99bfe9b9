"""Rules over transcripts with known contents, and what no transcript may bring about."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import to_builtins

from control_plane.analysis.findings import UNKNOWN, Finding, Said, by_quote
from control_plane.analysis.fitting import fits, properties_of
from control_plane.analysis.rules import analyze
from control_plane.analysis.scoring import DO_NOT_CALL, ORDER, STATUSES, advanced
from sip_config.contract import Outcome

CASES = yaml.safe_load(Path(__file__).with_name("transcripts.yaml").read_text(encoding="utf-8"))
SPEAKERS = {"a": "agent", "c": "callee"}


def transcript(said: list[dict[str, str]]) -> list[Said]:
    pairs = [next(iter(each.items())) for each in said]
    return [Said(seq, SPEAKERS[who], text, 4.0 * seq, 4.0 * seq + 3) for seq, (who, text) in enumerate(pairs)]


def found_in(case: dict[str, Any]) -> Any:
    return analyze(transcript(case["said"]), {"type": "object", "properties": case.get("schema", {})})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_transcript_says_what_it_is_known_to_say(case: dict[str, Any]) -> None:
    result = found_in(case)
    assert result.outcome.value == case.get("outcome", UNKNOWN)
    assert result.opt_out.value == case.get("opt_out", UNKNOWN)
    assert case.get("quote", "") in result.outcome.quote
    for name in ("sentiment", "lead_score"):
        if name in case:
            assert getattr(getattr(result, name), "value", getattr(result, name)) == case[name]
    if "topics" in case:
        assert sorted(topic.value for topic in result.topics) == sorted(case["topics"])
    assert {name: finding.value for name, finding in result.extraction.items()} == case.get("extraction", {})


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40


def test_every_value_stands_with_words_that_the_callee_said_and_their_second() -> None:
    for case in CASES:
        said, result = transcript(case["said"]), found_in(case)
        for finding in _findings(to_builtins(result)):
            if finding["value"] == UNKNOWN:
                assert (finding["confidence"], finding["quote"], finding["offset_s"]) == (0, "", None)
            else:
                source = by_quote(said, finding["quote"], callee_only=True)
                assert source is not None, case["name"]
                assert finding["offset_s"] == source.started_at_s
                assert 0 < finding["confidence"] <= 1


def _findings(plain: Any) -> list[dict[str, Any]]:
    if isinstance(plain, dict):
        if {"value", "confidence", "quote"} <= set(plain):
            return [plain]
        return [each for value in plain.values() for each in _findings(value)]
    return [each for value in plain for each in _findings(value)] if isinstance(plain, list) else []


def test_calls_move_a_lead_on_and_never_back_and_an_opt_out_ends_it() -> None:
    outcomes = [Finding(outcome.value, 0.9, "words", 1.0) for outcome in Outcome] + [Finding()]
    for status in ORDER:
        for outcome in outcomes:
            after = advanced(status, Finding(), outcome, was_spoken_to=True)
            assert after in STATUSES
            assert after not in ORDER or ORDER.index(after) >= ORDER.index(status)
    for status in STATUSES:
        assert advanced(status, Finding(True, 0.9, "stop", 1.0), Finding("success", 0.9, "yes", 2.0), was_spoken_to=True) == DO_NOT_CALL
    assert advanced("new", Finding(), Finding("success", 0.4, "hm", 1.0), was_spoken_to=False) == "new"


def test_the_order_of_calls_changes_nothing_but_for_a_yes_after_a_no() -> None:
    steps = [Finding(value, 0.9, "words", 1.0) for value in ("callback", "success", UNKNOWN)]
    ends = set()
    for order in permutations(steps):
        status = "new"
        for outcome in order:
            status = advanced(status, Finding(), outcome, was_spoken_to=True)
        ends.add(status)
    assert ends == {"qualified"}


def test_a_schema_of_strangers_neither_reaches_out_nor_runs_for_hours() -> None:
    doubling = {f"l{place}": {"allOf": [{"$ref": f"#/$defs/l{place + 1}"}] * 2} for place in range(60)}
    schema = {
        "$defs": {"small": {"type": "integer", "maximum": 5}, "circle": {"$ref": "#/$defs/circle"}, **doubling},
        "properties": {
            "small": {"$ref": "#/$defs/small"},
            "circle": {"$ref": "#/$defs/circle"},
            "doubled": {"$ref": "#/$defs/l0"},
            "outside": {"$ref": "https://example.com/schema.json"},
            "pattern": {"type": "string", "pattern": "^(a+)+$"},
            "nonsense": {"type": "nonsense"},
        },
    }
    wanted = properties_of(schema)
    assert {name: fits(3, part) for name, part in wanted.items()} == dict.fromkeys(wanted, False) | {"small": True}
    assert fits("a" * 40 + "b", wanted["pattern"])
    assert not fits(6, wanted["small"])
