import io
import json
import re

import pytest
from click.testing import CliRunner

from service.cli.exits import OF_DISPOSITION
from service.cli.report import print_report
from service.cli.verify import verify
from service.engine import LocalVerifier
from service.terminal import PLACEHOLDER, blurred, safe, safe_json
from verifier.problems import parse_case

from .fakes import CASES, FakeVerifier, answer, case_file

NASTY = "\x1b[2J\x1b]0;owned\x07 \u202egnihton\u202c [bold red]x[/] \x9b31m \r\n\u2028 \u200bz"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069]")


def report_on(case, disposition="hold", **how):
    out = io.StringIO()
    print_report(case, answer(case, disposition, degraded=how.pop("degraded", ())), file=out, **how)
    return out.getvalue()


def squeezed(text):
    return re.sub(r"[\s│╭╮╰╯─]+", " ", text)


def test_the_report_has_every_part():
    text = squeezed(report_on(parse_case(case_file("02").read_bytes())))
    for part in (
        "HOLD", "REQ-77120", "suspend account", "account ac-401", "liaison-ext-31", "Fundación Honor",
        "the first reason", "terrorism", "not enough info", "support 0.50", "wrong subject",
        "by_target", "no record", "nobody knows", "would have settled it", "a record of the claimed time",
        "22:57:31", "signal:s001", "“Transcripción iniciada (es).”",
        "flagged", "planted content", "strangers showed it",
        "remove participant", "1 needed", "not by liaison-1", "policy p", "0" * 64,
    ):  # fmt: skip
        assert part in text, part


def test_quotes_name_speaker_and_time(case):
    case["signals"] = [s for s in case["signals"] if s["signal_id"] == "s021"]
    text = squeezed(report_on(parse_case(json.dumps(case))))
    assert "23:32:15 Juan (p10, attendee), transcript" in text


def test_a_pipe_gets_no_colour_codes():
    result = CliRunner().invoke(verify, [str(case_file("02"))], obj=FakeVerifier("hold"))
    assert "HOLD" in result.stdout
    assert "\x1b" not in result.stdout


def test_degraded_parts_are_loud():
    text = report_on(parse_case(case_file("02").read_bytes()), "review", degraded=("the text model is missing",))
    assert "DEGRADED" in text
    assert "the text model is missing" in text


def test_blur_hides_words_and_keeps_their_shape():
    text = report_on(parse_case(case_file("02").read_bytes()), blur=True)
    assert "Transcripción" not in text
    assert "Aurora" not in text
    assert "░░░░" in text


def test_a_case_cannot_draw_on_the_terminal(case):
    for signal in case["signals"]:
        signal["text"] = NASTY
    case["meeting"]["title"] = case["request"]["claims"][0]["narrative"] = NASTY
    case["request"]["request_id"] = case["request"]["requester"]["on_behalf_of"]["name"] = NASTY
    for participant in case["meeting"]["participants"]:
        participant["display_name"] = NASTY
    text = report_on(parse_case(json.dumps(case)))
    assert not UNSAFE.search(text)
    assert "[bold red]x[/]" in text


def test_json_escapes_what_would_draw_and_stays_the_same_document():
    document = json.dumps({"quote": NASTY + "\U000e0041"}, ensure_ascii=False)
    assert not UNSAFE.search(safe_json(document))
    assert json.loads(safe_json(document)) == json.loads(document)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31m", f"{PLACEHOLDER}[31m"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u202eabc", f"{PLACEHOLDER}abc"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 3),
        ("\ud800", PLACEHOLDER),
    ],
)
def test_safe_text(text, shown):
    assert safe(text) == shown


def test_blurred_keeps_punctuation():
    assert blurred("Kill them, 杀!") == "░░░░ ░░░░, ░!"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda p: p.stem[:2])
def test_every_worked_case_has_a_report_that_says_what_the_answer_says(path, policy, judge):
    verifier = LocalVerifier(policy, lambda: judge)
    answered = verifier.verify(parse_case(path.read_bytes()))
    result = CliRunner().invoke(verify, [str(path)], obj=verifier)
    assert result.exit_code == OF_DISPOSITION[answered.disposition]
    text = squeezed(result.stdout)
    assert answered.disposition.upper() in text
    for claim in answered.claims:
        assert f"{claim.verdict.replace('_', ' ')}, support {claim.support:.2f}" in text
        for evidence in claim.evidence:
            assert evidence.ref in text
    for sign in answered.pretext.indicators:
        assert sign.code.replace("_", " ") in text
