"""The dashboard and the alert rules speak of figures that exist."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from control_plane.kit import metrics
from sip_config.contract import NetworkResult
from tests.fixtures.api import Api

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads((DEPLOY / "grafana" / "callwright.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]


async def test_every_figure_that_is_watched_is_told(api: Api) -> None:
    async with api.client(base="") as nobody:
        page = (await nobody.get("/metrics")).text
    # Figures with labels have no line before something was counted; their names stand in the description all the same.
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)", page, re.MULTILINE))
    told = {name + suffix for name, kind in kinds.items() for suffix in (["_bucket", "_sum", "_count"] if kind == "histogram" else [""])}
    watched = {name for text in EXPRESSIONS for name in re.findall(r"callwright_\w+", text)}
    assert watched - told == set()
    assert watched >= {"callwright_invariant_violations", "callwright_wanted_slots", "callwright_dials_total"}


def test_every_counter_of_ours_is_on_the_dashboard() -> None:
    names = set(re.findall(r"^# TYPE (callwright_\w+) counter", metrics.page().decode(), re.MULTILINE))
    shown = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    # Kept off on purpose: answered for by other panels.
    assert {name for name in names if name not in shown} <= {"callwright_releases_total", "callwright_webhook_events_total"}


def test_alerts_name_results_that_there_are() -> None:
    named = {name for text in EXPRESSIONS for names in re.findall(r'network_result=~"([^"]*)"', text) for name in names.split("|")}
    assert named
    assert named <= set(NetworkResult)


def test_every_alert_says_what_it_means_and_how_urgent_it_is() -> None:
    assert all(rule["labels"]["severity"] in ("page", "ticket") for rule in RULES)
    assert all(rule["annotations"]["summary"] and len(rule["annotations"]["description"]) > 40 for rule in RULES)
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_the_panels_stand_beside_each_other() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len(places) == len({panel["id"] for panel in PANELS})
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)
