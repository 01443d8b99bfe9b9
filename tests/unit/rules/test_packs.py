"""The rule packs that come with the program: readable, dated, unchanged once released, and combined by the strictest."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from control_plane.assistants.schemas import Duty
from control_plane.domain.calling_window import Window
from control_plane.domain.errors import Invalid
from control_plane.domain.rule_text import mistakes_of, read_own, read_packs
from control_plane.domain.rules import DUTIES, Hours, Limit, RulePack, combine, stricter
from control_plane.domain.rules import RECORDING as POLICIES
from control_plane.rules.plain import details
from control_plane.rules.registry import PACKS, read_file, registry
from control_plane.rules.resolving import purpose_of, rehearsal_rules, rules_for, rules_of_verdict
from control_plane.rules.yaml_text import read_yaml

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RELEASED = Path(__file__).parent / "released_packs.json"
EUROPEAN_UNION = frozenset(re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK"))
HOURS = frozenset(re.findall("..", "ALCTFLILINKYLAMDMAMIMNMSNVNMOKPARISDTXUTWAWY"))
RECORDING, OTHERS = frozenset(re.findall("..", "CACTDEFLILMDMAMTNVNHPAWAMIVTOR")), frozenset(re.findall("..", "GAVAAZNJ"))
STATES = HOURS | RECORDING | OTHERS
"""Of which the project's facts know rules: calling hours, recording, registration and acts of their own."""
REASON = "Counsel has confirmed that the exemption applies."


def digest(pack: RulePack) -> str:
    """Of everything but its end, which it is given when a later version takes over: verdicts name the version and not the day."""
    told = details(pack) | {"effective_until": None}
    # Came later; the versions of before say nothing of it.
    if not told["line_types"]:
        del told["line_types"]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]


def test_a_released_version_never_changes_because_verdicts_name_it():
    now = {pack.label: digest(pack) for name in registry().names() for pack in registry().versions(name)}
    released = json.loads(RELEASED.read_text())
    assert {label: now.get(label) for label in released} == released, "make a new version of the pack instead"
    assert now.keys() == released.keys(), f"add the new versions to {RELEASED.name}"


def test_a_released_version_is_given_an_end_when_another_takes_over():
    (pack,) = registry().versions("us-fl")
    assert digest(replace(pack, effective_until=date(2027, 1, 31))) == digest(pack)
    assert digest(replace(pack, recording="notify")) != digest(pack)


@pytest.mark.parametrize("name", registry().names())
def test_every_pack_says_where_it_is_from_and_how_certain_that_is(name: str):
    for pack in registry().versions(name):
        assert pack.citations
        order = ("sourced", "conflicting", "from_memory", "ours")
        # A pack is as certain as the least certain of what binds in it; what we chose ourselves is no doubt about the law.
        doubts = [c.certainty for c in pack.citations if c.certainty != "ours"] or ["ours"]
        assert pack.certainty == max(doubts, key=order.index)
        assert pack.min_ring >= timedelta(seconds=15)
        assert pack.is_rehearsal == (pack.jurisdictions == ())


def test_the_places_that_are_asked_for_have_packs():
    found = {place for pack in registry().in_force(TODAY) for place in pack.jurisdictions}
    states = {p.removeprefix("US-") for p in found if p.startswith("US-")}
    assert {"US", "GB", "CA", "AU", "IN", "*"} | EUROPEAN_UNION <= found
    assert states == STATES


def test_an_ai_says_that_it_is_one_everywhere():
    places = [p.jurisdictions for p in registry().in_force(TODAY)]
    for where in {place for packs in places for place in packs if "-" not in place}:
        assert "say_ai" in rules_for((where,), "informational", None, NOW).duties


def test_all_parties_agree_to_recording_where_the_law_of_the_state_says_so():
    assert rules_for(("US",), "informational", None, NOW).recording == "notify"
    for state in ["CA", "CT", "DE", "FL", "IL", "MD", "MA", "MT", "NV", "NH", "PA", "WA"]:
        assert rules_for(("US", f"US-{state}"), "informational", None, NOW).recording == "notify_and_affirm"


def test_the_neutral_rules_are_for_where_no_pack_is():
    assert rules_for(("JP",), "informational", None, NOW).packs == ("default@2026-11-2",)
    assert rules_for((), "informational", None, NOW).packs == ("default@2026-11-2",)
    assert rules_for(("GB",), "informational", None, NOW).packs == ("gb@2026-11-1",)
    assert rules_for(("GB", "JP"), "informational", None, NOW).packs == ("default@2026-11-2", "gb@2026-11-1")


