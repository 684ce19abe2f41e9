"""The shipped judge: ONNX Runtime, numpy and a tokeniser; nothing else.

Each passage runs alone, unpadded, so its numbers never depend on its company; threads work on different passages.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from . import manifest
from .judge import Judgement, JudgeUnavailable, Passage, TextJudge
from .prefilter import Prefilter
from .tokenise import Ids, PassageTokenizer

DEFAULT = Path(__file__).parent / "weights" / "e5-stance-3"
ENVIRONMENT = "TAKEDOWN_MODEL_DIR"
CACHED = 20_000
"""Judgements, and as many times :data:`SCREENED` screen scores, remembered; least recently used forgotten first."""
SCREENED = 3
SCREEN_CHARS = 480
"""Characters of a text that the screen looks at."""
LONGEST = 4_000
"""Characters of a text or of its context that are looked at (far more than the tokens kept)."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class OnnxJudge:
    """A :class:`TextJudge` over one weights folder. Safe to share between threads."""

    def __init__(self, folder: Path, timeout_s: float, threads: int | None, cached: int = CACHED) -> None:
        """Check and load the folder; see :func:`load_judge`."""
        shipped = manifest.read(folder)
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = PassageTokenizer.load(folder / "tokenizer.json")
            self._prefilter = Prefilter.load(folder / "prefilter.npz")
            settings = shipped.settings
            self.screen_order: tuple[str, ...] = tuple(settings["categories"])
            self._lengths = int(settings["context_tokens"]), int(settings["text_tokens"])
            calibration = [[settings[head][name] for name in self.screen_order] for head in ("violating", "about")]
            self._scale, self._shift = np.moveaxis(np.array(calibration, np.float64), -1, 0)
        except ImportError as error:
            raise JudgeUnavailable("The text model needs onnxruntime, which is not installed.") from error
        except Exception as error:
            raise JudgeUnavailable("The text model's files don't fit this version of the program.") from error
        self.version = shipped.version
        self.categories = frozenset(self.screen_order)
        self.timeout_s = timeout_s
        self._threads = threads or os.cpu_count() or 1
        self._judged: LRUCache[Passage, Judgement] = LRUCache(cached)
        self._screened: LRUCache[str, npt.NDArray[np.float32]] = LRUCache(SCREENED * cached)
        self._lock = threading.Lock()

    def screen(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """See :meth:`TextJudge.screen`."""
        heads = [text[:SCREEN_CHARS] for text in texts]
        found = self._recall(self._screened, heads)
        missing = [text for text in dict.fromkeys(heads) if text not in found]
        if missing:
            fresh = dict(zip(missing, self._prefilter.score(self._tokenizer.pieces(missing)), strict=True))
            found |= fresh
            with self._lock:
                self._screened.update(fresh)
        if not heads:
            return np.zeros((0, len(self.screen_order)), np.float32)
        return np.stack([found[text] for text in heads])

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """See :meth:`TextJudge.judge`. All of it, or :class:`JudgeUnavailable` after ``timeout_s`` seconds."""
        deadline = time.monotonic() + self.timeout_s
        found = self._recall(self._judged, passages)
        missing = [passage for passage in dict.fromkeys(passages) if passage not in found]
        if missing:
            probabilities = self.calibrated(self.logits(missing, deadline))
            fresh = {
                passage: Judgement(self._named(violating), self._named(about))
                for passage, (violating, about) in zip(missing, probabilities, strict=True)
            }
            found |= fresh
            with self._lock:
                self._judged.update(fresh)
        return [found[passage] for passage in passages]

    def forget(self) -> None:
        """Forget every text, as a new process would; for measuring."""
        with self._lock:
            self._judged.clear()
            self._screened.clear()

    def _recall(self, cache: LRUCache[K, V], keys: Iterable[K]) -> dict[K, V]:
        with self._lock:
            return {key: cache[key] for key in keys if key in cache}

    def logits(self, passages: Sequence[Passage], deadline: float = float("inf")) -> npt.NDArray[np.float32]:
        """Raw logits [n, 2, C] (``violating``, ``about``), uncached; ``deadline`` is on the monotonic clock.

        Raises:
            JudgeUnavailable: the deadline passed or the model failed.
        """
        shortened = [
            Passage(passage.text[:LONGEST], tuple(turn[-LONGEST:] for turn in passage.context)) for passage in passages
        ]
        encoded = self._tokenizer.encode(shortened, *self._lengths)
        out = np.empty((len(passages), 2, len(self.screen_order)), np.float32)

        def one(i: int) -> None:
            if time.monotonic() > deadline:
                raise JudgeUnavailable(f"The text model did not answer within {self.timeout_s:g} seconds.")
            out[i] = self._one(encoded[i])

        order = sorted(range(len(passages)), key=lambda i: -len(encoded[i].ids))
        try:
            if self._threads == 1 or len(passages) < 2:
                for i in order:
                    one(i)
            else:
                with ThreadPoolExecutor(min(self._threads, len(passages))) as pool:
                    for _ in pool.map(one, order):
                        pass
        except JudgeUnavailable:
            raise
        except Exception as error:
            raise JudgeUnavailable("The text model failed while judging a passage.") from error
        if not np.isfinite(out).all():
            raise JudgeUnavailable("The text model gave a number that is no number.")
        return out

    def calibrated(self, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Probabilities [n, 2, C], rounded to four digits."""
        out: npt.NDArray[np.float64] = np.round(1 / (1 + np.exp(-(logits * self._scale + self._shift))), 4)
        return out

    def _one(self, item: Ids) -> npt.NDArray[np.float32]:
        ids = np.array([item.ids], np.int64)
        tokens = np.ones(ids.shape, np.float32)
        text = tokens.copy()
        text[0, : item.text_start] = 0
        (logits,) = self._session.run(None, {"ids": ids, "tokens": tokens, "text": text})
        found: npt.NDArray[np.float32] = logits[0]
        return found

    def _named(self, values: npt.NDArray[np.float64]) -> Mapping[str, float]:
        return dict(zip(self.screen_order, values.tolist(), strict=True))


def load_judge(path: Path | None = None, *, timeout_s: float = 5.0, threads: int | None = None) -> TextJudge:
    """Load the shipped judge, or the one in ``path`` or in the folder that ``TAKEDOWN_MODEL_DIR`` names.

    Args:
        path: a weights folder.
        timeout_s: seconds one call of ``judge`` may take.
        threads: passages judged at the same time; default all usable cores.

    Raises:
        JudgeUnavailable: no such folder, a damaged or changed file, or a missing library.
    """
    if timeout_s <= 0:
        raise ValueError("timeout_s must be positive")
    chosen = path or Path(os.environ.get(ENVIRONMENT) or DEFAULT)
    return OnnxJudge(Path(chosen), timeout_s, threads)
