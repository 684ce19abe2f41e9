"""Benchmarks measure what they say they measure."""

import json

import numpy as np
import onnxruntime

from eval.perf.__main__ import write
from eval.perf.figures import milliseconds, timed
from eval.perf.meetings import meeting
from eval.perf.ours import PARAMETERS
from eval.perf.peak import COLUMNS, INNER, _product


def test_meetings_have_what_was_asked_for_and_share_no_sentence():
    one, other = meeting(50, claims=3, reports=7, exhibits=5, variant=1), meeting(50, variant=2)
    assert len(one.signals) == 50
    assert len(one.reports) == 7
    assert len(one.request.evidence) == 5
    assert len(one.request.claims) == 3
    texts = [signal.text for signal in one.signals]
    assert len(set(texts)) == 50
    assert not set(texts) & {signal.text for signal in other.signals}


def test_the_product_that_gives_the_peak_is_a_product():
    session = onnxruntime.InferenceSession(_product(), providers=["CPUExecutionProvider"])
    left = np.random.default_rng(3).integers(0, 255, (4, INNER), dtype=np.uint8)
    (found,) = session.run(None, {"a": left})
    weights = np.random.default_rng(2).integers(-127, 127, (INNER, COLUMNS), dtype=np.int8)
    assert np.array_equal(found, left.astype(np.int32) @ weights.astype(np.int32))


def test_the_operations_of_a_token_are_those_of_the_encoder():
    hidden, inner, layers = 384, 1_536, 12
    assert layers * (4 * hidden * hidden + 2 * hidden * inner) == PARAMETERS


def test_a_median_lies_in_its_interval():
    figure = milliseconds("x", [float(n) for n in range(101)])
    assert (figure.value, figure.low < 50 < figure.high, figure.p95) == (50, True, 95)


def test_timing_stops_by_itself():
    assert len(timed(lambda: None, at_least=3, seconds=0)) == 3
    assert len(timed(lambda: None, at_least=1, seconds=60, at_most=4)) == 4


def test_a_run_is_compared_with_the_one_before(tmp_path):
    figures = [{"name": "a <b>", "value": 100.0, "unit": "ms", "n": 3}]
    old = {"figures": [{"name": "a <b>", "value": 50.0, "unit": "ms", "n": 3}]}
    (tmp_path / "perf-2000.json").write_text(json.dumps(old))
    write(tmp_path, figures)
    assert "+100%" in (tmp_path / "perf.md").read_text()
    page = (tmp_path / "perf.html").read_text()
    assert "+100%" in page
    assert "<b>" not in page
    assert len(list(tmp_path.glob("perf-*.json"))) == 2
