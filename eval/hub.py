"""Labelled cases as a Hugging Face data set, streaming, for people whose tools expect one (the `eval` extra).

Each row has `case_id`, `case` and `label` (JSON texts: a case's free-form parts have no fixed columns),
`slices`, `language`, `acceptable_dispositions`, `pretextual` and `verdicts` (in the order of the claims).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.cases import lines, parse


def rows(path: str) -> Iterator[dict[str, Any]]:
    """Rows of a data set, one a labelled case. Raises `InvalidCase` at the first bad line."""
    for number, line in enumerate(lines(Path(path)), 1):
        item = parse(line, number)
        label = item.label
        yield {
            "case_id": item.case_id,
            "case": item.case.model_dump_json(exclude_none=True),
            "label": label.model_dump_json() if label else "",
            "slices": list(item.slices),
            "language": item.case.meeting.language or "",
            "acceptable_dispositions": list(label.acceptable_dispositions) if label else [],
            "pretextual": label.pretextual if label else None,
            "verdicts": [label.verdicts[c.claim_id] for c in item.case.request.claims] if label else [],
        }


def load(path: Path) -> Any:
    """A `datasets.IterableDataset` over the file; nothing is read before it is iterated."""
    from datasets import IterableDataset

    return IterableDataset.from_generator(rows, gen_kwargs={"path": str(path)})
