"""What earlier calls add to the gate's word on people who are alike otherwise."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane.domain.decision import Dial, Wait
from control_plane.domain.facts import Facts
from control_plane.domain.rules import CoolDown, Limit, RulePack, Rules, combine
from control_plane.explanations import preview_history
from control_plane.explanations.preview_history import Kind, Past, PastCall

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ADA, BOB = uuid.uuid4(), uuid.uuid4()
ONE, TWO = "+12124567890", "+12124567891"
FREE, ONCE_A_DAY = combine((RulePack("a", "1"),), "survey"), combine((RulePack("a", "1", limits=(Limit(1, "number", 24),)),), "survey")


def _kind(rules: Rules = FREE) -> Kind:
    given: dict[str, Any] = {"time_zones": ("UTC",), "caller_id_owned": True, "max_per_day": 2, "max_per_24h": 3, "purpose": "survey"}
    given |= {"day_ends_at": NOON + timedelta(hours=12)}
    facts = Facts(ONE, True, False, False, None, False, "running", None, None, None, workspace_time_zone="UTC", **given, **_RING)
    return Kind.of([(facts, rules)], NOON)


_RING: dict[str, Any] = {"ring_timeout": timedelta(seconds=28)}


def _past(*hours: float, contact: uuid.UUID | None = ADA, to: str = ONE) -> Past:
    """Calls to Ada as the database tells of a person's own, those to others as of her numbers."""
    times = [NOON - timedelta(hours=h) for h in hours]
    if contact != ADA or not times:
        return Past({}, [PastCall(contact, to, at, "survey", ("busy",)) for at in times])
    past = Past({ADA.int: ",".join(str(_micros(at)) for at in times)}, [])
    past.said = {ADA.int: ",".join(f"{_micros(at)}|{to}|survey|busy||" for at in times)}
    return past


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
    decision = _kind().decision_on(ADA, [ONE], _past(*hours), NOON)
    assert (decision if isinstance(decision, Dial) else [reason.code for reason in decision.reasons]) == said


def test_calls_of_others_to_the_same_number_count_where_a_rule_is_about_the_number() -> None:
    of_another = _past(3, contact=BOB)
    assert isinstance(_kind(ONCE_A_DAY).decision_on(ADA, [ONE], of_another, NOON), Wait)
    assert isinstance(_kind().decision_on(ADA, [ONE], of_another, NOON), Dial)
    assert isinstance(_kind(ONCE_A_DAY).decision_on(ADA, [ONE], _past(3, to=TWO), NOON), Dial)


def test_equal_counts_of_calls_are_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, decided = _kind(), []
    decide = preview_history.decide
    monkeypatch.setattr(preview_history, "decide", lambda *given: decided.append(given) or decide(*given))
    for person in range(50):
        assert isinstance(kind.decision_on(ADA, [ONE], _past(1 + person / 60, 2 + person / 60), NOON), Wait)
    assert len(decided) == 1


def test_what_calls_were_is_asked_only_where_enough_were_made_for_a_rule_to_look_at_them() -> None:
    thrice = combine((RulePack("a", "1", limits=(Limit(3, "number", 24),)),), "survey")
    cooling = combine((RulePack("a", "1", cool_downs=(CoolDown(frozenset({"busy"}), 24, "number"),)),), "survey")
    few, enough, long_ago = _past(1, 2), _past(1, 2, 3), _past(25, 26, 27)
    assert [_kind(thrice).looks_at(ADA, [ONE], past) for past in (few, enough, long_ago)] == [False, True, False]
    assert [_kind(cooling).looks_at(ADA, [ONE], past) for past in (few, long_ago, _past())] == [True, False, False]
    assert (_kind(thrice).looks_back, _kind(FREE).looks_back) == (True, False)
    assert _kind(thrice).looks_at(ADA, [ONE], _past(1, 2, 3, contact=BOB))


def test_calls_are_told_with_all_that_rules_ask_about_newest_first() -> None:
    early, late = NOON - timedelta(hours=5, microseconds=1), NOON - timedelta(microseconds=999_999)
    of_nobody, of_bob = PastCall(None, TWO, NOON - timedelta(hours=1), "survey", ()), PastCall(BOB, TWO, NOON, "survey", ())
    past = Past({ADA.int: f"{_micros(late)},{_micros(early)}"}, [of_bob, of_nobody])
    past.said = {ADA.int: f"{_micros(late)}|{ONE}|survey|answered|human|,{_micros(early)}|{TWO}|debt|busy||"}
    assert past.times(ADA, [ONE, TWO]) == [_micros(late), _micros(of_nobody.at), _micros(early)]
    assert past.times(BOB, [ONE]) == []
    assert past.calls(ADA, ONE) == [
        PastCall(ADA, ONE, late, "survey", ("answered", "human", "conversation")),
        PastCall(ADA, TWO, early, "debt", ("busy",)),
    ]
    assert [call.at for call in past.calls(ADA, TWO)] == [NOON, late, of_nobody.at, early]
    assert past.calls(BOB, TWO) == [of_nobody]
    assert (past.is_called(BOB, [TWO]), past.is_called(BOB, [ONE]), past.is_called(ADA, [])) == (True, False, True)
