"""Fitting the pretext score."""

from __future__ import annotations

import pytest

from eval.fit_pretext import fit

pytest.importorskip("scipy")


def test_a_fit_is_monotone_and_follows_the_cases() -> None:
    honest = [({"pressure": 0.6, "truth": 0.9}, False)] * 40 + [({}, False)] * 60
    bad = [({"tied_source": 0.9, "any_strong": 0.9}, True)] * 50
    bias, weights = fit([*honest, *bad])
    assert bias < 0
    assert all(v > 0 for n, v in weights.items() if n != "truth")
    assert weights["truth"] <= 0
    assert weights["tied_source"] > weights["pressure"]
