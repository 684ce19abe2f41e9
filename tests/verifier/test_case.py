"""The contract's models: worked cases are accepted, and models and published schemas agree."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jsonschema
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stubs import CASE_FILES, plain, sketch
from verifier.case import DEFAULT_CATEGORIES, Account, Case, Meeting, Signal
from verifier.problems import InvalidCase, parse_case, parse_labelled_case


@lru_cache
def schema(name: str) -> jsonschema.Draft202012Validator:
    """A published schema, ready to validate."""
    document = json.loads((files("verifier") / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


@lru_cache
def document(path: Any) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda p: p.stem)
class TestWorkedCases:
    def test_schemas_accept(self, path):
        schema("labelled_case").validate(document(path))
        schema("case").validate(document(path)["case"])

    def test_models_accept_and_lose_nothing(self, path):
        labelled = parse_labelled_case(path.read_bytes())
        assert labelled.case_id == path.stem
        assert set(labelled.label.verdicts) == {c.claim_id for c in labelled.case.request.claims}
        again = parse_case(labelled.case.model_dump_json())
        assert again == labelled.case

    def test_every_field_given_is_kept(self, path):
        given = document(path)["case"]
        kept = plain(parse_case(path.read_bytes()))
        assert _missing_from(kept, given) == []

    def test_what_we_write_validates(self, path):
        schema("case").validate(plain(parse_case(path.read_bytes())))


def test_there_are_26_worked_cases():
    assert len(CASE_FILES) == 26


def test_categories_are_those_of_the_schema():
    claim = schema("case").schema["$defs"]["Claim"]["properties"]["category"]
    assert tuple(claim["enum"]) == DEFAULT_CATEGORIES


def test_cases_cannot_be_changed():
    case = sketch()
    with pytest.raises(pydantic.ValidationError):
        case.request.action = "suspend_account"
    with pytest.raises(pydantic.ValidationError):
        case.signals[0].text = "something else"


def test_times_are_compared_in_utc():
    there = datetime(2025, 6, 4, 10, 40, tzinfo=timezone(timedelta(hours=8)))
    account = Account(account_id="a", created_at=there)
    assert account.created_at == there
    assert account.created_at.tzinfo is UTC


def test_a_meeting_may_end_when_it_started_but_not_before():
    start = datetime(2025, 6, 4, tzinfo=UTC)
    host = Account(account_id="h")
    assert Meeting(meeting_id="m", host_account=host, started_at=start, ended_at=start).ended_at == start
    with pytest.raises(pydantic.ValidationError, match="ended_at must not be before started_at"):
        Meeting(meeting_id="m", host_account=host, started_at=start, ended_at=start - timedelta(seconds=1))


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan"), float("inf"), "0.9", True])
def test_scores_are_probabilities(score):
    with pytest.raises(pydantic.ValidationError):
        Signal(signal_id="s", kind="classifier", score=score)


# One change to a worked case: what our models accept, the published schema must accept too.
_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2**40), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.just([]), st.just({}),
    st.sampled_from(["2025-01-01T00:00:00Z", "host", "csam", "NL", "p1"]),
)  # fmt: skip


@given(data=st.data())
def test_models_are_no_laxer_than_the_schema(data):
    case = copy.deepcopy(document(data.draw(st.sampled_from(CASE_FILES)))["case"])
    for _ in range(data.draw(st.integers(1, 3))):
        place, key = data.draw(st.sampled_from(_places(case)))
        change = data.draw(st.sampled_from(["replace", "drop", "add"]))
        if change == "drop":
            del place[key]
        elif change == "replace":
            place[key] = data.draw(_JUNK)
        elif isinstance(place, dict):
            place[data.draw(st.text(min_size=1, max_size=6))] = data.draw(_JUNK)
    try:
        parse_case(json.dumps(case))
    except InvalidCase:
        return
    schema("case").validate(case)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document, but for free-form details."""
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    found: list[tuple[Any, Any]] = [(node, key) for key, _ in items]
    for key, value in items:
        if key != "details":
            found += _places(value)
    return found


def _missing_from(kept: Any, given: Any, at: str = "") -> list[str]:
    """Pointers of what was given and isn't kept as it was (times may be written otherwise)."""
    if isinstance(given, dict):
        return [
            p
            for k, v in given.items()
            for p in ([f"{at}/{k}"] if k not in kept else _missing_from(kept[k], v, f"{at}/{k}"))
        ]
    if isinstance(given, list):
        if len(kept) != len(given):
            return [at]
        return [p for n, v in enumerate(given) for p in _missing_from(kept[n], v, f"{at}/{n}")]
    if kept == given or (isinstance(given, str) and isinstance(kept, str) and _time(kept) == _time(given) is not None):
        return []
    return [at]


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def test_a_case_without_signals_is_a_case():
    assert Case.model_validate(sketch().model_dump() | {"signals": ()}).signals == ()
