"""What earlier calls add to the gate's word on people who are alike otherwise."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane.domain.decision import Dial, Wait
from control_plane.domain.facts import Facts
from control_plane.domain.rules import CoolDown, Limit, RulePack, Rules, combine
from control_plane.explanations import preview_history
from control_plane.explanations.alike import Person
from control_plane.explanations.preview_history import Kind, PastCall, calls_of, times_of

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ADA = uuid.uuid4()
ONE, TWO = "+12124567890", "+12124567891"
FREE, ONCE_A_DAY = combine((RulePack("a", "1"),), "survey"), combine((RulePack("a", "1", limits=(Limit(1, "number", 24),)),), "survey")
_RING: dict[str, Any] = {"ring_timeout": timedelta(seconds=28)}


def _kind(rules: Rules = FREE) -> Kind:
    given: dict[str, Any] = {"time_zones": ("UTC",), "caller_id_owned": True, "max_per_day": 2, "max_per_24h": 3, "purpose": "survey"}
    given |= {"day_ends_at": NOON + timedelta(hours=12)}
    facts = Facts(ONE, True, False, False, None, False, "running", None, None, None, workspace_time_zone="UTC", **given, **_RING)
    return Kind.of([(facts, rules)], NOON)


def _ada(*hours_ago: float, others: str | None = None, numbers: str = ONE) -> Person:
    """With calls to her as the database tells of them, and `others` to her numbers."""
    called = ",".join(str(_micros(NOON - timedelta(hours=h))) for h in hours_ago) or None
    known: dict[str, Any] = {"time_zone": None, "attributes": None, "state": None, "due_at": None, "zones": "UTC", "said": None}
    return Person(id=ADA, name="Ada", numbers=numbers, lacking=None, called=called, others_called=others, **known)


def _said(*hours_ago: float, to: str = ONE) -> Mapping[int, str]:
    return {ADA.int: ",".join(f"{_micros(NOON - timedelta(hours=h))}|{to}|survey|busy||" for h in hours_ago)}


def _to_another(hours_ago: float, to: str = ONE, *, is_known: bool = True) -> str:
    return f"{int(is_known)}|{_micros(NOON - timedelta(hours=hours_ago))}|{to}|survey|busy||"


def _micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ((), Dial()),
        ((2.0,), Dial()),
        ((1.0, 2.0), ["attempts_today"]),
        ((13.0, 14.0, 15.0), ["attempts_24h"]),
        ((1.0, 2.0, 15.0), ["attempts_today", "attempts_24h"]),
        ((25.0, 26.0, 27.0, 28.0), Dial()),
    ],
)
def test_a_persons_own_calls_are_counted_by_day_and_within_24_hours(hours: tuple[float, ...], said: Any) -> None:
    decision = _kind().decision_on(_ada(*hours), {})
    assert (decision if isinstance(decision, Dial) else [reason.code for reason in decision.reasons]) == said


def test_calls_of_others_to_the_same_number_count_where_a_rule_is_about_the_number() -> None:
    of_another = _ada(others=_to_another(3))
    assert isinstance(_kind(ONCE_A_DAY).decision_on(of_another, {}), Wait)
    assert isinstance(_kind().decision_on(of_another, {}), Dial)
    assert isinstance(_kind(ONCE_A_DAY).decision_on(_ada(3), _said(3)), Wait)
    assert isinstance(_kind(ONCE_A_DAY).decision_on(_ada(3), _said(3, to=TWO)), Dial)


def test_calls_to_her_number_of_before_anybody_was_known_behind_it_are_hers() -> None:
    to_nobody = ",".join(_to_another(hours, is_known=False) for hours in (1, 2))
    decision = _kind().decision_on(_ada(others=to_nobody), {})
    assert isinstance(decision, Wait)
    assert [reason.code for reason in decision.reasons] == ["attempts_today"]


def test_equal_counts_of_calls_are_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, decided = _kind(), []
    decide = preview_history.decide_after
    monkeypatch.setattr(preview_history, "decide_after", lambda *given: decided.append(given) or decide(*given))
    for person in range(50):
        assert isinstance(kind.decision_on(_ada(1 + person / 60, 2 + person / 60), {}), Wait)
    assert len(decided) == 1


def test_what_no_call_changes_is_asked_once_for_all_who_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    standing = preview_history.standing
    monkeypatch.setattr(preview_history, "standing", lambda *given: asked.append(given) or standing(*given))
    kind = _kind(ONCE_A_DAY)
    for person in range(50):
        hours = 1 + person / 60
        assert isinstance(kind.decision_on(_ada(hours), _said(hours)), Wait)
    assert len(asked) == 1


def test_what_calls_were_is_asked_only_where_enough_were_made_for_a_rule_to_look_at_them() -> None:
    thrice = combine((RulePack("a", "1", limits=(Limit(3, "number", 24),)),), "survey")
    cooling = combine((RulePack("a", "1", cool_downs=(CoolDown(frozenset({"busy"}), 24, "number"),)),), "survey")
    few, enough, long_ago = _ada(1, 2), _ada(1, 2, 3), _ada(25, 26, 27)
    assert [_kind(thrice).looks_at(person) for person in (few, enough, long_ago)] == [False, True, False]
    assert [_kind(cooling).looks_at(person) for person in (few, long_ago, _ada())] == [True, False, False]
    assert (_kind(thrice).looks_back, _kind(FREE).looks_back) == (True, False)
    assert _kind(thrice).looks_at(_ada(others=",".join(map(_to_another, (1, 2, 3)))))


def test_calls_are_told_with_all_that_rules_ask_about_newest_first() -> None:
    early, late = NOON - timedelta(hours=5, microseconds=1), NOON - timedelta(microseconds=999_999)
    an_hour_ago = NOON - timedelta(hours=1)
    others = f"1|{_micros(NOON)}|{TWO}|survey|||,0|{_micros(an_hour_ago)}|{TWO}|survey|||"
    ada = _ada(numbers=f"{ONE},{TWO}", others=others)._replace(called=f"{_micros(late)},{_micros(early)}")
    said = {ADA.int: f"{_micros(late)}|{ONE}|survey|answered|human|,{_micros(early)}|{TWO}|debt|busy||"}
    assert times_of(ada) == [_micros(late), _micros(an_hour_ago), _micros(early)]
    assert calls_of(ada, ONE, said) == [
        PastCall(_micros(late), ONE, "survey", ("answered", "human", "conversation")),
        PastCall(_micros(early), TWO, "debt", ("busy",)),
    ]
    assert [call.at for call in calls_of(ada, TWO, said)] == [_micros(at) for at in (NOON, late, an_hour_ago, early)]
    assert times_of(_ada()) == []
    assert calls_of(_ada(), TWO, {}) == []
