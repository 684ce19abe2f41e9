"""Keys that the environment brings."""

import json

import pytest

from service.keys.environment import InvalidKeys, read_keys

from .making import entry


@pytest.mark.parametrize(
    "text",
    [
        "[1]", "[{}]", '[{"key": "plain"}]', "[", "/nonexistent/keys.json",
        json.dumps([entry("a", "one", "requests:submit"), entry("a", "two", "requests:submit")]),
        json.dumps([entry("a", "one", "requests:submit"), entry("b", "one", "requests:submit")]),
        json.dumps([entry("a", "one")]),
        json.dumps([entry("a", "one", "requests:clear")]),
        json.dumps([{**entry("a", "one", "requests:submit"), "key_sha256": "my-plain-key"}]),
        json.dumps([entry("a", "verifier", "requests:submit")]),
    ],
)  # fmt: skip
def test_bad_keys_are_refused_without_repeating_them(text):
    with pytest.raises(InvalidKeys) as refused:
        read_keys(text)
    assert "plain" not in str(refused.value)


def test_keys_from_a_file(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps([{**entry("a", "form", "requests:submit"), "person": "p-7"}]), "utf-8")
    caller = read_keys(str(path)).caller_with(entry("a", "")["key_sha256"])
    assert (caller.name, caller.person, caller.observes) == ("form", "p-7", False)


def test_no_keys_at_all_lets_nobody_in():
    assert read_keys("[]").caller_with("") is None
