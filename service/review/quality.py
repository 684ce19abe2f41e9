"""How well reviewing goes: agreement, golden cases, time, overturns. For leads, about the team more than the person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from service.people import Person
from service.problems import ProblemDetails
from service.review.office import Office
from service.review.tables import Decision, Golden, Review

WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Figures:
    """One reviewer's month, by alias."""

    who: str
    decided: int
    seconds: float
    """Median from lease to answer."""
    golden: int
    golden_right: int
    overturned: int
    """Approvals that fell on appeal."""
    appealed: int


@dataclass(frozen=True, slots=True)
class Quality:
    """A month of reviewing. `alpha`: Krippendorff's, of blind answers; None where nothing was answered twice."""

    reviewers: tuple[Figures, ...]
    alpha: float | None
    answered_twice: int
    decided: int
    seconds: float


def quality(office: Office, person: Person) -> Quality:
    """The last month. Raises a problem for whoever is no lead."""
    if "lead" not in person.roles:
        raise ProblemDetails("not-for-you", "Quality figures are for leads.")
    since = office.clock() - WINDOW
    with office.store.reading() as session:
        decisions = session.scalars(select(Decision).where(Decision.decided_at >= since)).all()
        golden = {g.review_id: g for g in session.scalars(select(Golden))}
        fallen, appealed = _appealed(session)
    by_person: dict[str, list[Decision]] = defaultdict(list)
    by_review: dict[str, list[str]] = defaultdict(list)
    for one in decisions:
        by_person[one.person].append(one)
        by_review[one.review_id].append(one.outcome)
    shown = {p.id: p.shown for p in office.people}
    twice = [answers for answers in by_review.values() if len(answers) > 1]
    return Quality(
        reviewers=tuple(
            Figures(
                who=shown.get(name, name),
                decided=len(own),
                seconds=median(d.seconds for d in own),
                golden=sum(d.review_id in golden for d in own),
                golden_right=sum(d.review_id in golden and d.outcome == golden[d.review_id].outcome for d in own),
                overturned=sum(d.review_id in fallen and d.outcome == "approve" for d in own),
                appealed=sum(d.review_id in appealed for d in own),
            )
            for name, own in sorted(by_person.items())
        ),
        alpha=krippendorff_alpha(twice),
        answered_twice=len(twice),
        decided=len(decisions),
        seconds=median(d.seconds for d in decisions) if decisions else 0.0,
    )


def krippendorff_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Krippendorff's alpha for nominal answers, any number of people a unit (Krippendorff 2011, "Computing ...").

    1: always the same, 0: as chance would have it. None where nothing was answered twice; 1 where there was only
    ever one answer, since nobody ever differed.
    """
    pairable = [unit for unit in units if len(unit) > 1]
    if not pairable:
        return None
    coincidences: Counter[tuple[str, str]] = Counter()
    for unit in pairable:
        counts: Mapping[str, int] = Counter(unit)
        for a, n in counts.items():
            for b, m in counts.items():
                coincidences[a, b] += n * (m - (a == b)) / (len(unit) - 1)  # type: ignore[assignment]  # a weight
    totals: Counter[str] = Counter()
    for (a, _), weight in coincidences.items():
        totals[a] += weight
    n = sum(totals.values())
    observed = sum(weight for (a, b), weight in coincidences.items() if a != b) / n
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b) / (n * (n - 1))
    return 1.0 if expected == 0 else 1 - observed / expected


def _appealed(session: Session) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of first rounds whose appeal ended: those that fell, and all."""
    later = aliased(Review)
    rows = session.execute(
        select(Review.review_id, later.outcome).where(
            Review.request_id == later.request_id, later.round > Review.round, later.state == "closed"
        )
    ).all()
    return frozenset(row[0] for row in rows if row[1] == "deny"), frozenset(row[0] for row in rows)
