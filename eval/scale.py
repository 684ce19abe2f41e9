"""The same run as a Ray Data job, for millions of cases: `evaluate --engine ray` (extra `scale`).

Lines go to a pool of actors in blocks, each actor with a judge of its own, and come back in order, so the predictions
file, its resumption and every figure are those of a local run. At most `BLOCK` lines are in flight, whatever the
length of the input.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from eval.running import Engine, Prediction, Setup, open_engine

BLOCK = 4096
"""Lines handed to the cluster at a time."""
BATCH = 16
"""Lines that an actor answers at a time."""


class Answerer:
    """One actor: a loaded policy and judge."""

    def __init__(self, setup: Setup) -> None:
        self.engine: Engine = open_engine(setup)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Answer a batch of numbered lines (NumPy columns, as Ray gives them)."""
        pairs = zip(batch["line"], batch["number"], strict=True)
        answers = [json.dumps(self.engine.predict(str(line), int(number))) for line, number in pairs]
        return {"prediction": answers}


def run_on_ray(numbered: Iterable[tuple[int, str]], setup: Setup, workers: int) -> Iterator[Prediction]:
    """Predict every line, in order, on the Ray cluster that `RAY_ADDRESS` names, else on this machine.

    Raises `ModuleNotFoundError` without the `scale` extra.
    """
    import ray

    ray.init(ignore_reinit_error=True, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    alone = replace(setup, judge_threads=setup.judge_threads or 1)
    remaining = iter(numbered)
    while block := list(islice(remaining, BLOCK)):
        rows = ray.data.from_items(
            [{"number": number, "line": line} for number, line in block],
            override_num_blocks=max(workers, len(block) // BATCH),
        )
        answered = rows.map_batches(
            Answerer, fn_constructor_args=(alone,), batch_size=BATCH, concurrency=workers, num_cpus=1
        )
        for row in answered.iter_rows():
            yield json.loads(row["prediction"])
