"""Labelled cases as a Hugging Face data set."""

from itertools import islice
from pathlib import Path

import pytest

from eval.hub import load, rows
from verifier.problems import parse_case

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"


def test_rows_hold_the_whole_case() -> None:
    for row in islice(rows(str(SAMPLE)), 5):
        case = parse_case(row["case"])
        assert len(row["verdicts"]) == len(case.request.claims)
        assert row["acceptable_dispositions"]
        assert row["language"] == case.meeting.language


def test_streams() -> None:
    pytest.importorskip("datasets")
    data = load(SAMPLE)
    assert next(iter(data))["case_id"].startswith("tb-")
    assert len(list(data.take(3))) == 3
