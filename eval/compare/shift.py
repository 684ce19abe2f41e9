"""How answers moved between two runs, labels or no labels: the part of a comparison that a shadow run can give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

ORDER = ("cleared", "review", "hold")


def shifts(pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """From two predictions of each case: dispositions A -> B, changed verdicts and flags, largest change of support.

    `newly_cleared`: ids of cases that only B clears, what a person must look at before B goes live.
    """
    table: Counter[tuple[str, str]] = Counter()
    verdicts = flags = total = 0
    largest, newly = 0.0, []
    for a, b in pairs:
        total += 1
        table[a["disposition"], b["disposition"]] += 1
        flags += bool(a["pretext"]["flagged"]) != bool(b["pretext"]["flagged"])
        before = {c["claim_id"]: c for c in a["claims"]}
        for claim in b["claims"]:
            if (old := before.get(claim["claim_id"])) is not None:
                verdicts += old["verdict"] != claim["verdict"]
                largest = max(largest, abs(old["support"] - claim["support"]))
        if b["disposition"] == "cleared" != a["disposition"]:
            newly.append(b["case_id"])
    return {
        "cases": total,
        "dispositions": {x: {y: table[x, y] for y in ORDER} for x in ORDER},
        "changed_dispositions": sum(n for (x, y), n in table.items() if x != y),
        "changed_verdicts": verdicts,
        "changed_flags": flags,
        "largest_change_of_support": largest,
        "newly_cleared": newly,
    }


def told(found: dict[str, Any]) -> list[str]:
    """The same as lines to read."""
    rows = ["| A \\ B | " + " | ".join(ORDER) + " |", "|---" * (len(ORDER) + 1) + "|"]
    rows += [f"| {x} | " + " | ".join(str(found["dispositions"][x][y]) for y in ORDER) + " |" for x in ORDER]
    rows.append(
        f"{found['changed_dispositions']} of {found['cases']} dispositions, {found['changed_verdicts']} verdicts and "
        f"{found['changed_flags']} pretext flags changed; support moved by at most "
        f"{found['largest_change_of_support']:.3f}."
    )
    if found["newly_cleared"]:
        more = "" if len(found["newly_cleared"]) <= 10 else f" and {len(found['newly_cleared']) - 10} more"
        rows.append(f"Newly cleared, look at them first: {', '.join(found['newly_cleared'][:10])}{more}")
    return rows
