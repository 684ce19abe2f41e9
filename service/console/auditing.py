"""The audit log for a person: latest first, without what they are tied to, and whether it is as it was written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.chain import BadEntry
from service.audit.inspect import inspect
from service.audit.log import record
from service.audit.tables import AuditEntry
from service.people import Person
from service.problems import ProblemDetails
from service.review.office import Office
from service.review.subjects import tied_to
from service.review.tables import Review
from service.terminal import safe

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. `hidden`: why its words are not shown, '' where they are."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    detail: tuple[tuple[str, str], ...]
    hidden: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; '' and None: whatever it is."""

    subject: str = ""
    kind: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Part of the log. `older` goes on; None at its beginning."""

    rows: tuple[Row, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether every entry is as it was written. `wrong` is '' where it is."""

    entries: int
    last: str
    wrong: str


def latest(office: Office, person: Person, wanted: Wanted) -> Entries:
    """Entries, latest first. That they were looked at is an entry, too. Raises a problem for whoever is no auditor."""
    _require_auditor(person)
    now = office.clock()
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(PAGE + 1)
    if wanted.subject:
        query = query.where(AuditEntry.subject == safe(wanted.subject))
    if wanted.kind:
        query = query.where(AuditEntry.kind == safe(wanted.kind))
    if wanted.before is not None:
        query = query.where(AuditEntry.seq < wanted.before)
    with office.store.transaction() as session:
        found = session.scalars(query).all()
        tied = {s for s in {entry.subject for entry in found} if tied_to(session, s, person, office.people)}
        rows = tuple(_row(session, entry, tied=entry.subject in tied) for entry in found[:PAGE])
        detail = {"subject": safe(wanted.subject), "kind": safe(wanted.kind), "before": wanted.before}
        record(session, at=now, kind="audit.viewed", actor=person.id, subject="audit", detail=detail)
    return Entries(rows, rows[-1].seq if len(found) > PAGE else None)


def check(office: Office, person: Person) -> Checked:
    """Read the whole log and say whether it holds. Raises a problem for whoever is no auditor."""
    _require_auditor(person)
    with office.store.reading() as session:
        try:
            seq, last = inspect(session)
        except BadEntry as broken:
            return Checked(0, "", str(broken))
    return Checked(seq, last, "")


def moment(text: str) -> str:
    """An entry's time, to the second."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"


def _require_auditor(person: Person) -> None:
    if "auditor" not in person.roles:
        raise ProblemDetails("not-for-you", "The audit log is for auditors.")


def _row(session: Session, entry: AuditEntry, *, tied: bool) -> Row:
    at = moment(entry.at)
    if tied:
        return Row(entry.seq, at, entry.kind, "", "", (), "you are tied to what it is about")
    said = json.loads(entry.detail)
    if entry.kind == "review.decided" and _open(session, said.get("review_id")):
        return Row(entry.seq, at, entry.kind, "", entry.subject, (), "others still decide, and must not know")
    detail = tuple(
        (name, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False, sort_keys=True))
        for name, one in said.items()
        if one not in (None, "", [], {})
    )
    return Row(entry.seq, at, entry.kind, entry.actor, entry.subject, detail, "")


def _open(session: Session, review_id: str | None) -> bool:
    review = session.get(Review, review_id) if review_id else None
    return review is not None and review.state != "closed"