def test_any_state_means_every_state():
    packs = rules_for(("US", "US-*"), "informational", None, NOW).packs
    assert len(packs) == 1 + len([name for name in registry().names() if name.startswith("us-")])


def test_before_it_is_in_force_a_pack_does_not_bind():
    assert "us@2026-11-1" not in rules_for(("US",), "informational", None, datetime(2024, 2, 7, tzinfo=UTC)).packs
    assert "us@2026-11-1" in rules_for(("US",), "informational", None, datetime(2024, 2, 8, tzinfo=UTC)).packs


def test_a_combination_holds_every_window_limit_and_duty():
    early, late = Hours(Window.daily("08:00", "20:00")), Hours(Window.daily("09:00", "21:00"))
    one = RulePack("a", "1", hours=(early,), limits=(Limit(3, "contact", 24),), duties=frozenset({"say_ai"}), recording="notify_and_affirm")
    two = RulePack("b", "1", hours=(late, early), limits=(Limit(3, "contact", 24), Limit(1, "number", 24)), recording="notify")
    both = combine((one, two), "survey")
    assert set(both.hours) == {early, late}
    assert both.limits == (Limit(3, "contact", 24), Limit(1, "number", 24))
    assert (both.duties, both.recording, both.packs) == ({"say_ai"}, "notify_and_affirm", ("a@1", "b@1"))


def test_a_rule_for_some_purposes_binds_no_others():
    pack = RulePack("a", "1", limits=(Limit(3, "contact", 24, purposes=frozenset({"debt"})),))
    assert combine((pack,), "debt").limits
    assert not combine((pack,), "care").limits


def test_what_a_workspace_adds_binds_beside_the_packs_and_takes_nothing_away():
    own = read_own(
        {"stricter": {"hours": [{"weekly": [{"days": ["mon"], "start": "07:00", "end": "23:00"}]}], "recording": "notify"}}, lambda _: True
    )
    with_own, without = (rules_for(("US", "US-FL"), "survey", rules, NOW) for rules in (own, None))
    assert set(without.hours) < set(with_own.hours)
    assert with_own.recording == without.recording == "notify_and_affirm"


@pytest.mark.parametrize("asked", [None, *POLICIES])
def test_what_an_assistant_adds_takes_nothing_away(asked: str | None):
    for recording in POLICIES:
        bound = combine((RulePack("a", "1", duties=frozenset({"say_ai"}), recording=recording),), "survey")
        both = stricter(bound, ["ask_before_going_on"], asked)
        assert both.duties == {"say_ai", "ask_before_going_on"}
        assert both.recording == max(recording, asked or recording, key=POLICIES.index)


def test_an_assistant_may_add_every_duty_that_rules_know():
    assert get_args(Duty) == DUTIES


def test_a_waiver_takes_one_kind_of_rule_of_one_pack_away_for_the_purposes_it_names():
    own = read_own({"waivers": [{"pack": "us-al", "rule": "hours", "reason": REASON, "purposes": ["survey"]}]}, registry().knows)
    alabama = ("US", "US-AL")
    assert len(rules_for(alabama, "survey", own, NOW).hours) == 1
    assert len(rules_for(alabama, "charity", own, NOW).hours) == 2
    assert len(rules_for(("US", "US-LA"), "survey", own, NOW).hours) == 2


def test_of_a_workspaces_own_rules_a_rehearsal_has_what_people_hear_and_nothing_that_would_keep_it_from_being_made():
    hours = [{"weekly": [{"days": ["mon"], "start": "09:00", "end": "10:00"}]}]
    said = {"duties": ["ask_before_going_on"], "recording": "notify_and_affirm"}
    own = read_own({"stricter": {"limits": [{"count": 1, "hours": 24, "per": "contact"}], "hours": hours, **said}}, lambda _: True)
    rules, without = rehearsal_rules(NOW, own), rehearsal_rules(NOW)
    assert (rules.limits, rules.hours, rules.is_rehearsal) == ((), (), True)
    assert (rules.duties - without.duties, rules.recording, without.recording) == ({"ask_before_going_on"}, "notify_and_affirm", "notify")
    again = rules_of_verdict(rules.label, "survey", own.plain, {})
    assert (again.duties, again.recording, again.limits) == (rules.duties, rules.recording, ())


