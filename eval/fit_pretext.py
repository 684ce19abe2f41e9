"""Fit the weights that join signs of bad faith into the pretext score, on labelled cases.

    python -m eval.fit_pretext CASES.jsonl.gz [MORE.jsonl.gz ...]

A logistic regression over `verifier.pretext.score.measures`, with bounds that keep it monotone (no sign
lowers the score, no evidence of truth raises it; L-BFGS-B, SciPy) and a pull towards the weights by kind.
Prints the constants of `verifier/pretext/weights.py`. Fit on calibration data only; judge the result on other data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from eval.cases import lines, parse
from models.judge import JudgeUnavailable, TextJudge
from models.runtime import load_judge
from verifier.case import LabelledCase
from verifier.policy import Policy, load_policy
from verifier.pretext.indicators import all_indicators
from verifier.pretext.score import measures, signs
from verifier.pretext.view import View
from verifier.pretext.weights import PRIOR
from verifier.support.attribution import attribute
from verifier.support.media import detections
from verifier.support.verdict import decide_claim
from verifier.support.words import read

_PULL = 2.0
"""Strength of the pull towards the weights by kind, in pseudo-observations of squared distance."""
_START = -4.0
_JOINT = ("any_strong", "several", "truth")


def rows(cases: Iterable[LabelledCase], policy: Policy, judge: TextJudge) -> Iterator[tuple[dict[str, float], bool]]:
    """For each case with a claim that is not supported: its measures, and whether it is labelled pretextual."""
    for labelled in cases:
        case = labelled.case
        who, found = attribute(case, policy), detections(case, policy)
        asked = {c.category for c in case.request.claims}
        near = [d.signal.observed_at for d in found if d.category in asked and d.score >= 0.5 and d.signal.observed_at]
        try:
            reading = read(case, case.request.claims, near, policy, judge)
        except JudgeUnavailable:
            continue
        findings = tuple(decide_claim(case, c, who, reading, found, policy) for c in case.request.claims)
        view = View(case, policy, who, findings, reading.passages)
        if view.unsupported:
            yield measures(signs(view), view), labelled.label.pretextual


def fit(found: Sequence[tuple[dict[str, float], bool]]) -> tuple[float, dict[str, float]]:
    """The bias and the weights: the penalised maximum likelihood within the bounds."""
    from scipy.optimize import minimize

    kinds = {spec.code: spec.strength for spec in all_indicators()}
    names = (*sorted(kinds), *_JOINT)
    prior = np.array([_START, *(PRIOR[kinds.get(name, name)] for name in names)])
    x = np.array([[1.0, *(measured.get(name, 0.0) for name in names)] for measured, _ in found])
    y = np.array([float(bad) for _, bad in found])

    def loss(w: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds, away = x @ w, w - prior
        slope = x.T @ (1 / (1 + np.exp(-odds)) - y)
        slope[1:] += _PULL * away[1:]
        return float(np.logaddexp(0, odds).sum() - y @ odds + _PULL * (away[1:] @ away[1:]) / 2), slope

    bounds = [(None, None), *[(0.1, None)] * len(kinds), (0.0, None), (0.0, None), (None, 0.0)]
    best = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds).x
    return round(float(best[0]), 3), {n: round(float(v), 3) for n, v in zip(names, best[1:], strict=True)}


def _labelled(files: Iterable[Path]) -> Iterator[LabelledCase]:
    for file in files:
        for n, line in enumerate(lines(file), 1):
            item = parse(line, n)
            if item.label is not None:
                yield LabelledCase(case_id=item.case_id, case=item.case, label=item.label, slices=item.slices)


@click.command(help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Fit on the files and print the constants."""
    judge = load_judge(timeout_s=600)
    found = list(rows(_labelled(files), load_policy(), judge))
    bias, weights = fit(found)
    click.echo(f"# {len(found)} cases, {sum(bad for _, bad in found)} of them pretextual; model {judge.version}")
    click.echo(f"BIAS = {bias}")
    click.echo("FITTED: Mapping[str, float] = MappingProxyType({")
    for name, value in weights.items():
        click.echo(f'    "{name}": {value},')
    click.echo("})")


if __name__ == "__main__":
    main()
