"""How much is tried: a little in `make test`, always the same; much in `make fuzz`, always something else."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("TAKEDOWN_FUZZ_EXAMPLES", "0"))
"""Inputs for each kind of fuzzing; 0: the small, repeatable run."""
SECONDS = 5.0
"""Of processor time, which a busy machine doesn't change: no input may take more."""

QUIET = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.function_scoped_fixture,
]


def much(small):
    """Settings for a test that tries `small` inputs in `make test`."""
    return settings(
        max_examples=EXAMPLES or small,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=QUIET,
    )
