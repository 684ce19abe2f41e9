"""Figures are what they say they are."""

import json
from pathlib import Path

import numpy as np
import pytest

from models import CATEGORIES, manifest
from models.calibrate import fit
from models.data import Data, Meeting, Row, labels
from models.measure import alarms, auroc, auroc_figure, screen_recall, screened_alarms, share
from models.mixture import Mixture, draws, row_weights
from models.prefilter import BUCKETS, Prefilter, features


def row(text: str, category: str, stance: int, language: str = "en") -> Row:
    name = ("violating", "mention", "counter_speech", "benign")[stance]
    return Row(text, (), category, stance, language, "x", text, labels(category, name, "x", True), True)


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == 0.875
    assert auroc(np.array([1.0]), np.array([1.0])) == 0.5


def test_too_few_rows_give_no_figure() -> None:
    assert auroc_figure(np.ones(4), np.zeros(90)) is None
    figure = auroc_figure(np.arange(5.0) + 9, np.arange(9.0))
    assert figure is not None
    assert (figure.value, figure.positives, figure.negatives) == (1, 5, 9)


def test_a_share_tells_its_counts() -> None:
    assert share(np.array([True, False, False, False])).endswith("1 of 4)")
    assert share(np.array([], bool)) == "none"
    found = alarms(np.eye(len(CATEGORIES)))
    assert found[CATEGORIES[0]]["0.5"].startswith("0.1000")
    assert found["any"]["0.95"].startswith("1.0000")


def test_calibration_finds_scale_and_shift() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 40_000)
    group = rng.integers(0, 2, 40_000)
    truth = 1 / (1 + np.exp(-(0.5 * logits + np.array([-1.0, 1.0])[group])))
    scale, shift = fit(logits, (rng.random(40_000) < truth).astype(float), np.ones(40_000), group)
    assert scale == pytest.approx(0.5, abs=0.05)
    assert shift == pytest.approx([-1, 1], abs=0.1)


def test_every_row_comes_as_often_as_its_weight_says() -> None:
    stream = draws(np.array([0.5, 0.25, 0.25]), np.random.default_rng(1))
    seen = [next(stream) for _ in range(3000)]
    assert seen.count(0) / 3000 == pytest.approx(0.5, abs=0.05)


def test_thin_categories_are_seen_more_often_than_their_share() -> None:
    rows = [row(f"a{i}", "hate_speech", 0) for i in range(90)] + [row(f"b{i}", "sexual_content", 0) for i in range(10)]
    assert row_weights(rows)[90:].sum() > 0.2


def test_a_mixture_is_the_same_for_the_same_seed() -> None:
    meeting = Meeting("m", "m/1", "en", tuple(f"turn number {i}" for i in range(30)))
    data = Data([row(f"text {i}", "terrorism", i % 4) for i in range(20)], [], [], [meeting])
    one, two = Mixture(data, 3), Mixture(data, 3)
    assert [one.sample().passage for _ in range(50)] == [two.sample().passage for _ in range(50)]


def test_meeting_turns_are_negatives_for_everything() -> None:
    meeting = Meeting("m", "m/1", "en", ("we discuss the terrorism bill",) * 5)
    data = Data([row("x", "terrorism", 0)], [], [], [meeting])
    mixture = Mixture(data, 1)
    turns = [sample for sample in (mixture.sample() for _ in range(200)) if "bill" in sample.passage.text]
    assert turns
    assert all(sample.labels[0].sum() == 0 and sample.labels[1].all() for sample in turns)


def test_features_of_a_text_do_not_depend_on_its_neighbours() -> None:
    alone, _ = features([[5, 6, 7]])
    both, begins = features([[9, 9], [5, 6, 7], []])
    np.testing.assert_array_equal(both[begins[1] : begins[2]], alone)
    assert (both < BUCKETS).all()
    assert len(begins) == 3


def test_a_prefilter_survives_saving(tmp_path: Path) -> None:
    weights = np.random.default_rng(2).normal(size=(BUCKETS, 2)).astype(np.float32)
    screen = Prefilter(weights, np.array([0.5, -0.5], np.float32))
    screen.save(tmp_path / "p.npz")
    pieces = [[1, 2, 3], [4]]
    np.testing.assert_allclose(Prefilter.load(tmp_path / "p.npz").score(pieces), screen.score(pieces), atol=0.1)


class Keyword:
    """Alarms on one word."""

    def screen(self, texts: list[str]) -> np.ndarray:
        return np.array([[float("bad" in text)] * len(CATEGORIES) for text in texts], np.float32)

    def logits(self, passages: list) -> np.ndarray:
        return np.stack([np.full((2, len(CATEGORIES)), 9.0 if "bad" in p.text else -9.0) for p in passages])

    def calibrated(self, logits: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-logits))


def test_alarms_and_recall_are_counted_per_meeting() -> None:
    calm = Meeting("m", "1", "en", ("fine",) * 60)
    bad = Meeting("m", "2", "en", ("fine", "a bad turn"))
    judge = Keyword()
    assert screened_alarms(judge, [calm, bad], 3)["meetings with a turn ≥ 0.9"].endswith("1 of 2)")
    rows = [row("bad words", "terrorism", 0), row("told", "terrorism", 1)]
    assert screen_recall(judge, rows, [calm])["m (60 turns)"].endswith("1 of 1)")


def test_a_manifest_reads_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    written = manifest.write(tmp_path, "name", ["a"], {"k": [1]})
    assert manifest.read(tmp_path).version == written.version
    assert set(json.loads((tmp_path / "manifest.json").read_text())) == {"name", "files", "settings"}
