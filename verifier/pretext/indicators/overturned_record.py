"""Weak: a long history of overturned requests."""

from __future__ import annotations

from verifier.case import Case
from verifier.pretext.sketch import sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_LONG = 5


def look(view: View) -> Sign | None:
    """Overturned requests: at least five in ninety days, and more of them than upheld ones."""
    record = view.case.history.requester
    if record is None or record.overturned_90d < _LONG or record.overturned_90d <= record.upheld_90d:
        return None
    return Sign(
        0.55,
        f"Of this requester's last {record.requests_90d} requests {record.overturned_90d} were overturned.",
    )


def _examples() -> tuple[Example, ...]:
    def case(asked: int, upheld: int, overturned: int) -> Case:
        return sketch(
            history={"requester": {"requests_90d": asked, "upheld_90d": upheld, "overturned_90d": overturned}}
        )

    return (
        Example("mostly overturned", case(14, 3, 9), True),
        Example("a busy automaton", case(2210, 1490, 401), False),
        Example("too few to tell", case(3, 0, 2), False),
    )


SPEC = IndicatorSpec(
    code="overturned_record",
    strength="weak",
    why="Who was often wrong is to be checked more; the law lists it too.",
    needs="history.requester",
    source="Regulation (EU) 2022/2065 (DSA), Article 23(3)",
    look=look,
    examples=_examples,
)
