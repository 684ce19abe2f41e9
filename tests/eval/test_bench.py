"""The benchmark builder, on a small made-up library and on the sample that the repository carries."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from eval.bench.build import compose, quotas, write
from eval.bench.slices import ALL
from eval.bench.sources import Library, read_library
from eval.cases import lines, parse
from models.judge import CATEGORIES

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"
STANCES = ("violating", "mention", "counter_speech", "benign")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("data")
    (root / "open").mkdir()
    (root / "written").mkdir()
    rows = [
        {"set": f"s-{c}-{n}", "id": f"s-{c}-{n}-{s}", "language": "en", "category": c, "stance": s, "device": "direct",
         "context": [{"speaker": "A", "text": "Go on."}], "speaker": "B", "register": "spoken",
         "text": f"Invented line {n} about {c}, which does not stand for anything, stance {s}."}
        for c in CATEGORIES for n in range(4) for s in STANCES
    ]  # fmt: skip
    (root / "written" / "x.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    meetings = [
        {"source": source, "source_id": str(i), "language": "en", "topic": "[Committee] x" if i % 2 else "podcast",
         "turns": [{"speaker": f"S{t % 3}", "text": f"Turn {t} of meeting {i}."} for t in range(40)]}
        for source in ("qmsum", "changelog_podcast") for i in range(3)
    ]  # fmt: skip
    packed = gzip.compress("\n".join(map(json.dumps, meetings)).encode())
    (root / "open" / "meetings_x.jsonl.gz").write_bytes(packed)
    return read_library(root / "open", root / "written", None)


def test_every_writer_gives_valid_cases_that_tell_one_story(library: Library) -> None:
    cases = compose(library, 3 * len(ALL), seed=3)
    assert {s for c in cases for s in c.slices if s.startswith("kind:")} == {f"kind:{name}" for _, name, _ in ALL}
    for labelled in cases:
        label, case = labelled.label, labelled.case
        kind = labelled.slices[0]
        assert set(label.verdicts) == {c.claim_id for c in case.request.claims}, kind
        if "cleared" in label.acceptable_dispositions:
            assert set(label.verdicts.values()) == {"supported"}, kind
            assert not label.pretextual, kind
        if label.pretextual:
            assert label.acceptable_dispositions == ("hold",), kind
            assert set(label.verdicts.values()) != {"supported"}, kind
        if "refuted" in label.verdicts.values() and "filed_before_start" not in labelled.slices:
            assert case.meeting.coverage, kind
        for signal in case.signals:
            assert signal.observed_at is None or signal.observed_at <= case.request.submitted_at, kind


def test_same_seed_same_bytes(library: Library, tmp_path: Path) -> None:
    first = write(compose(library, 20, seed=9), tmp_path / "a.jsonl.gz")
    again = write(compose(library, 20, seed=9), tmp_path / "b.jsonl.gz")
    other = write(compose(library, 20, seed=10), tmp_path / "c.jsonl.gz")
    assert first == again != other


def test_quotas_add_up() -> None:
    for size in (1, 7, 600):
        assert len(quotas(size)) == size


def test_splits_share_nothing(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    row = {"language": "en", "category": "harassment", "stance": "violating", "device": "direct", "context": [],
           "speaker": "B", "register": "spoken"}  # fmt: skip
    rows = [row | {"set": f"s-{n:03}", "id": str(n), "text": f"line {n}"} for n in range(400)]
    (tmp_path / "w" / "x_2.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    groups = [
        {x.group for x in read_library(tmp_path, tmp_path / "w", s).lines} for s in ("train", "calibration", "test")
    ]
    assert all(groups)
    assert sum(map(len, groups)) == len(set().union(*groups)) == 400


def test_the_sample_is_valid_and_balanced() -> None:
    items = [parse(line, n) for n, line in enumerate(lines(SAMPLE))]
    assert len(items) == 200
    assert len({i.case_id for i in items}) == 200
    labels = Counter("/".join(i.label.acceptable_dispositions) for i in items if i.label)
    assert labels["cleared"] >= 60
    assert labels["hold"] >= 30
    assert SAMPLE.stat().st_size < 1_500_000


def test_the_sample_does_not_leak_its_labels_through_the_request() -> None:
    pytest.importorskip("sklearn")
    from eval.bench.leakage import measure
    from verifier.problems import parse_labelled_case

    leaks = measure([parse_labelled_case(line) for line in lines(SAMPLE)])
    assert len(leaks) == 4
    assert not [leak for leak in leaks if leak.low > 0.60]


def test_a_promise_is_made_and_checked_on_different_sources(tmp_path: Path) -> None:
    rows = [{"source": "qmsum", "source_id": str(i), "language": "en", "topic": "x",
             "turns": [{"speaker": f"S{t % 3}", "text": f"Turn {t} of meeting {i}."} for t in range(9)]}
            for i in range(900)]  # fmt: skip
    (tmp_path / "meetings_x.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    parts = {
        name: {talk.source_id for talk in read_library(tmp_path, None, name).talks}
        for name in ("train", "calibration", "test", "certify", "check")
    }
    assert parts["certify"]
    assert parts["check"]
    assert parts["certify"] | parts["check"] == parts["test"]
    apart = [parts[name] for name in ("train", "calibration", "certify", "check")]
    assert sum(map(len, apart)) == len(set().union(*apart)) == 900
