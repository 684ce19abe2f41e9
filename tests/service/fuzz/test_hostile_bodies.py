"""Bodies and texts that were made to break readers, at every door that reads much."""

import copy
import gc
import hashlib
import json
import resource
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from service.cli.verify import verify
from service.observability.logs import JsonLines
from tests.service.fakes import CASES, case_file

from .amount import EXAMPLES, SECONDS, much
from .conftest import real_rules
from .hostile import BODIES, TEXTS

DOORS = [
    ("POST", "/v1/verifications"),
    ("PUT", "/v1/meetings/m-1"),
    ("POST", "/v1/meetings/m-1/signals"),
    ("POST", "/v1/meetings/m-1/reports"),
    ("POST", "/v1/meetings/m-1/coverage"),
    ("POST", "/v1/connectors/zoom"),
    ("POST", "/v1/connectors/bigbluebutton"),
    ("PUT", "/v1/connectors/zoom/meetings/m-1/transcript"),
    ("POST", "/v1/permits/redeem"),
    ("POST", "/v1/appeals"),
    ("POST", "/v1/break-glass"),
    ("POST", "/v1/keys"),
]
JSON = {"Content-Type": "application/json"}
CASE = json.loads(case_file("12").read_text("utf-8"))["case"]
DOCUMENTS = [json.loads(path.read_text("utf-8"))["case"] for path in sorted(CASES.glob("*.json"))]


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_hostile_body_is_refused_in_time(door, method, path, body):
    response = door.send(method, path, content=body, headers=JSON)
    assert 400 <= response.status_code < 500, response.text
    assert len(response.content) < 2_000_000


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_a_compressed_body_is_never_unpacked(door, method, path):
    response = door.send(method, path, content=BODIES["gzip"], headers={**JSON, "Content-Encoding": "gzip"})
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_command_refuses_them_too(tmp_path, body):
    path = tmp_path / "case.json"
    path.write_bytes(body)
    began = time.process_time()
    result = CliRunner().invoke(verify, ["--json", str(path)], obj=real_rules())
    assert time.process_time() - began < SECONDS
    assert result.exit_code == 2, result.output[:2_000]
    assert json.loads(result.stderr)["status"] in (400, 413, 422)


def with_text(text):
    """A well-founded case in which this text stands in place of all that was said, and wherever somebody can write."""
    case = copy.deepcopy(CASE)
    case["request"] |= {"justification": text, "request_id": f"REQ-{hashlib.sha256(text.encode()).hexdigest()}"}
    case["signals"] = [
        signal | {"text": text} for signal in case["signals"] if signal["kind"] in ("transcript", "chat")
    ]
    for report in case["reports"]:
        report["text"] = text
    case["meeting"]["title"] = text[:500]
    for participant in case["meeting"]["participants"]:
        participant["display_name"] = text[:200]
    return case


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_in_every_field_is_judged_or_refused_in_time_and_clears_nothing(door, text, caplog):
    sent = with_text(text)
    response = door.send("POST", "/v1/verifications", json=sent)
    assert response.status_code in (200, 422), response.text[:2_000]
    if response.status_code == 200:
        assert response.json()["disposition"] in ("review", "hold")
    for line in caplog.records:
        assert len(JsonLines().format(line).splitlines()) == 1
    door.send("GET", f"/v1/requests/{sent['request']['request_id']}")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_report_for_people_survives_hostile_texts(tmp_path, text):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(with_text(text)), "utf-8")
    began = time.process_time()
    result = CliRunner().invoke(verify, [str(path)], obj=real_rules())
    assert time.process_time() - began < SECONDS
    assert result.exit_code in (0, 2, 3, 4), result.output[:2_000]
    assert not any(c in result.output for c in "\x1b\u202e\u2066\x07\x08")


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=50), st.sampled_from(sorted(TEXTS.values())),
    st.just([]), st.just({}), st.integers(10**18, 10**40), st.lists(st.integers(), max_size=5),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)  # fmt: skip


def places(value, path=()):
    """Every place in a JSON value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from places(below, (*path, key))


@st.composite
def mutants(draw):
    """A worked case with up to four of its values replaced, removed or doubled."""
    case = copy.deepcopy(draw(st.sampled_from(DOCUMENTS)))
    for _ in range(draw(st.integers(1, 4))):
        *above, last = draw(st.sampled_from(list(places(case))))
        inside = case
        for key in above:
            inside = inside[key]
        how = draw(st.sampled_from(["replace", "remove", "double", "add"]))
        if how == "remove":
            del inside[last]
        elif how == "double" and isinstance(inside, list):
            inside.append(copy.deepcopy(inside[last]))
        elif how == "add" and isinstance(inside, dict):
            inside[draw(st.text(max_size=10))] = draw(ODD)
        else:
            inside[last] = draw(ODD)
    return case


@given(mutants())
@much(40)
def test_a_changed_case_is_answered_or_refused_and_never_fails(door, case):
    body = json.dumps(case).encode()
    response = door.send("POST", "/v1/verifications", content=body, headers=JSON)
    assert response.status_code in (200, 400, 409, 422), response.text[:2_000]


@given(st.sampled_from(DOORS), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@much(40)
def test_bytes_by_chance_are_refused_everywhere(door, where, body):
    response = door.send(*where, content=body, headers=JSON)
    assert 400 <= response.status_code < 500


@given(st.text(min_size=1, max_size=120))
@much(40)
def test_ids_by_chance_are_found_or_not_and_never_fail(door, name):
    for path in ("/v1/requests/", "/v1/reviews/", "/v1/permits/", "/v1/meetings/"):
        response = door.send("GET", path + quote(name, safe=""))
        assert response.status_code in (200, 307, 403, 404, 405, 422), response.text


def resident_mib():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system tells no memory in /proc")
def test_refused_calls_leave_no_memory_behind(door):
    def send(count):
        for n in range(count):
            body = json.dumps({**CASE, "signals": [{"text": f"{n} " * 2_000}] * 20}).encode()
            assert door.send("POST", "/v1/verifications", content=body, headers=JSON).status_code == 422

    send(100)  # caches and pools fill up first
    before = resident_mib()
    count = max(200, EXAMPLES // 10)
    send(count)  # each of 80 KB: keeping them would take 16 MiB and more
    assert resident_mib() - before < count * 0.08 / 2
