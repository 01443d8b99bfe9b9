"""What calls cost by a price list, and which lists are refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.domain.errors import Invalid
from control_plane.usage.prices import REFERENCE, bill, read_prices

PLAIN: dict[str, Any] = {
    "name": "ours",
    "version": "1",
    "currency": "EUR",
    "increment_s": 6,
    "minimum_s": 30,
    "per_call": "0.01",
    "destinations": {"+": "1", "+4": "0.5", "+49": "0.06", "+4915": "0.12"},
    "models": {"m": {"input": "2", "cached_input": "0.5", "output": "8", "audio_minute": "0.06", "characters": "30"}},
}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "prices.yaml"
    path.write_text(yaml.safe_dump(PLAIN | changes), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("e164", "prefix", "per_minute"), [("+491512", "+4915", "0.12"), ("+4930", "+49", "0.06"), ("+4411", "+4", "0.5"), ("+1212", "+", "1")]
)
def test_the_longest_prefix_wins(tmp_path: Path, e164: str, prefix: str, per_minute: str) -> None:
    cost = bill(read_prices(written(tmp_path)), e164, 60, failed=False, used=[])
    assert (cost.prefix, cost.network) == (prefix, Decimal(per_minute) + Decimal("0.01"))


@pytest.mark.parametrize(("seconds", "billed"), [(0, 30), (1, 30), (30, 30), (31, 36), (36, 36), (37, 42)])
def test_seconds_are_billed_in_increments_from_a_minimum_on(tmp_path: Path, seconds: int, billed: int) -> None:
    assert bill(read_prices(written(tmp_path)), "+4930", seconds, failed=False, used=[]).billable_seconds == billed


def test_a_failed_call_costs_nothing_unless_the_list_says_so(tmp_path: Path) -> None:
    free = bill(read_prices(written(tmp_path)), "+4930", 0, failed=True, used=[])
    assert (free.billable_seconds, free.total) == (0, 0)
    billed = read_prices(written(tmp_path, failed_calls={"billed": True, "per_call": "0.02"}))
    assert bill(billed, "+4930", 0, failed=True, used=[]).total == Decimal("0.02")


def test_models_cost_what_they_consumed_and_an_unknown_one_is_named_without_a_cost(tmp_path: Path) -> None:
    tokens = {"kind": "llm", "model": "m", "input_tokens": 1_000_000.0, "input_cached_tokens": 400_000.0, "output_tokens": 100_000.0}
    sound = {"kind": "stt", "model": "m", "audio_duration": 90.0}
    words = {"kind": "tts", "model": "m", "characters_count": 10_000.0}
    broken = {"kind": "tts", "model": "m", "characters_count": -5.0, "audio_duration": "much"}
    cost = bill(read_prices(written(tmp_path)), "+4930", 30, failed=False, used=[tokens, sound, words, broken, {"model": "other"}])
    assert [None if m["cost"] is None else Decimal(m["cost"]) for m in cost.models] == [
        Decimal("2.2"),
        Decimal("0.09"),
        Decimal("0.3"),
        0,
        None,
    ]
    assert cost.models_cost == Decimal("2.59")


@pytest.mark.parametrize(
    "changes",
    [
        {"destinations": {"+49": "1"}},
        {"destinations": {"+": "-1"}},
        {"destinations": {"+": "NaN"}},
        {"destinations": {"+": "1", "49": "1"}},
        {"currency": "euro"},
        {"increment_s": 0},
        {"models": {"m": {"inptu": "1"}}},
        {"per_call": "99999"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_list_with_a_mistake_is_refused_with_its_name(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"prices\.yaml"):
        read_prices(written(tmp_path, **changes))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_prices(tmp_path / "none.yaml")


def test_the_list_that_comes_with_the_program_is_sound() -> None:
    prices = read_prices(REFERENCE)
    assert prices.currency == "USD"
    assert prices.prefix_of("+18095551234") == "+1809"
