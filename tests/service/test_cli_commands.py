import importlib.metadata
import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import service.cli.main as main_module
from service.cli.main import cli
from verifier.policy import DEFAULT_POLICY

from .fakes import case_file


def entry_point(name, value):
    return importlib.metadata.EntryPoint(name=name, value=value, group=main_module.GROUP)


@pytest.fixture
def plugin(monkeypatch):
    """One command from another package."""

    def add(name, value):
        found = entry_point(name, value)
        monkeypatch.setattr(
            main_module,
            "entry_points",
            lambda **how: [found] if how.get("name", name) == name else [],
        )

    return add


def run(*arguments, **how):
    return CliRunner().invoke(cli, list(arguments), **how)


@click.command()
def greet():
    """Say hello."""
    click.echo("hello")


@click.command()
def needs_torch():
    raise ModuleNotFoundError("No module named 'torchish'", name="torchish.nn")


@click.command()
def breaks():
    raise ValueError("\x1b[31mred")


def test_commands_are_found_by_entry_point(plugin):
    plugin("greet", f"{__name__}:greet")
    assert run("greet").output == "hello\n"
    assert "Say hello." in run("--help").output


def test_own_commands_cannot_be_replaced(plugin):
    plugin("schema", f"{__name__}:greet")
    assert run("schema", "case").output != "hello\n"


def test_a_missing_optional_package_is_a_plain_message(plugin, monkeypatch):
    monkeypatch.setitem(main_module.EXTRAS, "tune", "train")
    for value in (f"{__name__}:needs_torch", "torchish_that_is_not_there.cli:tune"):
        plugin("tune", value)
        result = run("tune")
        assert result.exit_code == 1
        assert "pip install 'takedown-verifier[train]'" in result.output
        assert isinstance(result.exception, SystemExit)
        assert "not available" in run("--help").output or value.endswith("needs_torch")


def test_a_failure_is_a_sentence(plugin, monkeypatch):
    plugin("breaks", f"{__name__}:breaks")
    result = run("breaks")
    assert result.exit_code == 1
    assert "ValueError" in result.stderr
    assert "\x1b" not in result.stderr
    monkeypatch.setenv("TAKEDOWN_DEBUG", "1")
    assert isinstance(run("breaks").exception, ValueError)


def test_unknown_commands_are_bad_input():
    assert run("clear-everything").exit_code == 2


@pytest.mark.parametrize("command", [(), ("verify",), ("serve",), ("policy",), ("policy", "check"), ("schema",)])
def test_every_command_has_help(command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert len(result.output) > 100


@pytest.mark.parametrize("name", ["case", "assessment", "labelled_case", "policy"])
def test_schemas_are_json(name):
    assert "properties" in json.loads(run("schema", name).stdout)


def test_policy_check_says_valid_and_the_version():
    result = run("policy", "check", str(DEFAULT_POLICY))
    assert result.exit_code == 0
    assert "version default+sha256:" in result.stdout


def test_policy_check_names_every_problem_in_every_file(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(DEFAULT_POLICY.read_text("utf-8").replace("schema: 1", "schema: 7\nextra: 1"), "utf-8")
    result = run("policy", "check", str(broken), str(tmp_path / "none.yaml"), str(DEFAULT_POLICY))
    assert result.exit_code == 2
    assert "/schema" in result.stderr
    assert "/extra" in result.stderr
    assert "none.yaml" in result.stderr
    assert "valid" in result.stdout


def test_policy_show_can_be_loaded_again(tmp_path):
    shown = tmp_path / "shown.yaml"
    shown.write_text(run("policy", "show").stdout, "utf-8")
    assert run("policy", "check", str(shown)).exit_code == 0
    shown_json = json.loads(run("policy", "show", "--json").stdout)
    assert (
        json.loads(run("policy", "show", "--json", "--policy", str(shown)).stdout)["categories"]
        == (shown_json["categories"])
    )


def test_start_up_imports_nothing_heavy():
    script = (
        "import sys, json\n"
        "from service.cli.main import cli\n"
        "try:\n"
        "    cli.main(['verify', '--json', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(case_file("03"))],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "TAKEDOWN_MODEL_DIR": "/nonexistent"},
    )
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert "service.cli.verify" in loaded
    assert not loaded & {
        "fastapi",
        "starlette",
        "uvicorn",
        "rich",
        "torch",
        "transformers",
        "datasets",
        "eval",
    }


def test_version_names_verifier_policy_and_model():
    lines = run("--version", env={"TAKEDOWN_MODEL_DIR": "/nonexistent"}).output.splitlines()
    assert lines[0].startswith("takedown-verifier 0.")
    assert "default+sha256:" in lines[1]
    assert lines[2].startswith("model     unavailable: ")


def test_version_says_when_the_policy_is_not_valid(tmp_path):
    result = run("--version", env={"TAKEDOWN_POLICY": str(tmp_path / "none.yaml")})
    assert result.exit_code == 0
    assert "not valid" in result.output
