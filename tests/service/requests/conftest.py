from datetime import UTC, datetime, timedelta

import pytest

from service.requests.book import Book


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **how):
        self.now += timedelta(**how)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def book(store, clock):
    return Book(store, clock)
