"""A service that is killed at any moment leaves no permit without a record and loses nothing that it acknowledged."""

import pytest

from tests.service.stores import KINDS, empty_database

from .crashing import Crashes

TIMES = 5
"""In every run of the tests; `python -m tests.service.audit.crashing` goes on for as long as one likes."""


@pytest.mark.parametrize("kind", KINDS)
def test_kill_nine_at_random_moments(kind, tmp_path):
    with empty_database(kind, tmp_path) as database:
        crashes = Crashes(tmp_path, database, seed=7)
        for _ in range(TIMES):
            crashes.crash()
    assert crashes.done["crashes"] == TIMES
    assert crashes.done["acknowledged"] > 0
    assert crashes.done["redeemed"] > 0
