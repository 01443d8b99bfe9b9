"""What look-ups of a number tell the gate: one row per case, and answers that come in any order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from control_plane.domain.decision import Decision, Dial, Wait
from control_plane.domain.eligibility import decide
from control_plane.domain.facts import ConsentFact, Facts
from control_plane.domain.number_lookup import KINDS, LINE_TYPE, REASSIGNED, Known, LookupSettings, waits_for_lookup
from control_plane.domain.rules import ConsentNeed, LineRule, Rules
from tests.unit.domain.test_eligibility import DEFAULT_HOURS, GOOD, NOON, Hours

ORAL = ConsentFact("1", "informational", "oral", datetime(2025, 3, 1, 12, tzinfo=UTC))
LATER = ConsentFact("2", "informational", "implied", datetime(2026, 2, 1, 23, 30, tzinfo=UTC))
NEEDED = Rules(packs=("us@1",), hours=(Hours(DEFAULT_HOURS),), consents=(ConsentNeed(frozenset({"oral", "implied"})),))
NO_MOBILES = replace(NEEDED, consents=(), line_types=(LineRule(frozenset({"mobile", "unknown"})),))
ASKS_OWNER, ASKS_LINE = {"lookups": (REASSIGNED,)}, {"lookups": KINDS}
DAY, BEFORE, AFTER = date(2025, 3, 1), date(2025, 2, 28), date(2025, 3, 2)

OWNERS = [
    ("nothing is switched on", {}, "dial"),
    ("nothing is known yet", ASKS_OWNER, "not_looked_up"),
    ("unchanged since the day of the consent", ASKS_OWNER | {"unchanged_since": DAY}, "dial"),
    ("unchanged since before the consent", ASKS_OWNER | {"unchanged_since": BEFORE}, "dial"),
    ("unchanged, but the consent is older than that", ASKS_OWNER | {"unchanged_since": AFTER}, "not_looked_up"),
    ("changed after the day of the consent", ASKS_OWNER | {"reassigned_since": DAY}, "consent_missing number_reassigned"),
    ("changed some day after the consent", {"reassigned_since": AFTER}, "consent_missing number_reassigned"),
    ("changed before the consent was given", ASKS_OWNER | {"reassigned_since": BEFORE}, "not_looked_up"),
    ("the present owner has agreed too", {"reassigned_since": DAY, "consents": (ORAL, LATER)}, "dial"),
    ("that has to be confirmed", ASKS_OWNER | {"reassigned_since": DAY, "consents": (ORAL, LATER)}, "not_looked_up"),
    ("nobody has agreed to anything", ASKS_OWNER | {"consents": ()}, "consent_missing"),
    ("another reason to wait", ASKS_OWNER | {"workspace_halted": True}, "halted not_looked_up"),
    ("a rehearsal", ASKS_OWNER | {"is_rehearsal_trunk": True, "is_fictional_number": True}, "wrong_rule_pack"),
]
LINES = [
    ("nothing is switched on", {}, "line_type_unknown"),
    ("it is not known yet", ASKS_LINE, "not_looked_up"),
    ("a kind that is closed", {"line_type": "mobile"}, "line_type_closed"),
    ("a kind that is open", ASKS_LINE | {"line_type": "landline", "unchanged_since": DAY}, "dial"),
    ("the carrier does not know, and the rules close that", {"line_type": "unknown"}, "line_type_closed"),
]


def _said(decision: Decision) -> str:
    return "dial" if isinstance(decision, Dial) else " ".join(reason.code for reason in decision.reasons)


@pytest.mark.parametrize(("changes", "said"), [case[1:] for case in OWNERS], ids=[case[0] for case in OWNERS])
def test_a_consent_holds_while_its_giver_has_the_number(changes: dict[str, Any], said: str) -> None:
    facts = structs.replace(GOOD, **{"consents": (ORAL,)} | changes)
    decision = decide(facts, NOON, NEEDED)
    assert _said(decision) == said
    assert waits_for_lookup(decision) == (said == "not_looked_up")
    assert decide(structs.replace(Facts.from_canonical(facts.canonical()), e164=GOOD.e164), NOON, NEEDED) == decision


@pytest.mark.parametrize(("changes", "said"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_rules_that_close_kinds_of_line_need_to_know_the_kind(changes: dict[str, Any], said: str) -> None:
    assert _said(decide(structs.replace(GOOD, consents=(ORAL,), **changes), NOON, NO_MOBILES)) == said


def test_where_no_rule_asks_for_the_line_it_is_not_looked_up() -> None:
    assert decide(structs.replace(GOOD, consents=(ORAL,), lookups=(LINE_TYPE,)), NOON, NEEDED) == Dial("1")


def test_why_a_look_up_failed_is_said_where_it_is_waited_for() -> None:
    decision = decide(structs.replace(GOOD, consents=(ORAL,), lookup_trouble="Twilio cannot answer now.", **ASKS_OWNER), NOON, NEEDED)
    assert isinstance(decision, Wait)
    assert decision.reasons[0].sentence.endswith("since 2025-03-01. Twilio cannot answer now.")


@pytest.mark.parametrize(
    ("before", "asked", "is_reassigned", "after"),
    [
        ((None, None), DAY, False, (None, DAY)),
        ((None, AFTER), DAY, False, (None, DAY)),
        ((None, BEFORE), DAY, False, (None, DAY)),
        ((None, None), DAY, True, (DAY, None)),
        ((None, DAY), DAY, True, (DAY, None)),
        ((None, AFTER), DAY, True, (DAY, None)),
        ((AFTER, None), DAY, True, (AFTER, None)),
        ((DAY, None), AFTER, False, (DAY, AFTER)),
        ((DAY, None), DAY, False, (None, DAY)),
    ],
)
def test_of_answers_that_cannot_both_be_true_the_newer_stands(before: Any, asked: date, is_reassigned: bool, after: Any) -> None:
    known = Known(reassigned_since=before[0], unchanged_since=before[1])
    assert known.after_owner(asked, NOON, is_reassigned=is_reassigned) == (*after, NOON)


@pytest.mark.parametrize(
    ("asked", "since"), [(BEFORE, BEFORE), (AFTER, DAY), (date(2025, 6, 1), date(2025, 6, 1)), (date(2025, 7, 1),) * 2]
)
def test_an_older_day_is_confirmed_anew_only_where_no_time_is_left_that_nobody_asked_about(asked: date, since: date) -> None:
    known = Known(unchanged_since=DAY, reassigned_at=datetime(2025, 6, 1, 12, tzinfo=UTC))
    assert known.after_owner(asked, NOON, is_reassigned=False) == (None, since, NOON)
    assert known.after_owner(asked, NOON, is_reassigned=True) == (asked, None, NOON), "a yes confirms nothing"


def test_an_old_answer_is_not_believed_unless_it_closes() -> None:
    known = Known("mobile", NOON, DAY, AFTER, NOON)
    old = known.facts(KINDS, NOON + timedelta(seconds=1))
    assert (old["line_type"], old["unchanged_since"], old["reassigned_since"]) == ("", None, DAY)
    assert known.facts((), None)["line_type"] == "mobile"


def test_what_is_asked_follows_the_campaign_and_the_country() -> None:
    settings = LookupSettings(line_type=True, reassigned_number=True, campaign_ids=frozenset({"a"}))
    assert [settings.kinds_for(*of) for of in (("a", "US"), ("a", "GB"), ("b", "US"), (None, "US"))] == [KINDS, (LINE_TYPE,), (), ()]
