"""Exact intervals against published and computed values."""

import pytest

from eval.scoring.intervals import binomial_cdf, share, upper_bound


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.308497),
        (1, 10, 0.002529, 0.445016),
        (5, 10, 0.187086, 0.812914),
        (10, 10, 0.691503, 1.0),
        (3, 365, 0.001698, 0.023833),
    ],
)
def test_clopper_pearson(hits: int, total: int, low: float, high: float) -> None:
    found = share(hits, total)
    assert found.low == pytest.approx(low, abs=2e-5)
    assert found.high == pytest.approx(high, abs=2e-5)


def test_no_data_is_no_knowledge() -> None:
    assert share(0, 0).value is None
    assert (share(0, 0).low, share(0, 0).high) == (0.0, 1.0)


def test_rule_of_three() -> None:
    assert upper_bound(0, 300, 0.05) == pytest.approx(3 / 300, rel=0.01)


def test_upper_bound_is_the_limit_of_the_test() -> None:
    limit = upper_bound(4, 200, 0.1)
    assert binomial_cdf(4, 200, limit) == pytest.approx(0.1, abs=1e-9)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and total"):
        share(3, 2)
