"""The documentation says what is so."""

import re
from pathlib import Path

from click.testing import CliRunner

from service.cli.policy import policy as policy_command
from service.problems import TITLES
from service.settings import Settings
from verifier.policy import DEFAULT_POLICY, load_policy

ROOT = Path(__file__).parents[2]
API = (ROOT / "docs" / "api.md").read_text("utf-8")
POLICY = (ROOT / "docs" / "policy.md").read_text("utf-8")
ONLY_ON_THE_COMMAND_LINE = {"invalid-policy", "unreadable-input"}


def test_the_example_category_is_valid(tmp_path):
    example = POLICY.split("```yaml\ncategories:\n")[1].split("```")[0]
    edited = tmp_path / "ours.yaml"
    edited.write_text(DEFAULT_POLICY.read_text("utf-8").replace("categories:\n", f"categories:\n{example}", 1), "utf-8")
    result = CliRunner().invoke(policy_command, ["check", str(edited)])
    assert result.exit_code == 0, result.output
    assert "animal_cruelty" in load_policy(edited).categories


def test_every_threshold_is_told_with_its_default():
    for name, value in load_policy().thresholds:
        told = re.search(rf"^\| `{name}` \| ([\d.]+) \|", POLICY, re.MULTILINE)
        assert told is not None, name
        assert float(told[1]) == value, name


def test_every_problem_is_told_with_its_status():
    told = {kind: int(status) for status, kind in re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", API, re.MULTILINE)}
    assert told == {kind: status for kind, (status, _) in TITLES.items() if kind not in ONLY_ON_THE_COMMAND_LINE}


def test_every_setting_is_told():
    told = set(re.findall(r"TAKEDOWN_[A-Z_]+", API))
    variable = {"keys": "TAKEDOWN_API_KEYS"}
    assert told >= {variable.get(name, f"TAKEDOWN_{name.upper()}") for name in Settings.__dataclass_fields__}


def test_links_in_the_documentation_lead_somewhere():
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