@pytest.mark.parametrize(
    ("own", "field"),
    [
        ({"stricter": {"duties": ["be_kind"]}}, "stricter.duties"),
        ({"stricter": {"min_ring_s": 5}}, "stricter.min_ring_s"),
        ({"stricter": {"closed": "never"}}, "stricter.closed"),
        ({"stricter": []}, "stricter"),
        ({"waivers": [{"pack": "us-al", "rule": "hours"}]}, "waivers[0].reason"),
        ({"waivers": [{"pack": "us-al", "rule": "hours", "reason": "because"}]}, "waivers[0].reason"),
        ({"waivers": [{"pack": "us-zz", "rule": "hours", "reason": REASON}]}, "waivers[0].pack"),
        ({"waivers": [{"pack": "us-al", "rule": "duties", "reason": REASON}]}, "waivers[0].rule"),
        ({"waivers": [{"pack": "us-al", "rule": "hours", "reason": REASON, "purposes": ["fun"]}]}, "waivers[0].purposes"),
        ({"laxer": {}}, "laxer"),
    ],
)
def test_mistakes_in_own_rules_are_named_by_their_place(own: dict, field: str):
    with pytest.raises(Invalid) as refusal:
        read_own(own, registry().knows)
    assert [error.field for error in refusal.value.errors] == [field]


BAD = """
name: Florida
title: Florida
jurisdictions: [Florida]
colour: red
versions:
  - version: 2026-11-1
    effective_from: 2026-02-30
    certainty: sure
    hours:
      - {weekly: [{days: [mon], start: 9:00, end: 20:00}], holidays: US-ZZ, zone: Mars/Base}
      - {weekly: []}
    limits:
      - {count: 3, per: person}
      - {count: many, hours: 24, days: 1, per: contact}
    cool_downs: [{after: [bad weather], hours: 1, per: number}]
    consents: [{bases: []}]
    lists: [{name: US, max_age_days: 0}]
    recording: loud
    min_ring_s: 14
  - version: 2026-11-1
    effective_from: 2025-01-01
    certainty: sourced
"""


def test_every_mistake_in_a_file_is_named_with_its_place(tmp_path: Path):
    path = tmp_path / "florida.yaml"
    path.write_text(BAD)
    with pytest.raises(Invalid) as refusal:
        read_file(path)
    places = sorted(line.split(": ")[0] for line in mistakes_of(refusal.value))
    first = "versions[0]"
    assert places == sorted(
        [
            "colour",
            "name",
            "jurisdictions",
            f"{first}.effective_from",
            f"{first}.certainty",
            f"{first}.hours[0].weekly[0].start",
            f"{first}.hours[0].holidays",
            f"{first}.hours[0].zone",
            f"{first}.hours[1].weekly",
            f"{first}.limits[0]",
            f"{first}.limits[0].per",
            f"{first}.limits[1]",
            f"{first}.limits[1].count",
            f"{first}.cool_downs[0].after",
            f"{first}.consents[0].bases",
            f"{first}.lists[0].name",
            f"{first}.lists[0].max_age_days",
            f"{first}.recording",
            f"{first}.min_ring_s",
            "versions",
            "versions",
        ]
    )


@pytest.mark.parametrize("text", ["", "[]", "name: x", "a: [", "{{", "&a [*a, *a]", "!!python/object/apply:os.getcwd []", "\x00"])
def test_what_is_no_pack_is_refused_in_words(tmp_path: Path, text: str):
    path = tmp_path / "some.yaml"
    path.write_text(text)
    with pytest.raises(Invalid) as refusal:
        read_file(path)
    assert mistakes_of(refusal.value)[0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(Invalid, match=r"nowhere\.yaml cannot be read"):
        read_file(tmp_path / "nowhere.yaml")


def test_yaml_is_read_as_written(tmp_path: Path):
    path = tmp_path / "some.yaml"
    path.write_text("time: 08:00\ncountry: NO\nday: 2026-11-01\nrecording: off\nflag: true\ncount: 12\nnothing: null\n")
    assert read_yaml(path) == {
        "time": "08:00", "country": "NO", "day": "2026-11-01", "recording": "off", "flag": True, "count": 12, "nothing": None,
    }  # fmt: skip


def test_later_versions_begin_when_earlier_ones_end():
    versions = [
        {"version": "1", "certainty": "ours", "effective_until": "2027-01-31"},
        {"version": "2", "certainty": "ours", "effective_from": "2027-01-31"},
    ]
    first, second = read_packs({"name": "a", "title": "A", "jurisdictions": ["GB"], "versions": versions})
    for day, one, two in ((date(2027, 1, 30), True, False), (date(2027, 1, 31), False, True)):
        assert (first.is_in_force(day), second.is_in_force(day)) == (one, two)


def test_a_purpose_that_nobody_knows_is_judged_as_telemarketing():
    assert purpose_of("lottery") == "telemarketing"
    assert purpose_of("care") == "care"


def test_every_file_of_packs_is_read():
    assert len(list(PACKS.glob("*.yaml"))) == len(registry().names())
