"""The files for operators name metrics that exist and pages that are written."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.service.fakes import FakeVerifier
from tests.service.test_api import URL

DOCS = Path(__file__).parents[3] / "docs"
ALERTS = yaml.safe_load((DOCS / "deploy" / "alerts.yaml").read_text("utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DOCS / "deploy" / "dashboard.json").read_text("utf-8"))


def expressions():
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])


def test_every_metric_that_alerts_and_dashboard_name_is_told(serve, case):
    client = serve(FakeVerifier())
    client.post(URL, json=case)
    families = list(text_string_to_metric_families(client.get("/metrics").text))
    told = {sample.name for family in families for sample in family.samples} | {family.name for family in families}
    named = {name for e in expressions() for name in re.findall(r"\b(?:takedown|process)_[a-z_]+", e)}
    assert named
    assert named <= told


def test_every_kind_of_event_that_they_name_is_told_from_the_start():
    from service.observability.standing import EVENTS

    kinds = {kind for e in expressions() for kind in re.findall(r'kind="([^"]+)"', e)}
    assert kinds
    assert kinds <= set(EVENTS)


def test_every_recorded_series_that_they_name_is_recorded():
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    assert {name for e in expressions() for name in re.findall(r"takedown:[a-z0-9_]+", e)} == recorded


@pytest.mark.parametrize("rule", [r for r in RULES if "alert" in r], ids=lambda r: r["alert"])
def test_every_alert_has_its_page_in_the_runbook(rule):
    assert rule["labels"]["severity"] in ("page", "ticket")
    page, _, section = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^## (.+)$", (DOCS.parent / page).read_text("utf-8"), re.MULTILINE)
    assert section in {heading.lower() for heading in headings}
    assert rule["alert"] in headings


def test_the_container_runs_as_nobody_and_the_database_is_reached_by_the_service_alone():
    compose = yaml.safe_load((DOCS / "deploy" / "compose.yaml").read_text("utf-8"))
    verifier = compose["services"]["verifier"]
    assert verifier["read_only"] is True
    assert verifier["cap_drop"] == ["ALL"]
    assert compose["services"]["database"]["networks"] == ["back"]
    assert compose["networks"]["back"]["internal"] is True
    assert all(port.startswith("127.0.0.1:") for s in compose["services"].values() for port in s.get("ports", ()))
    assert re.search(r"^USER 10001$", (DOCS / "deploy" / "Containerfile").read_text("utf-8"), re.MULTILINE)
