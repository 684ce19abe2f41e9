"""The shipped judge, once for all tests of this folder."""

from pathlib import Path

import pytest

from models.runtime import DEFAULT, OnnxJudge, load_judge


@pytest.fixture(scope="session")
def weights() -> Path:
    if not (DEFAULT / "manifest.json").exists():
        pytest.skip("no weights are installed")
    return DEFAULT


@pytest.fixture(scope="session")
def judge(weights: Path) -> OnnxJudge:
    found = load_judge(weights, timeout_s=120)
    assert isinstance(found, OnnxJudge)
    return found


@pytest.fixture
def copied(weights: Path, tmp_path: Path) -> Path:
    """A folder with the same files, as links; replace a link to damage a file."""
    for file in weights.iterdir():
        (tmp_path / file.name).symlink_to(file)
    return tmp_path
