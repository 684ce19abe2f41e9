"""Other text models behind the judge's door."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from eval.baselines import judges
from models.judge import CATEGORIES, JudgeUnavailable, Passage
from tests.stubs import KeywordJudge
from verifier.policy import load_policy

THREAT = Passage("I am going to kill you tonight, I know where you live.")
BUDGET = Passage("The budget for next year is on slide four.")
DEFINITIONS = {name: load_policy().categories[name].definition for name in CATEGORIES}


def test_a_keyword_list_hears_the_topic_and_not_the_stance() -> None:
    read = judges.keyword_reader()
    court = Passage("The court heard that he had said: I am going to kill you tonight, I know where you live.")
    threat, budget, quoted = read([THREAT, BUDGET, court])
    here = CATEGORIES.index("violent_threat")
    assert threat[here] > 0.5 > budget[here]
    assert quoted[here] == threat[here]


def test_another_reader_answers_as_a_judge() -> None:
    judge = judges.OtherJudge("flat", lambda ps: np.full((len(ps), len(CATEGORIES)), 0.25), KeywordJudge({}))
    assert judge.judge([]) == []
    assert judge.judge([THREAT])[0].violating == dict.fromkeys(CATEGORIES, 0.25)


class _Endpoint(BaseHTTPRequestHandler):
    answer = "{}"
    asked: ClassVar[list[dict]] = []

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        body = json.dumps({"choices": [{"message": {"content": self.answer}}]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_a_large_model_is_asked_with_the_passage_as_data(endpoint: str) -> None:
    _Endpoint.answer = '```json\n{"violent_threat": 0.97, "terrorism": 7}\n```'
    (row,) = judges.llm_reader(endpoint, "some-model", None, DEFINITIONS)([THREAT])
    assert row[CATEGORIES.index("violent_threat")] == 0.97
    assert row[CATEGORIES.index("terrorism")] == 1.0
    assert row[CATEGORIES.index("self_harm")] == 0.0
    system, user = _Endpoint.asked[-1]["messages"]
    assert THREAT.text not in system["content"]
    assert json.loads(user["content"])["passage"] == THREAT.text


@pytest.mark.parametrize("answer", ["I can't help with that.", "[1, 2]", '{"terrorism": "very"}'])
def test_an_answer_that_is_no_judgement_is_no_judge(endpoint: str, answer: str) -> None:
    _Endpoint.answer = answer
    with pytest.raises(JudgeUnavailable):
        judges.llm_reader(endpoint, "some-model", None, DEFINITIONS)([THREAT])


def test_an_endpoint_that_is_not_there_is_no_judge() -> None:
    with pytest.raises(JudgeUnavailable):
        judges.llm_reader("http://127.0.0.1:9/v1", "some-model", None, DEFINITIONS, 0.5)([THREAT])


def _tiny(folder: Path, labels: dict[int, str]) -> Path:
    transformers = pytest.importorskip("transformers", reason="needs the train extra")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "aeiou")]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label=labels, label2id={name: i for i, name in labels.items()},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_entailment_and_embedding_checkpoints_are_read_from_a_folder(tmp_path: Path) -> None:
    folder = _tiny(tmp_path, {0: "contradiction", 1: "neutral", 2: "entailment"})
    for read in (judges.nli_reader(folder, DEFINITIONS), judges.embedding_reader(folder, DEFINITIONS)):
        found = read([THREAT, BUDGET])
        assert found.shape == (2, len(CATEGORIES))
        assert ((found >= 0) & (found <= 1)).all()


def test_a_checkpoint_without_entailment_is_refused(tmp_path: Path) -> None:
    folder = _tiny(tmp_path, {0: "bad", 1: "good"})
    with pytest.raises(ValueError, match="no entailment model"):
        judges.nli_reader(folder, DEFINITIONS)
