"""What all tests share: hypothesis without deadlines (the machine may be busy), the default policy, a judge."""

from __future__ import annotations

import hypothesis
import pytest

from tests.stubs import CASE_FILES, KeywordJudge, plain_policy, worked_judge
from verifier.policy import Policy
from verifier.problems import parse_labelled_case

hypothesis.settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    max_examples=20,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def policy() -> Policy:
    return plain_policy()


@pytest.fixture(scope="session")
def judge() -> KeywordJudge:
    """Reads the worked cases as a careful person does."""
    return worked_judge()


@pytest.fixture(scope="session", params=CASE_FILES, ids=lambda path: path.stem[:2])
def worked(request: pytest.FixtureRequest):
    """Each worked case with its label."""
    return parse_labelled_case(request.param.read_bytes())
