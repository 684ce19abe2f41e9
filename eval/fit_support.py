"""Fit the weights that join words and detectors into `support`, on labelled cases.

    python -m eval.fit_support CASES.jsonl.gz [MORE.jsonl.gz ...]

A logistic regression over the measures of `verifier.support.weigh.measure` for each claim's target, with
the policy's sign constraints as bounds (L-BFGS-B, SciPy) and a pull towards the present weights. Prints
the `support:` block for the policy. Fit on calibration data only; judge the result on other data.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from eval.cases import Item, lines, parse
from models.judge import TextJudge
from models.runtime import load_judge
from verifier.policy import Policy, SupportWeights, load_policy
from verifier.support.attribution import attribute
from verifier.support.media import detections, of
from verifier.support.weigh import measure
from verifier.support.words import read

NAMES = tuple(name for name in SupportWeights.model_fields if name != "bias")
_PULL = 2.0
"""Strength of the pull towards the present weights, in pseudo-observations of squared distance."""


def rows(cases: Iterator[Item], policy: Policy, judge: TextJudge) -> Iterator[tuple[list[float], float]]:
    """For each claim that words can settle: its target's measures, and whether it is labelled supported.

    Left out: claims whose target can't be found, and true ones by people who are not the target's own
    (three independent attendees), whose truth these measures don't see.
    """
    for labelled in cases:
        case = labelled.case
        who = attribute(case, policy)
        if who.problem:
            continue
        found = detections(case, policy)
        asked = {c.category for c in case.request.claims}
        near = [d.signal.observed_at for d in found if d.category in asked and d.score >= 0.5 and d.signal.observed_at]
        reading = read(case, case.request.claims, near, policy, judge)
        for claim in case.request.claims:
            true = labelled.label is not None and labelled.label.verdicts.get(claim.claim_id) == "supported"
            others = bool(claim.participant_ids) and not set(claim.participant_ids) & who.target_ids
            settled = any("words" in e.settled_by for e in policy.categories[claim.category].elements)
            if not settled or (true and others):
                continue
            said = reading.by(who.target_ids, claim.category)
            own = [d for d in of(found, claim.category, who.target_ids) if d.basis != "hash" or d.strong]
            measures = measure(said, own, claim.category, found, policy)
            yield [measures[name] for name in NAMES], float(true)


def fit(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], start: SupportWeights) -> SupportWeights:
    """The penalised maximum-likelihood weights within the policy's sign constraints."""
    from scipy.optimize import minimize

    prior = np.array([start.bias, *(start.weights()[name] for name in NAMES)])
    design = np.hstack([np.ones((len(x), 1)), x])

    def loss(w: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds = design @ w
        away = w - prior
        value = float(np.logaddexp(0, odds).sum() - y @ odds + _PULL * (away[1:] @ away[1:]) / 2)
        slope = design.T @ (1 / (1 + np.exp(-odds)) - y)
        slope[1:] += _PULL * away[1:]
        return value, slope

    bounds = [(None, None), (0.05, None), *[(0.0, None)] * (len(NAMES) - 2), (None, 0.0)]
    best = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds).x
    return SupportWeights(bias=round(best[0], 3), **{n: round(v, 3) for n, v in zip(NAMES, best[1:], strict=True)})


@click.command(help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Fit on the files and print the block."""
    policy, judge = load_policy(), load_judge(timeout_s=600)
    cases = (parse(line, n) for file in files for n, line in enumerate(lines(file), 1))
    found = list(rows(cases, policy, judge))
    x, y = np.array([r[0] for r in found]), np.array([r[1] for r in found])
    weights = fit(x, y, policy.support)
    click.echo(f"# {len(y)} claims, {int(y.sum())} of them supported; model {judge.version}")
    click.echo("support:")
    for name, value in weights:
        click.echo(f"  {name}: {value}")


if __name__ == "__main__":
    main()
