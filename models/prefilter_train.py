"""Fit the cheap screen: ``python -m models.prefilter_train --data DIR --out DIR`` writes ``OUT/prefilter.npz``.

It learns violating text against ordinary talk. Mentions, counter-speech and harmless twins share the words of violating
text, which a linear model over words can't tell apart, so they weigh nothing: the screen errs on the side of recall,
the network judges. Its zero is set on the calibration split: ``MISSED`` of a category's violating rows fall below it in
that category, hardly one in all categories at once.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped,unused-ignore]
from sklearn.linear_model import SGDClassifier

from .augment import like_speech, window
from .data import load
from .judge import CATEGORIES
from .prefilter import BUCKETS, Prefilter, features
from .tokenise import PassageTokenizer

MISSED = 0.01
CORPUS_WEIGHT = 0.35
"""Loss weight of corpus rows (posts) against written, spoken-like rows."""


def matrix(pieces: list[list[int]]) -> csr_matrix:
    """Feature counts / sqrt(features), [n, BUCKETS]."""
    buckets, begins = features(pieces)
    lengths = np.diff(np.append(begins, len(buckets)))
    values = np.repeat(1 / np.sqrt(lengths), lengths).astype(np.float32)
    out = csr_matrix((values, buckets, np.append(begins, len(buckets))), shape=(len(pieces), BUCKETS))
    out.sum_duplicates()
    return out


def fit(data_folder: Path, out: Path, turns: int = 60_000, seed: int = 5) -> Prefilter:
    """Fit one linear classifier a category on the training split."""
    data = load(data_folder, "train")
    rng = random.Random(seed)  # noqa: S311
    corpora = rng.sample(data.corpora, min(25_000, len(data.corpora)))
    rows = [row for row in (*data.contrasts, *data.own, *corpora) if not (row.contrast and row.stance != 0)]
    texts = [window(row.text, rng) for row in rows]
    labels = [row.labels[:2] * np.array([[1], [1 if row.contrast else CORPUS_WEIGHT]], np.float32) for row in rows]
    spoken = [i for i, row in enumerate(rows) if row.contrast and rng.random() < 0.5]
    texts += [like_speech(texts[i]) for i in spoken]
    labels += [labels[i] for i in spoken]
    calm = np.zeros((2, len(CATEGORIES)), np.float32)
    calm[1] = 1
    everything = [turn for meeting in data.meetings for turn in meeting.turns if len(turn) > 8]
    chosen = rng.sample(everything, min(turns, len(everything)))
    texts += [window(turn, rng) for turn in chosen]
    labels += [calm] * len(chosen)
    x = matrix(PassageTokenizer.load(out / "tokenizer.json").pieces(texts))
    y = np.stack(labels)
    weights = np.zeros((BUCKETS, len(CATEGORIES)), np.float32)
    bias = np.zeros(len(CATEGORIES), np.float32)
    for i, _ in enumerate(CATEGORIES):
        known = np.flatnonzero(y[:, 1, i] > 0)
        target, weight = y[known, 0, i], y[known, 1, i].copy()
        weight[target > 0] *= 0.1 * weight[target == 0].sum() / weight[target > 0].sum()
        model = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=12, tol=None, average=True, random_state=seed)
        model.fit(x[known], target > 0, sample_weight=weight)
        weights[:, i], bias[i] = model.coef_[0], model.intercept_[0]
    screen = Prefilter(weights, bias - floors(Prefilter(weights, bias), data_folder, out))
    screen.save(out / "prefilter.npz")
    return screen


def floors(screen: Prefilter, data_folder: Path, out: Path) -> npt.NDArray[np.float32]:
    """[C]: for each category the score that all but ``MISSED`` of its violating rows reach, on rows not learnt from."""
    data = load(data_folder, "calibrate")
    rows = [row for row in (*data.contrasts, *data.own) if row.stance == 0]
    scores = screen.score(PassageTokenizer.load(out / "tokenizer.json").pieces([row.text for row in rows]))
    names = np.array([row.category for row in rows])
    return np.array([np.quantile(scores[names == name, i], MISSED) for i, name in enumerate(CATEGORIES)], np.float32)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="models.prefilter_train")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder with tokenizer.json")
    arguments = parser.parse_args()
    fit(arguments.data, arguments.out)


if __name__ == "__main__":
    main()
