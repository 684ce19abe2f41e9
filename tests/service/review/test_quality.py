import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.review.quality import krippendorff_alpha


def test_agreement_is_as_in_the_published_example():
    # Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", example B: two observers, binary, alpha 0.095.
    a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    units = [(str(x), str(y)) for x, y in zip(a, b, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.095, abs=0.001)


def test_a_nominal_example_with_four_observers_and_gaps():
    # The same paper, example C: nominal data, four observers, missing values, alpha 0.743.
    rows = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    columns = zip(*(row.split() for row in rows), strict=True)
    units = [[value for value in column if value != "."] for column in columns]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.001)


@given(st.lists(st.lists(st.sampled_from(["approve", "deny"]), max_size=4), max_size=12))
def test_agreement_is_never_above_one_and_one_where_nobody_differs(units):
    alpha = krippendorff_alpha(units)
    if alpha is None:
        assert all(len(unit) < 2 for unit in units)
        return
    assert alpha <= 1
    assert (alpha == 1) == all(len(set(unit)) == 1 for unit in units if len(unit) > 1)
