"""Parts on their own: the offline check of a permit, and the review queue when it is long."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from sqlalchemy import insert

from service.engine import open_verifier
from service.people import parse_people
from service.permits.keys import SigningKeys
from service.permits.token import Permit, read, require_bound, sign
from service.review.leases import release, take_next
from service.review.listing import Filter, counts, page
from service.review.office import Office
from service.review.opening import open_review
from service.review.rules import load_rules
from service.review.tables import Review
from service.store.base import Store
from service.store.opening import open_store
from verifier.policy import load_policy
from verifier.problems import parse_case

READER = "reader"
AT_ONCE = 5_000


def permit_check(times: int = 2_000) -> list[float]:
    """Microseconds of checks of a permit without a connection."""
    now = datetime.now(UTC)
    permit = Permit(
        jti="x" * 22, iat=int(now.timestamp()), exp=int((now + timedelta(hours=1)).timestamp()), request_id="r",
        action="end_meeting", target="meeting:m", case_digest="0" * 64, policy_version="p", model_version="m",
        approvers=[], break_glass=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        keys = SigningKeys(Path(folder) / "keys.json")
        token, public = sign(permit, *keys.signing), keys.public

    def check() -> None:
        require_bound(read(token, public, now), "end_meeting", "meeting:m")

    return [one * 1_000 for one in _timed(check, times)]


def queue(cases: int = 100_000, times: int = 30) -> Iterator[tuple[str, list[float]]]:
    """Milliseconds of what reviewers do, with so many cases waiting."""
    store = open_store(None)
    try:
        _fill(store, cases)
        reviewer = {"id": READER, "name": "Reader", "roles": ["lead"], "languages": ["en"]}
        office = Office(store, parse_people({"people": [reviewer]}), load_rules(), lambda: datetime.now(UTC))
        yield "first page", _timed(lambda: page(office, READER, Filter()), times)
        yield "page of a category", _timed(lambda: page(office, READER, Filter(category="terrorism")), times)
        yield "counts", _timed(lambda: counts(office, READER), times)

        def turn() -> None:
            taken = take_next(office, READER)
            if taken is None:
                raise LookupError("nobody may take anything; this measures nothing")
            release(office, taken.review_id, READER)

        yield "take the next and give it back", _timed(turn, times)
    finally:
        store.close()


def _fill(store: Store, cases: int) -> None:
    """One real case before people, and copies of its row."""
    name = "20-transcript-gap-at-claimed-time.json"
    case = parse_case((files("service.examples") / name).read_bytes())
    assessment = open_verifier(load_policy(), Path("/nonexistent")).verify(case)
    now = datetime.now(UTC)
    with store.transaction() as session:
        first = open_review(session, case, assessment, load_rules(), now)
        row = {column.name: getattr(first, column.name) for column in Review.__table__.columns}
    for begin in range(1, cases, AT_ONCE):
        copies = [
            row | {"review_id": uuid.uuid4().hex, "request_id": f"load-{n}", "place": row["place"] + n / cases}
            for n in range(begin, min(cases, begin + AT_ONCE))
        ]
        with store.transaction() as session:
            session.execute(insert(Review), copies)


def _timed(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1_000)
    return found
