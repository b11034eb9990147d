"""The dashboard and the alert rules name metrics that exist, and the rules do what they say where promtool can try them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from prometheus_client import REGISTRY

import core.telemetry  # registers the metrics
import worker.loop  # noqa: F401  # same

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "porchlight.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
METRIC = re.compile(r"\bporchlight_\w+")


def _known() -> set[str]:
    names = set()
    for metric in REGISTRY.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(metric.type, ("",))
        names |= {metric.name + suffix for suffix in suffixes}
    return names


def _expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    return [target["expr"] for panel in panels for target in panel["targets"]] + [rule["expr"] for rule in rules]


def test_every_metric_that_is_watched_exists() -> None:
    watched = {name for expression in _expressions() for name in METRIC.findall(expression)}
    assert watched - _known() == set()
    assert {"porchlight_press_to_first_answer_seconds_bucket", "porchlight_oldest_due_delivery_seconds"} <= watched


def test_no_metric_is_labelled_with_a_person() -> None:
    # Route templates, transports, reasons, kinds: never an id or a name.
    allowed = {"result", "kind", "transport", "reason", "event", "part", "what", "table", "method", "route", "status"}
    labels = {label for metric in vars(core.telemetry).values() for label in getattr(metric, "_labelnames", ())}
    assert labels - allowed == {"doing", "column"}


def test_every_panel_and_alert_says_what_it_is_about() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert all(panel["description"] and panel["title"] for panel in panels)
    assert len({panel["id"] for panel in panels}) == len(panels)
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
            assert rule["labels"]["severity"] in {"page", "warn"}


@pytest.mark.parametrize("check", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")])
def test_promtool_accepts_the_rules(check: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        # Prometheus' own program is no part of the project; without it the tests above hold the rules.
        return
    result = subprocess.run(
        [promtool, *check], cwd=ALERTS.parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
