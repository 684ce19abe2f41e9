"""Does a system read answers from names? The same cases under other ids must get the same answers.

Labels sometimes leak through ids (`case-0012-fake`, accounts numbered by kind). A system that learnt them looks
splendid on the file and knows nothing. Renaming every id of a few cases shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval import cases
from eval.invariants.twins import new_name, renamed
from eval.running import Engine
from verifier.verify import verify


def spread(total: int, wanted: int) -> frozenset[int]:
    """Line numbers (from 1) of `wanted` cases, evenly spread over `total`."""
    wanted = min(total, wanted)
    return frozenset(1 + i * total // wanted for i in range(wanted)) if wanted else frozenset()


def probe(numbered: Sequence[tuple[int, str]], engine: Engine) -> dict[str, Any]:
    """Verify each case as it is and under other ids: how many answers changed, and which cases they were."""
    asked, changed = 0, []
    for number, line in numbered:
        try:
            case = cases.parse(line, number, engine.policy.categories).case
            before, after = (verify(c, engine.policy, engine.judge) for c in (case, renamed(case)))
        except Exception:  # noqa: S112 - a case that fails counts as an error of the run already
            continue
        asked += 1
        verdicts = {new_name(c.claim_id): c.verdict for c in before.claims}
        if before.disposition != after.disposition or verdicts != {c.claim_id: c.verdict for c in after.claims}:
            changed.append(cases.name_of(line, number))
    return {"cases": asked, "changed": changed}
