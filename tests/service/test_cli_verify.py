import json

import pytest
from click.testing import CliRunner

from service.cli.exits import Exit, most_serious
from service.cli.verify import verify
from verifier.assessment import Assessment

from .fakes import FakeVerifier, case_file


@pytest.fixture
def run():
    def run(*arguments, verifier=None, stdin=None):
        return CliRunner().invoke(verify, [str(a) for a in arguments], obj=verifier or FakeVerifier(), input=stdin)

    return run


@pytest.mark.parametrize(("disposition", "code"), [("cleared", 0), ("review", 3), ("hold", 4)])
def test_the_exit_code_is_the_disposition(run, disposition, code):
    assert run("--json", case_file("03"), verifier=FakeVerifier(disposition)).exit_code == code


def test_json_is_one_object_and_nothing_else(run):
    result = run("--json", case_file("03"))
    assert Assessment.model_validate_json(result.stdout).request_id
    assert result.stderr == ""


def test_several_files_are_json_lines_in_their_order(run):
    files = [case_file(n) for n in ("03", "08", "10")]
    result = run("--json", *files)
    asked = [json.loads(f.read_text("utf-8"))["case"]["request"]["request_id"] for f in files]
    assert [json.loads(line)["request_id"] for line in result.stdout.splitlines()] == asked


def test_the_label_is_never_seen(run, labelled):
    fake = FakeVerifier()
    run("--json", case_file("02"), verifier=fake)
    bare = FakeVerifier()
    run("--json", "-", verifier=bare, stdin=json.dumps(labelled["case"]))
    assert fake.seen == bare.seen
    assert not hasattr(fake.seen[0], "label")


def test_standard_input(run, case):
    result = run("--json", "-", stdin=json.dumps(case))
    assert json.loads(result.stdout)["request_id"] == case["request"]["request_id"]


def test_bad_input_names_every_problem_on_stderr(run, case):
    case["request"]["action"] = "explode"
    case["surprise"] = 1
    result = run("-", stdin=json.dumps(case))
    assert result.exit_code == Exit.BAD_INPUT
    assert result.stdout == ""
    assert "/request/action" in result.stderr
    assert "/surprise" in result.stderr


def test_bad_input_as_json_is_a_problem_on_stderr(run, case):
    del case["request"]["claims"]
    result = run("--json", "-", stdin=json.dumps(case))
    problem = json.loads(result.stderr)
    assert result.stdout == ""
    assert (problem["status"], problem["instance"]) == (422, "-")
    assert [e["pointer"] for e in problem["errors"]] == ["/request/claims"]


@pytest.mark.parametrize("text", ["", "{", "[" * 5000, "\x00", '{"a": NaN}', "null", "[]", '"x"'])
def test_what_is_no_case_is_bad_input(run, text):
    result = run("--json", "-", stdin=text)
    assert result.exit_code == Exit.BAD_INPUT
    assert json.loads(result.stderr)["status"] in (400, 422)


def test_a_missing_file_is_bad_input(run, tmp_path):
    result = run("--json", tmp_path / "none.json")
    assert result.exit_code == Exit.BAD_INPUT
    assert "No such file" in json.loads(result.stderr)["detail"]


def test_a_bad_policy_is_bad_input(run, tmp_path):
    broken = tmp_path / "policy.yaml"
    broken.write_text("name: X\n", "utf-8")
    result = run("--json", "--policy", broken, case_file("03"))
    assert result.exit_code == Exit.BAD_INPUT
    assert len(json.loads(result.stderr)["errors"]) > 1


def test_a_failure_is_a_sentence_and_clears_nothing(run):
    result = run(case_file("03"), verifier=FakeVerifier("cleared", error=RuntimeError("broke")))
    assert result.exit_code == Exit.FAILED
    assert result.stdout == ""
    assert "broke" in result.stderr
    assert "Traceback" not in result.stderr


def test_one_bad_file_does_not_stop_the_others(run, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{}", "utf-8")
    result = run("--json", bad, case_file("03"), verifier=FakeVerifier("cleared"))
    assert result.exit_code == Exit.BAD_INPUT
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("exits", "code"),
    [
        ([0, 3], 3),
        ([3, 4, 0], 4),
        ([4, 2], 2),
        ([2, 1, 4], 1),
        ([0, 0], 0),
        ([], 1),
    ],
)
def test_the_most_serious_code_counts(exits, code):
    assert most_serious(map(Exit, exits)) == code
