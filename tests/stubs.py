"""Judges and small cases for tests: what a text judge says is fixed here, so that the rest can be checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.judge import CATEGORIES, Judgement, JudgeUnavailable, Passage
from verifier.case import Case, LabelledCase
from verifier.policy import Policy, SupportWeights, load_policy
from verifier.pretext.sketch import START, account, exhibit, report, sketch
from verifier.problems import parse_labelled_case

FIXTURES = Path(__file__).parent / "fixtures" / "cases"
CASE_FILES = sorted(FIXTURES.glob("*.json"))

THREAT = "i will burn the shed and everybody in it"
"""What a `KeywordJudge` with `THREATS` takes for a threat."""
THREATS = {"violent_threat": (THREAT,)}


class KeywordJudge:
    """A judge that finds a violation where a marker phrase stands, and nothing anywhere else.

    `about` are phrases that speak of a category without doing it. Texts arrive folded, so markers are
    written in lower case. It never looks at the context and remembers what it was asked (`asked`).
    """

    version = "keywords-1"
    categories = frozenset(CATEGORIES)
    screen_order = CATEGORIES

    def __init__(
        self,
        violating: Mapping[str, Sequence[str]] | None = None,
        about: Mapping[str, Sequence[str]] | None = None,
        *,
        sure: float = 0.93,
        floor: float = 0.03,
    ) -> None:
        self._violating, self._about = dict(violating or {}), dict(about or {})
        self._sure, self._floor = sure, floor
        self.asked: list[Passage] = []

    def screen(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [[self._of(text).violating[c] for c in CATEGORIES] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), len(CATEGORIES))

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        self.asked += passages
        return [self._of(p.text) for p in passages]

    def _of(self, text: str) -> Judgement:
        does = {c: self._sure if self._has(self._violating, c, text) else self._floor for c in CATEGORIES}
        tells = {c: self._sure if self._has(self._about, c, text) else does[c] for c in CATEGORIES}
        return Judgement(violating=does, about=tells)

    @staticmethod
    def _has(markers: Mapping[str, Sequence[str]], category: str, text: str) -> bool:
        return any(marker in text for marker in markers.get(category, ()))


class GradedJudge(KeywordJudge):
    """A judge that reads its answer in the text: `v62 a80` is a threat with 0.62, and about one with 0.80."""

    version = "graded-1"

    def _of(self, text: str) -> Judgement:
        does, about = re.search(r"v(\d\d)", text), re.search(r"a(\d\d)", text)
        p = int(does[1]) / 100 if does else self._floor
        rest = dict.fromkeys(CATEGORIES, self._floor)
        return Judgement(
            violating=rest | {"violent_threat": p},
            about=rest | {"violent_threat": int(about[1]) / 100 if about else p},
        )


class BrokenJudge:
    """A judge that fails: at once, or only when asked to judge (`at="judge"`), or at the `after`-th question."""

    version = "broken-1"
    categories = frozenset(CATEGORIES)
    screen_order = CATEGORIES
    reason = "The text judge did not answer in time."

    def __init__(self, at: str = "screen", after: int = 0) -> None:
        self._at, self._left = at, after
        self._sound = KeywordJudge()

    def screen(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if self._at == "screen":
            raise JudgeUnavailable(self.reason)
        return self._sound.screen(texts)

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        if self._left == 0:
            raise JudgeUnavailable(self.reason)
        self._left -= 1
        return self._sound.judge(passages)


WORKED_CASES = {
    "terrorism": (
        "viva la columna", "columna aurora roja —", "columna aurora roja presente", "kara şafak cephesi",
        "cepheye selam", "cephenin eylemlerini", "support the northwind", "what the column did",
        "fighters need money", "donate to the northwind", "join the column yourself", "northwind column – stand",
        "another march", "best of us",
    ),
    "hate_speech": (
        "vermin and they breed", "filth by blood", "let near a school", "آدم نیستن", "نژاد پسته", "جای انگل",
        "افغان = انگل", "это саранча", "её травят", "всё равно саранча",
    ),
    "violent_threat": (
        "بقتلك", "رح أقتلك", "kill people. i mean", "as many as i can", "ready. don't bring",
    ),
    "harassment": (
        "pathetic", "stupid cow", "boring. quit", "spam her page", "make her cry", "worthless marisol", "cry about it",
        "you're a joke", "keep going", "we won hahaha",
    ),
    "fraud_spam": (
        "绝对不会亏", "入金钱包", "保证收益", "转usdt", "缴完税金", "税金这个是", "你再入两千", "你就说是买货款",
        "will be frozen today", "otp", "security deposit", "all six, quickly", "don't call the bank",
    ),
    "meeting_disruption": ("raid raid", "siren noise", "class is cancelled", "no lesson today"),
    "illegal_goods": ("rhino horn", "raw elephant", "raw ivory", "pangolin"),
}  # fmt: skip
"""What a careful reader marks as violating in the worked cases, by a few words of each passage."""


def worked_judge() -> KeywordJudge:
    """A judge that reads the worked cases as a careful person does."""
    return KeywordJudge(WORKED_CASES)


def worked_case(start: str) -> LabelledCase:
    """The worked case whose file name begins with `start`, e.g. '08'."""
    (path,) = FIXTURES.glob(f"{start}*.json")
    return parse_labelled_case(path.read_bytes())


def plain(case: Case) -> dict[str, Any]:
    """A case as the JSON document it came from, to be changed and read again."""
    document = json.loads(case.model_dump_json())
    assert isinstance(document, dict)
    return document


def people(*roles: str, **more: Any) -> tuple[dict[str, Any], ...]:
    """Participants p1, p2, … with these roles, all there from the start on established accounts."""
    return tuple(
        {
            "participant_id": f"p{n}",
            "display_name": f"Person {n}",
            "role": role,
            "joined_at": START,
            "account": account(f"p{n}"),
        }
        | more
        for n, role in enumerate(roles, 1)
    )


def said(who: str | None, text: str | None, *, minute: float = 30, name: str = "", **more: Any) -> dict[str, Any]:
    """A transcript turn by a participant, some minutes into the meeting."""
    return {
        "signal_id": name or f"x-{who}-{minute}",
        "kind": "transcript",
        "observed_at": START + timedelta(minutes=minute),
        "participant_id": who,
        "text": text,
        "language": "en",
    } | more


def found(who: str | None, category: str, score: float, *, minute: float = 30, **more: Any) -> dict[str, Any]:
    """A finding of a platform classifier about a participant's content."""
    return said(who, "", minute=minute, name=f"f-{who}-{minute}") | {
        "kind": "classifier", "text": None, "category": category, "score": score, "language": None,
        "source": "harm-model",
    } | more  # fmt: skip


