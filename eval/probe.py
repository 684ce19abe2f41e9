"""Does a system read answers from names? The same cases under other ids must get the same answers.

Labels sometimes leak through ids (`case-0012-fake`, accounts numbered by kind). A system that learnt them looks
splendid on the file and knows nothing. Renaming every id of a few cases shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval import cases
from eval.invariants.twins import new_name, renamed
from eval.running import Engine, Prediction
from verifier.verify import verify


def spread(total: int, wanted: int) -> frozenset[int]:
    """Line numbers (from 1) of `wanted` cases, evenly spread over `total`."""
    wanted = min(total, wanted)
    return frozenset(1 + i * total // wanted for i in range(wanted)) if wanted else frozenset()


def probe(answered: Sequence[tuple[int, str, Prediction]], engine: Engine) -> dict[str, Any]:
    """Verify cases again under other ids: how many answers differ from the one given, and which cases they were.

    `answered`: number of the line, the line, its prediction.
    """
    asked, changed = 0, []
    for number, line, before in answered:
        if before.get("error"):
            continue
        try:
            after = verify(
                renamed(cases.parse(line, number, engine.policy.categories).case), engine.policy, engine.judge
            )
        except Exception:
            changed.append(before["case_id"])  # it had an answer under its own ids
            asked += 1
            continue
        asked += 1
        verdicts = {new_name(c["claim_id"]): c["verdict"] for c in before["claims"]}
        if before["disposition"] != after.disposition or verdicts != {c.claim_id: c.verdict for c in after.claims}:
            changed.append(before["case_id"])
    return {"cases": asked, "changed": changed}
