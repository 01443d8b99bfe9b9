"""A stored verdict gives the same answer again: any facts, any rules, through JSON and back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from control_plane.calls.gate import rules_of_inputs
from control_plane.calls.replay import replay
from control_plane.db.models import GateVerdict
from control_plane.domain.calling_window import Range, Window
from control_plane.domain.decision import Dial, Wait
from control_plane.domain.eligibility import decide
from control_plane.domain.errors import Conflict
from control_plane.domain.facts import ConsentFact, EarlierCall, Facts
from control_plane.domain.rule_text import read_own
from control_plane.domain.rules import BASES, PURPOSES, Hours, OwnRules
from control_plane.rules import resolving
from control_plane.rules.registry import Registry, registry
from control_plane.rules.resolving import rehearsal_rules, rules_for

ZONES = ("America/New_York", "America/Phoenix", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe")
PLACES = (("US", "US-FL"), ("US", "US-LA"), ("US", "US-RI", "US-CA"), ("CA", "US", "US-*"), ("GB",), ("FR",), ("IN",), ("JP",), ())
OWN: tuple[dict[str, Any] | None, ...] = (
    None,
    {"stricter": {"hours": [{"weekly": [{"days": ["mon", "tue", "wed"], "start": "10:00", "end": "12:00"}], "holidays": "US"}]}},
    {"stricter": {"limits": [{"count": 1, "days": 2, "per": "contact"}], "min_ring_s": 20}},
    {"waivers": [{"pack": "us-la", "rule": "hours", "reason": "Counsel has confirmed the exemption."}]},
)

instants = st.integers(0, 2 * 365 * 86400).map(lambda seconds: datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds))
around = st.timedeltas(timedelta(days=-40), timedelta(days=2))
ranges = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda r: r[0] < r[1]).map(lambda r: (Range(*r),))
days = st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=3)
windows = st.builds(Window, st.tuples(*[ranges] * 7), st.booleans(), st.none() | days, days)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[Facts, datetime]:
    now = draw(instants)
    near = around.map(lambda delta: now + delta)
    consent = st.builds(ConsentFact, st.uuids().map(str), st.sampled_from(PURPOSES), st.sampled_from(BASES), near, st.none() | near)
    ends = st.lists(st.sampled_from(("conversation", "abandoned", "busy")), max_size=2).map(tuple)
    earlier = st.builds(EarlierCall, near, st.booleans(), st.sampled_from(PURPOSES), ends)
    listed = st.tuples(st.sampled_from(("us_national", "uk_tps", "uk_ctps")), near)
    rehearsal = draw(st.booleans())
    facts = st.builds(
        Facts,
        e164=st.just("+12125551234"),
        is_valid_number=st.sampled_from((True, True, True, False)),
        is_fictional_number=st.just(rehearsal),
        is_rehearsal_trunk=st.just(rehearsal),
        suppressed_because=st.sampled_from((None, None, None, "", "asked")),
        workspace_halted=st.booleans(),
        campaign_status=st.sampled_from((None, "running", "running", "paused", "stopped")),
        campaign_starts_at=st.none() | near,
        campaign_ends_at=st.none(),
        window=st.none() | windows,
        time_zones=st.lists(st.sampled_from(ZONES), max_size=2, unique=True).map(tuple),
        workspace_time_zone=st.sampled_from(ZONES),
        zones_contradict=st.booleans(),
        zone_confirmed=st.booleans(),
        ring_timeout=st.integers(10, 75).map(lambda seconds: timedelta(seconds=seconds)),
        number_hash=st.text("0123456789abcdef", max_size=64),
        purpose=st.sampled_from(PURPOSES),
        jurisdictions=st.sampled_from(PLACES),
        caller_id_owned=st.sampled_from((True, True, True, False)),
        consents=st.lists(consent, max_size=4).map(tuple),
        lists=st.lists(listed, max_size=3, unique_by=lambda entry: entry[0]).map(tuple),
        earlier=st.lists(earlier, max_size=5).map(tuple),
        attempts_today=st.integers(0, 3),
        max_per_day=st.none() | st.just(2),
        day_ends_at=st.none() | near,
        attempts_24h=st.integers(0, 4),
        max_per_24h=st.none() | st.just(3),
        frees_24h_at=st.none() | near,
        campaign_calls_today=st.integers(0, 5),
        campaign_daily_cap=st.none() | st.just(4),
        campaign_day_ends_at=st.none() | near,
        installation_halted=st.sampled_from((False, False, True)),
    )
    return draw(facts), now


@settings(max_examples=500, deadline=None)
@given(inputs(), st.sampled_from(OWN))
def test_a_stored_verdict_gives_the_same_answer_again(given_facts: tuple[Facts, datetime], own_plain: dict[str, Any] | None):
    facts, now = given_facts
    own: OwnRules | None = None if own_plain is None else read_own(own_plain, lambda _: True)
    rules = rehearsal_rules(now) if facts.is_rehearsal_trunk else rules_for(facts.jurisdictions, facts.purpose, own, now)
    stored = json.loads(json.dumps(facts.canonical() | rules_of_inputs(rules)))
    verdict = GateVerdict(inputs=stored, pack=rules.label, decided_at=now)
    assert replay(verdict) == decide(facts, now, rules)


def test_the_number_itself_is_not_stored():
    now = datetime(2026, 11, 18, 16, tzinfo=UTC)
    facts = Facts("+12125551234", True, False, False, None, False, None, None, None, None, (), "UTC", timedelta(seconds=28), "c0ffee")
    stored = json.dumps(facts.canonical() | rules_of_inputs(rules_for(("US",), "informational", None, now)))
    assert "5551234" not in stored
    assert "c0ffee" in stored


def test_rules_that_this_program_does_not_have_are_named():
    facts = Facts("", True, False, False, None, False, None, None, None, None, (), "UTC", timedelta(seconds=28))
    verdict = GateVerdict(inputs=facts.canonical(), pack="us@1999-1", decided_at=datetime(2026, 11, 18, tzinfo=UTC))
    with pytest.raises(Conflict, match="us@1999-1"):
        replay(verdict)


def test_a_verdict_is_made_again_with_the_version_of_its_day_after_the_rules_have_changed(monkeypatch: pytest.MonkeyPatch):
    now = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)  # 20:30 in New York, within 8 to 21
    consent = ConsentFact("1", "survey", "oral", now - timedelta(days=9))
    facts = Facts("+12125551234", True, False, False, None, False, "running", None, None, None, ("America/New_York",), "UTC", _RING)
    facts = structs.replace(facts, purpose="survey", jurisdictions=("US", "US-NY"), caller_id_owned=True, consents=(consent,))
    rules = rules_for(facts.jurisdictions, facts.purpose, None, now)
    verdict = GateVerdict(inputs=facts.canonical() | rules_of_inputs(rules), pack=rules.label, decided_at=now)
    said = decide(facts, now, rules)

    known = registry()
    packs = [pack for name in known.names() for pack in known.versions(name) if pack.name != "us"]
    (old,) = known.versions("us")
    new = replace(old, version="2026-11-9", effective_from=date(2026, 11, 1), hours=(Hours(Window.daily("09:00", "17:00")),))
    updated = Registry([*packs, replace(old, effective_until=date(2026, 11, 1)), new])
    monkeypatch.setattr(resolving, "registry", lambda: updated)
    resolving._rules_for.cache_clear()
    try:
        assert isinstance(decide(facts, now, rules_for(facts.jurisdictions, facts.purpose, None, now)), Wait)
        assert replay(verdict) == said == Dial("1")
    finally:
        resolving._rules_for.cache_clear()


_RING = timedelta(seconds=28)