def with_signals(*extra: Mapping[str, Any], base: Iterable[Any] | None = None, **parts: Any) -> Case:
    """The neighbours' meeting with these signals on top of its own (or of `base`)."""
    own = sketch().signals if base is None else base
    return sketch(signals=(*(s.model_dump() if hasattr(s, "model_dump") else s for s in own), *extra), **parts)


__all__ = [
    "CASE_FILES", "FIXTURES", "START", "THREAT", "THREATS", "WORKED_CASES", "BrokenJudge", "GradedJudge",
    "KeywordJudge", "account", "exhibit", "found", "people", "plain", "report", "said", "sketch", "with_signals",
    "worked_case", "worked_judge",
]  # fmt: skip


def plain_policy() -> Policy:
    """The default policy with plain weights: log-odds of words as they are.

    Tests of the rules must not move when the weights are fitted to another text judge.
    """
    policy = load_policy()
    weights = SupportWeights(
        bias=0.0,
        best=1.0,
        more=0.4,
        detector=0.95,
        second_detector=1.0,
        weak_detector=0.5,
        at_large=1.0,
        heard_nothing=-1.0,
    )
    thresholds = policy.thresholds.model_copy(update={"uncertain_at": 0.4})
    return policy.model_copy(update={"support": weights, "thresholds": thresholds})
