import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
PAGE = (TESTS.parent / "docs" / "security.md").read_text("utf-8")


def test_every_test_that_the_security_page_names_is_there():
    named = set(re.findall(r"`(test_[a-z_]+)`", PAGE))
    there = {
        name for path in TESTS.rglob("test_*.py") for name in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))
    }
    assert len(named) > 40
    assert named <= there, named - there


def test_the_security_page_walks_through_the_whole_top_ten():
    assert re.findall(r"^\*\*(API\d+) ", PAGE, re.MULTILINE) == [f"API{n}" for n in range(1, 11)]
