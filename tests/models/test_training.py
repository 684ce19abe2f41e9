"""Training reads labels right, resumes, and needs its packages only when used."""

import random
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from models import augment, grammar
from models.cli import train
from models.data import INDEX, OWN_DATA, STANCES, fold, labels, read_contrasts, split_of


def test_a_violating_row_is_no_negative_for_its_neighbours() -> None:
    target, weight, about, about_weight = labels("hate_speech", "violating", "en", True)
    here = INDEX["hate_speech"]
    assert (target[here], weight[here], about[here], about_weight[here]) == (1, 1, 1, 1)
    assert weight[INDEX["harassment"]] == 0
    assert weight[INDEX["violent_threat"]] == 0.5
    assert weight[INDEX["terrorism"]] == 1
    assert target.sum() == 1


@pytest.mark.parametrize("stance", ["mention", "counter_speech"])
def test_talk_about_a_thing_is_a_negative_for_everything(stance: str) -> None:
    target, weight, about, _ = labels("terrorism", stance, "en", True)
    assert target.sum() == 0
    assert (weight == 1).all()
    assert about[INDEX["terrorism"]] == 1


def test_a_benign_corpus_row_says_little() -> None:
    _, weight, _, _ = labels("none", "benign", "stormfront", False)
    assert weight[INDEX["harassment"]] == 0
    assert weight[INDEX["hate_speech"]] > 0
    assert weight[INDEX["fraud_spam"]] > 0


def test_splits_are_stable_and_about_as_large_as_asked() -> None:
    found = [split_of(f"plot {i}", 20) for i in range(2000)]
    assert 0.76 < found.count("train") / 2000 < 0.84
    assert found == [split_of(f"plot {i}", 20) for i in range(2000)]


def test_our_own_rows_are_what_the_templates_say(tmp_path: Path) -> None:
    rows = [row for path in sorted((OWN_DATA / "templates").glob("*.txt")) for row in grammar.expand(path)]
    stored = list(read_contrasts(OWN_DATA / "own.jsonl"))
    assert [fold(row["text"]) for row in rows] == [row.text for row in stored]
    assert {STANCES[row.stance] for row in stored} == set(STANCES)
    assert {row.category for row in stored} == set(INDEX)
    assert not any("{" in row.text for row in stored)


def test_augmentation_keeps_letters() -> None:
    rng = random.Random(1)
    for _ in range(200):
        assert "budget" in augment.vary("The budget, please.", "en", rng).lower()
    assert len(augment.window("Word one. " * 200, rng)) <= 280


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    pytest.importorskip("click")
    result = CliRunner().invoke(train, ["--data", str(tmp_path / "none"), "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_the_network_ignores_padding() -> None:
    torch = pytest.importorskip("torch")
    from models.network import StanceNetwork

    torch.manual_seed(1)
    network = StanceNetwork(50, hidden=24, layers=2, heads=2, inner=48, positions=16).eval()
    ids = torch.tensor([[0, 7, 8, 9, 2]])
    ones = torch.ones(1, 5)
    padded = torch.nn.functional.pad(ids, (0, 3), value=1)
    mask = torch.nn.functional.pad(ones, (0, 3))
    with torch.no_grad():
        for a, b in zip(network(ids, ones, ones), network(padded, mask, mask), strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-5)
