from datetime import UTC, datetime, timedelta

import pytest

from service.audit.log import record
from tests.service.stores import KINDS, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    with open_store(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def write(store):
    """Writes so many entries, each in a transaction of its own."""

    def some(n, first=0):
        for i in range(first, first + n):
            with store.transaction() as session:
                record(
                    session, at=NOON + timedelta(seconds=i), kind="request.received", actor="tooling",
                    subject=f"r{i}", detail={"n": i, "words": "ein „Wort“\x00", "share": i / 7},
                )  # fmt: skip

    return some
